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
    TRY(open());
    return walk(tree, folder, depth);
  }

  // Once, before take().
  Result<void> open() {
    if (fill(odb_, git_repository_odb, store_.repository.get()) != 0)
      return fail(read_error(store_, "the objects"));
    return {};
  }

  // One entry of a folder, with all that is below it.
  Result<void> take(const git_tree_entry* entry, const std::string& folder, int depth) {
    const std::string path = folder + git_tree_entry_name(entry);
    const git_filemode_t mode = git_tree_entry_filemode(entry);
    if (mode == GIT_FILEMODE_COMMIT) return {};
    if (mode == GIT_FILEMODE_TREE) return descend(*git_tree_entry_id(entry), path, depth);
    return add(*git_tree_entry_id(entry), path, mode);
  }

 private:
  Result<void> walk(const git_tree& tree, const std::string& folder, int depth) {
    if (depth > deepest)
      return fail(Code::too_large, "folders are nested deeper than 1000 levels", {folder});
    for (std::size_t i = 0; i < git_tree_entrycount(&tree); ++i)
      TRY(take(git_tree_entry_byindex(&tree, i), folder, depth));
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

// The files in which two trees differ. Folders that are the same in both are not opened.
class Difference {
 public:
  Difference(Store& store, std::vector<FileEntry>& before, std::vector<FileEntry>& now)
      : store_(store), before_(store, before), now_(store, now) {}

  Result<void> run(const git_tree* before, const git_tree* now) {
    TRY(before_.open());
    TRY(now_.open());
    return compare(before, now, "", 0);
  }

 private:
  // Where both have a folder it is gone into; anything else is taken whole on its side.
  Result<void> differ(const git_tree_entry* before, const git_tree_entry* now,
                      const std::string& folder, int depth) {
    const bool both_folders = before != nullptr && now != nullptr &&
                              git_tree_entry_filemode(before) == GIT_FILEMODE_TREE &&
                              git_tree_entry_filemode(now) == GIT_FILEMODE_TREE;
    if (!both_folders) {
      if (before != nullptr) TRY(before_.take(before, folder, depth));
      if (now != nullptr) TRY(now_.take(now, folder, depth));
      return {};
    }
    const std::string path = folder + git_tree_entry_name(now);
    Handle<git_tree> old_tree;
    Handle<git_tree> new_tree;
    if (fill(old_tree, git_tree_lookup, store_.repository.get(), git_tree_entry_id(before)) != 0 ||
        fill(new_tree, git_tree_lookup, store_.repository.get(), git_tree_entry_id(now)) != 0)
      return fail(read_error(store_, "folder " + path));
    return compare(old_tree.get(), new_tree.get(), path + "/", depth + 1);
  }

  // Both lists of entries are in git's own order, in which the name of a folder ends with '/'.
  Result<void> compare(const git_tree* before, const git_tree* now, const std::string& folder,
                       int depth) {
    if (depth > deepest)
      return fail(Code::too_large, "folders are nested deeper than 1000 levels", {folder});
    std::size_t i = 0;
    std::size_t j = 0;
    while (true) {
      const git_tree_entry* a = git_tree_entry_byindex(before, i);
      const git_tree_entry* b = git_tree_entry_byindex(now, j);
      if (a == nullptr && b == nullptr) return {};
      const int order = a == nullptr ? 1 : b == nullptr ? -1 : git_tree_entry_cmp(a, b);
      if (order <= 0) ++i;
      if (order >= 0) ++j;
      if (order == 0 && git_oid_equal(git_tree_entry_id(a), git_tree_entry_id(b)) != 0 &&
          git_tree_entry_filemode(a) == git_tree_entry_filemode(b))
        continue;
      TRY(differ(order <= 0 ? a : nullptr, order >= 0 ? b : nullptr, folder, depth));
    }
  }

  Store& store_;
  Walk before_;
  Walk now_;
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
  std::vector<FileEntry> before;
  std::vector<FileEntry> now;
  TRY(Difference(store_, before, now).run(from->get(), to.get()));
  std::ranges::sort(now, {}, &FileEntry::path);
  std::vector<FileChange> changes;
  for (const FileEntry& entry : before) {
    const auto still = std::ranges::lower_bound(now, entry.path, {}, &FileEntry::path);
    if (still == now.end() || still->path != entry.path)
      changes.push_back({entry.path, std::nullopt});
  }
  for (FileEntry& entry : now) {
    std::string path = entry.path;
    changes.push_back({std::move(path), std::move(entry)});
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
