#pragma once

#include "render/base/result.h"

#include <memory>
#include <string>
#include <string_view>

// libgit2 handles as values that free themselves. The library's header stays in the .cpp files.
struct git_blob;
struct git_commit;
struct git_config;
struct git_object;
struct git_odb;
struct git_odb_object;
struct git_oid;
struct git_packbuilder;
struct git_reference;
struct git_reference_iterator;
struct git_repository;
struct git_revwalk;
struct git_signature;
struct git_status_list;
struct git_tree;
struct git_tree_entry;
struct git_treebuilder;

namespace flotilla::git {

struct Free {
  void operator()(git_blob* handle) const noexcept;
  void operator()(git_commit* handle) const noexcept;
  void operator()(git_config* handle) const noexcept;
  void operator()(git_object* handle) const noexcept;
  void operator()(git_odb* handle) const noexcept;
  void operator()(git_odb_object* handle) const noexcept;
  void operator()(git_packbuilder* handle) const noexcept;
  void operator()(git_reference* handle) const noexcept;
  void operator()(git_reference_iterator* handle) const noexcept;
  void operator()(git_repository* handle) const noexcept;
  void operator()(git_revwalk* handle) const noexcept;
  void operator()(git_signature* handle) const noexcept;
  void operator()(git_status_list* handle) const noexcept;
  void operator()(git_tree* handle) const noexcept;
  void operator()(git_tree_entry* handle) const noexcept;
  void operator()(git_treebuilder* handle) const noexcept;
};

template <class T>
using Handle = std::unique_ptr<T, Free>;

// Fills `handle` from a function that answers through its first parameter; gives back the
// function's code.
template <class T, class Function, class... Arguments>
int fill(Handle<T>& handle, Function function, Arguments... arguments) {
  T* raw = nullptr;
  const int status = function(&raw, arguments...);
  handle.reset(raw);
  return status;
}

// An open repository, and whether reading it has shown that objects are missing or corrupt.
struct Store {
  Handle<git_repository> repository;
  std::string name;  // for messages
  bool damaged = false;
};

// Must run before the first call of the library; cheap when it has.
void start_library();

// The library's last error as ours: `doing` says what failed.
Error last_error(Code code, std::string_view doing);

// As last_error, for reading an object: notes in the store that it is damaged.
Error read_error(Store& store, std::string_view doing);

Result<git_oid> to_oid(std::string_view hex);
std::string to_hex(const git_oid& oid);
Result<Handle<git_commit>> find_commit(Store& store, const std::string& id);
Result<Handle<git_tree>> find_tree(Store& store, const std::string& commit);

}  // namespace flotilla::git
