#include "reconciler/git/handles.h"

#include <git2.h>

namespace flotilla::git {

void Free::operator()(git_blob* handle) const noexcept { git_blob_free(handle); }
void Free::operator()(git_commit* handle) const noexcept { git_commit_free(handle); }
void Free::operator()(git_config* handle) const noexcept { git_config_free(handle); }
void Free::operator()(git_object* handle) const noexcept { git_object_free(handle); }
void Free::operator()(git_odb* handle) const noexcept { git_odb_free(handle); }
void Free::operator()(git_odb_object* handle) const noexcept { git_odb_object_free(handle); }
void Free::operator()(git_packbuilder* handle) const noexcept { git_packbuilder_free(handle); }
void Free::operator()(git_reference* handle) const noexcept { git_reference_free(handle); }
void Free::operator()(git_reference_iterator* handle) const noexcept {
  git_reference_iterator_free(handle);
}
void Free::operator()(git_repository* handle) const noexcept { git_repository_free(handle); }
void Free::operator()(git_revwalk* handle) const noexcept { git_revwalk_free(handle); }
void Free::operator()(git_signature* handle) const noexcept { git_signature_free(handle); }
void Free::operator()(git_status_list* handle) const noexcept { git_status_list_free(handle); }
void Free::operator()(git_tree* handle) const noexcept { git_tree_free(handle); }
void Free::operator()(git_tree_entry* handle) const noexcept { git_tree_entry_free(handle); }
void Free::operator()(git_treebuilder* handle) const noexcept { git_treebuilder_free(handle); }

namespace {

constexpr ssize_t cache_bytes = 1 << 20;

}  // namespace

void start_library() {
  static const int started = [] {
    const int count = git_libgit2_init();
    // Repositories are often mounted from another user's volume. We run none of their hooks,
    // filters or aliases.
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    // Each commit and folder that was read stays in a cache of 256 MiB otherwise: a controller
    // reads new ones with every commit and hardly ever an old one again.
    git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, cache_bytes);
    return count;
  }();
  static_cast<void>(started);
}

Error last_error(Code code, std::string_view doing) {
  const git_error* error = git_error_last();
  std::string message(doing);
  if (error != nullptr && error->message != nullptr) message.append(": ").append(error->message);
  return Error{code, std::move(message), {}, {}};
}

Error read_error(Store& store, std::string_view doing) {
  store.damaged = true;
  std::string what("cannot read ");
  what.append(doing).append(" of ").append(store.name);
  return last_error(Code::internal, what);
}

Result<git_oid> to_oid(std::string_view hex) {
  git_oid oid;
  if (hex.size() != GIT_OID_HEXSZ || git_oid_fromstrn(&oid, hex.data(), hex.size()) != 0)
    return fail(Code::invalid, "\"" + std::string(hex) + "\" is no commit id, want 40 hex digits");
  return oid;
}

std::string to_hex(const git_oid& oid) {
  std::string hex(GIT_OID_HEXSZ, '0');
  git_oid_fmt(hex.data(), &oid);
  return hex;
}

Result<Handle<git_commit>> find_commit(Store& store, const std::string& id) {
  TRY_ASSIGN(const git_oid oid, to_oid(id));
  Handle<git_commit> commit;
  const int status = fill(commit, git_commit_lookup, store.repository.get(), &oid);
  if (status == GIT_ENOTFOUND)
    return fail(Code::not_found, "no commit " + id + " in " + store.name);
  if (status != 0) return fail(read_error(store, "commit " + id));
  return commit;
}

Result<Handle<git_tree>> find_tree(Store& store, const std::string& id) {
  TRY_ASSIGN(const auto commit, find_commit(store, id));
  Handle<git_tree> tree;
  if (fill(tree, git_commit_tree, commit.get()) != 0)
    return fail(read_error(store, "the tree of commit " + id));
  return tree;
}

}  // namespace flotilla::git
