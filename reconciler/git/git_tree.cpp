#include "reconciler/git/git_tree.h"

#include <git2.h>

#include <algorithm>

namespace flotilla::git {
namespace {

using catalog::FileChange;
using catalog::FileEntry;

// A tree that names itself cannot exist, but a made-up one can be deep enough to exhaust the stack.
constexpr int deepest = 1000;

class Walk {
 public:
  Walk(Store& store, std::vector<FileEntry>& entries) : store_(store), entries_(entries) {}

  Result<void> run(const git_tree& tree, const std::string& folder, int depth) {
    if (fill(odb_, git_repository_odb, store_.repository.get()) != 0)
      return fail(read_error(store_, "the objects"));
    return walk(tree, folder, depth);
  }

 private:
  Result<void> walk(const git_tree& tree, const std::string& folder, int depth) {
    if (depth > deepest)
      return fail(Code::too_large, "folders are nested deeper than 1000 levels", {folder});
    for (std::size_t i = 0; i < git_tree_entrycount(&tree); ++i) {
      const git_tree_entry* entry = git_tree_entry_byindex(&tree, i);
      const std::string path = folder + git_tree_entry_name(entry);
      const git_filemode_t mode = git_tree_entry_filemode(entry);
      if (mode == GIT_FILEMODE_COMMIT) continue;
      if (mode == GIT_FILEMODE_TREE) {
        TRY(descend(*git_tree_entry_id(entry), path, depth));
      } else {
        TRY(add(*git_tree_entry_id(entry), path, mode));
      }
    }
    return {};
  }

  Result<void> descend(const git_oid& id, const std::string& path, int depth) {
    Handle<git_tree> tree;
    if (fill(tree, git_tree_lookup, store_.repository.get(), &id) != 0)
      return fail(read_error(store_, "folder " + path));
    return walk(*tree, path + "/", depth + 1);
  }

  Result<void> add(const git_oid& id, const std::string& path, git_filemode_t mode) {
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    if (git_odb_read_header(&size, &type, odb_.get(), &id) != 0)
      return fail(read_error(store_, "file " + path));
    const auto kind = mode == GIT_FILEMODE_LINK ? FileEntry::Kind::link : FileEntry::Kind::file;
    entries_.push_back({path, to_hex(id), size, kind});
    return {};
  }

  Store& store_;
  std::vector<FileEntry>& entries_;
  Handle<git_odb> odb_;
};

Result<std::string> read_blob(Store& store, const git_oid& id, const std::string& path) {
  Handle<git_blob> blob;
  if (fill(blob, git_blob_lookup, store.repository.get(), &id) != 0)
    return fail(read_error(store, "file " + path));
  const auto size = static_cast<std::size_t>(git_blob_rawsize(blob.get()));
  return std::string(static_cast<const char*>(git_blob_rawcontent(blob.get())), size);
}

}  // namespace

Result<std::vector<FileEntry>> GitTree::list() const {
  TRY_ASSIGN(const auto tree, find_tree(store_, commit_));
  std::vector<FileEntry> entries;
  TRY(Walk(store_, entries).run(*tree, "", 0));
  std::ranges::sort(entries, {}, &FileEntry::path);
  return entries;
}

Result<std::optional<std::vector<FileChange>>> GitTree::changes_since(
    const std::string& commit) const {
  const auto from = find_tree(store_, commit);
  if (!from) return std::optional<std::vector<FileChange>>();  // pruned meanwhile
  TRY_ASSIGN(const auto to, find_tree(store_, commit_));
  git_diff_options options = GIT_DIFF_OPTIONS_INIT;
  options.flags = GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_SKIP_BINARY_CHECK;
  Handle<git_diff> diff;
  if (fill(diff, git_diff_tree_to_tree, store_.repository.get(), from->get(), to.get(), &options) !=
      0)
    return fail(read_error(store_, "what changed since commit " + commit));
  Handle<git_odb> odb;
  if (fill(odb, git_repository_odb, store_.repository.get()) != 0)
    return fail(read_error(store_, "the objects"));
  std::vector<FileChange> changes;
  for (std::size_t i = 0; i < git_diff_num_deltas(diff.get()); ++i) {
    const git_diff_delta* delta = git_diff_get_delta(diff.get(), i);
    if (delta->status == GIT_DELTA_DELETED) {
      changes.push_back({delta->old_file.path, std::nullopt});
      continue;
    }
    if (delta->new_file.mode == GIT_FILEMODE_COMMIT) continue;
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    if (git_odb_read_header(&size, &type, odb.get(), &delta->new_file.id) != 0)
      return fail(read_error(store_, std::string("file ") + delta->new_file.path));
    const auto kind =
        delta->new_file.mode == GIT_FILEMODE_LINK ? FileEntry::Kind::link : FileEntry::Kind::file;
    changes.push_back({delta->new_file.path,
                       FileEntry{delta->new_file.path, to_hex(delta->new_file.id), size, kind}});
  }
  std::ranges::sort(changes, {}, &FileChange::path);
  return std::optional(std::move(changes));
}

Result<std::string> GitTree::read(const FileEntry& entry) const {
  if (entry.id.empty()) return read_path(entry.path);
  TRY_ASSIGN(const git_oid id, to_oid(entry.id));
  return read_blob(store_, id, entry.path);
}

Result<std::string> GitTree::read_path(const std::string& path) const {
  TRY_ASSIGN(const auto tree, find_tree(store_, commit_));
  Handle<git_tree_entry> entry;
  const int status = fill(entry, git_tree_entry_bypath, tree.get(), path.c_str());
  if (status == GIT_ENOTFOUND ||
      (status == 0 && git_tree_entry_type(entry.get()) != GIT_OBJECT_BLOB))
    return fail(Code::not_found, "no file " + path + " in commit " + commit_);
  if (status != 0) return fail(read_error(store_, "file " + path));
  return read_blob(store_, *git_tree_entry_id(entry.get()), path);
}

}  // namespace flotilla::git
