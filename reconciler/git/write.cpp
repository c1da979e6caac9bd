#include "reconciler/git/write.h"

#include <git2.h>
#include <git2/sys/mempack.h>
#include <git2/sys/odb_backend.h>

#include <string_view>

namespace flotilla::git {
namespace {

// From this many changed files on, the new objects go into one pack: a file for each would cost a
// first status commit of thousands of bindings more than all of the applying.
constexpr std::size_t pack_from = 100;

// The changes of one folder, by the first part of their paths. git_tree_create_updated would do but
// for three things: it refuses to remove what is not there, to put a folder where a file was, and
// to leave out folders that became empty.
struct Folder {
  std::map<std::string, Folder> folders;
  std::map<std::string, const std::optional<std::string>*> files;
};

Result<Folder> grouped(const Changes& changes) {
  Folder root;
  for (const auto& [path, content] : changes) {
    Folder* folder = &root;
    std::size_t begin = 0;
    for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', begin)) {
      folder = &folder->folders[path.substr(begin, slash - begin)];
      begin = slash + 1;
    }
    if (path.find('\0') != std::string::npos || path.starts_with('/') || path.ends_with('/') ||
        path.empty() || path.find("//") != std::string::npos)
      return fail(Code::invalid, "\"" + path + "\" is no path of a file");
    folder->files[path.substr(begin)] = &content;
  }
  return root;
}

class TreeWriter {
 public:
  explicit TreeWriter(Store& store) : store_(store) {}

  // The id of the changed folder; nullopt if nothing is left in it.
  Result<std::optional<git_oid>> write(const git_tree* before, const Folder& changes) {
    Handle<git_treebuilder> builder;
    if (fill(builder, git_treebuilder_new, store_.repository.get(), before) != 0)
      return fail(write_error("a folder"));
    for (const auto& [name, content] : changes.files)
      TRY(put_file(*builder, name, *content, changes));
    for (const auto& [name, folder] : changes.folders)
      TRY(put_folder(*builder, before, name, folder));
    if (git_treebuilder_entrycount(builder.get()) == 0) return std::nullopt;
    git_oid id;
    if (git_treebuilder_write(&id, builder.get()) != 0) return fail(write_error("a folder"));
    return id;
  }

 private:
  Error write_error(const std::string& what) const {
    return last_error(Code::internal, "cannot write " + what + " in " + store_.name);
  }

  Result<void> insert(git_treebuilder& builder, const std::string& name, const git_oid& id,
                      git_filemode_t mode) {
    if (git_treebuilder_insert(nullptr, &builder, name.c_str(), &id, mode) == 0) return {};
    return fail(last_error(Code::invalid, "\"" + name + "\" is no name of a file"));
  }

  Result<void> put_file(git_treebuilder& builder, const std::string& name,
                        const std::optional<std::string>& content, const Folder& changes) {
    const git_tree_entry* old = git_treebuilder_get(&builder, name.c_str());
    if (!content) {
      // "a" removed is about a file: it must not take a folder of that name with it.
      const bool is_file = old != nullptr && git_tree_entry_filemode(old) != GIT_FILEMODE_TREE;
      if (is_file && git_treebuilder_remove(&builder, name.c_str()) != 0)
        return fail(write_error("\"" + name + "\""));
      return {};
    }
    if (const auto below = changes.folders.find(name);
        below != changes.folders.end() && has_content(below->second))
      return fail(Code::invalid, "\"" + name + "\" cannot be a file and a folder");
    const bool executable =
        old != nullptr && git_tree_entry_filemode(old) == GIT_FILEMODE_BLOB_EXECUTABLE;
    git_oid id;
    if (git_blob_create_from_buffer(&id, store_.repository.get(), content->data(),
                                    content->size()) != 0)
      return fail(write_error("\"" + name + "\""));
    return insert(builder, name, id, executable ? GIT_FILEMODE_BLOB_EXECUTABLE : GIT_FILEMODE_BLOB);
  }

  static bool has_content(const Folder& folder) {
    for (const auto& [name, content] : folder.files)
      if (content->has_value()) return true;
    for (const auto& [name, below] : folder.folders)
      if (has_content(below)) return true;
    return false;
  }

  Result<void> put_folder(git_treebuilder& builder, const git_tree* before, const std::string& name,
                          const Folder& changes) {
    const git_tree_entry* now = git_treebuilder_get(&builder, name.c_str());
    const bool was_folder = now != nullptr && git_tree_entry_filemode(now) == GIT_FILEMODE_TREE;
    if (!was_folder && !has_content(changes)) return {};
    Handle<git_tree> tree;
    if (was_folder) {
      const git_tree_entry* entry = git_tree_entry_byname(before, name.c_str());
      if (fill(tree, git_tree_lookup, store_.repository.get(), git_tree_entry_id(entry)) != 0)
        return fail(read_error(store_, "folder " + name));
    }
    TRY_ASSIGN(const std::optional<git_oid> id, write(tree.get(), changes));
    if (id) return insert(builder, name, *id, GIT_FILEMODE_TREE);
    if (was_folder && git_treebuilder_remove(&builder, name.c_str()) != 0)
      return fail(write_error("folder " + name));
    return {};
  }

  Store& store_;
};

Result<git_oid> empty_tree(Store& store) {
  Handle<git_treebuilder> builder;
  git_oid id;
  if (fill(builder, git_treebuilder_new, store.repository.get(), nullptr) != 0 ||
      git_treebuilder_write(&id, builder.get()) != 0)
    return fail(last_error(Code::internal, "cannot write an empty tree in " + store.name));
  return id;
}

Result<git_oid> create_commit(Store& store, git_commit* parent, const git_oid& tree_id,
                              const std::string& message, const Author& author) {
  Handle<git_tree> tree;
  if (fill(tree, git_tree_lookup, store.repository.get(), &tree_id) != 0)
    return fail(read_error(store, "the new tree"));
  Handle<git_signature> signature;
  if (fill(signature, git_signature_new, author.name.c_str(), author.email.c_str(), author.time,
           0) != 0)
    return fail(
        last_error(Code::invalid, "\"" + author.name + " <" + author.email + ">\" is no author"));
  if (message.find('\0') != std::string::npos)
    return fail(Code::invalid, "a commit message holds a NUL byte");
  const git_commit* parents[] = {parent};
  git_oid id;
  if (git_commit_create(&id, store.repository.get(), nullptr, signature.get(), signature.get(),
                        nullptr, message.c_str(), tree.get(), parent == nullptr ? 0 : 1,
                        parents) != 0)
    return fail(last_error(Code::internal, "cannot write a commit in " + store.name));
  return id;
}

Result<std::optional<std::string>> write_objects(Store& store, const std::string& parent,
                                                 const Changes& changes, const std::string& message,
                                                 const Author& author) {
  Handle<git_commit> parent_commit;
  Handle<git_tree> before;
  if (!parent.empty()) {
    TRY_ASSIGN(parent_commit, find_commit(store, parent));
    TRY_ASSIGN(before, find_tree(store, parent));
  }
  TRY_ASSIGN(const Folder root, grouped(changes));
  TRY_ASSIGN(std::optional<git_oid> tree, TreeWriter(store).write(before.get(), root));
  if (!tree) {
    TRY_ASSIGN(tree, empty_tree(store));
  }
  if (before && git_oid_equal(&*tree, git_tree_id(before.get())) == 1) return std::nullopt;
  TRY_ASSIGN(const git_oid id, create_commit(store, parent_commit.get(), *tree, message, author));
  return to_hex(id);
}

// The same repository once more, which keeps what is written to it in memory.
Result<Store> in_memory(const Store& store) {
  Store memory;
  memory.name = store.name;
  Handle<git_odb> objects;
  git_odb_backend* backend = nullptr;
  constexpr int before_all_others = 999;
  const char* folder = git_repository_path(store.repository.get());
  if (fill(memory.repository, git_repository_open_bare, folder) != 0 ||
      fill(objects, git_repository_odb, memory.repository.get()) != 0 ||
      git_mempack_new(&backend) != 0)
    return fail(last_error(Code::internal, "cannot write to " + store.name));
  if (git_odb_add_backend(objects.get(), backend, before_all_others) == 0) return memory;
  backend->free(backend);
  return fail(last_error(Code::internal, "cannot write to " + store.name));
}

// Writes what `commit` has and `parent` has not as a pack.
Result<void> write_pack(const Store& memory, const std::string& commit, const std::string& parent) {
  Handle<git_packbuilder> pack;
  Handle<git_revwalk> walk;
  TRY_ASSIGN(const git_oid id, to_oid(commit));
  bool ok = fill(pack, git_packbuilder_new, memory.repository.get()) == 0 &&
            fill(walk, git_revwalk_new, memory.repository.get()) == 0 &&
            git_revwalk_push(walk.get(), &id) == 0;
  if (ok && !parent.empty()) {
    TRY_ASSIGN(const git_oid known, to_oid(parent));
    ok = git_revwalk_hide(walk.get(), &known) == 0;
  }
  ok = ok && git_packbuilder_insert_walk(pack.get(), walk.get()) == 0 &&
       git_packbuilder_write(pack.get(), nullptr, 0, nullptr, nullptr) == 0;
  if (ok) return {};
  return fail(last_error(Code::internal, "cannot write a pack in " + memory.name));
}

Error moved_meanwhile(const Store& store, const std::string& branch, const std::string& expected) {
  const std::string wanted = expected.empty() ? "not to exist" : "to be at " + expected;
  return Error{
      Code::conflict,
      "branch " + branch + " of " + store.name + " was moved by somebody else, want it " + wanted,
      {},
      {}};
}

}  // namespace

Result<std::optional<std::string>> write_commit(Store& store, const std::string& parent,
                                                const Changes& changes, const std::string& message,
                                                const Author& author) {
  if (changes.size() < pack_from) return write_objects(store, parent, changes, message, author);
  TRY_ASSIGN(Store memory, in_memory(store));
  auto commit = write_objects(memory, parent, changes, message, author);
  store.damaged = store.damaged || memory.damaged;
  if (commit && *commit) TRY(write_pack(memory, **commit, parent));
  return commit;
}

Result<void> move_branch(Store& store, const std::string& branch, const std::string& commit,
                         const std::string& expected) {
  TRY_ASSIGN(const git_oid target, to_oid(commit));
  const std::string name = "refs/heads/" + branch;
  const std::string note = "flotilla: " + commit;
  Handle<git_reference> moved;
  int status = 0;
  if (expected.empty()) {
    status = fill(moved, git_reference_create, store.repository.get(), name.c_str(), &target, 0,
                  note.c_str());
  } else {
    TRY_ASSIGN(const git_oid current, to_oid(expected));
    status = fill(moved, git_reference_create_matching, store.repository.get(), name.c_str(),
                  &target, 1, &current, note.c_str());
  }
  if (status == 0) return {};
  if (status == GIT_EINVALIDSPEC)
    return fail(last_error(Code::invalid, "\"" + branch + "\" is no name of a branch"));
  if (status == GIT_ELOCKED)
    return fail(
        last_error(Code::unavailable, "branch " + branch + " of " + store.name + " is locked"));
  Error error = last_error(Code::internal, "cannot move branch " + branch + " of " + store.name);
  // A branch "a" leaves no room for "a/b"; no retry helps. The library has no code for it.
  for (const char* words : {"collides", "refs beneath"})
    if (error.message.find(words) != std::string::npos) error.code = Code::invalid;
  if (error.code == Code::invalid) return fail(std::move(error));
  if (status != GIT_EEXISTS && status != GIT_EMODIFIED && status != GIT_ENOTFOUND)
    return fail(std::move(error));
  git_oid now;
  const bool there = git_reference_name_to_id(&now, store.repository.get(), name.c_str()) == 0;
  if (there && git_oid_equal(&now, &target) == 1) return {};  // an earlier try that seemed to fail
  return fail(moved_meanwhile(store, branch, expected));
}

Result<void> keep_commit(Store& store, const std::string& name, const std::string& commit) {
  const std::string ref = "refs/flotilla/keep/" + name;
  git_repository* repository = store.repository.get();
  if (git_reference_is_valid_name(ref.c_str()) != 1)
    return fail(Code::invalid, "\"" + name + "\" is no name to keep a commit under");
  if (commit.empty()) {
    const int status = git_reference_remove(repository, ref.c_str());
    if (status == 0 || status == GIT_ENOTFOUND) return {};
    return fail(last_error(Code::internal, "cannot remove " + ref + " in " + store.name));
  }
  TRY(find_commit(store, commit));
  TRY_ASSIGN(const git_oid target, to_oid(commit));
  Handle<git_reference> made;
  if (fill(made, git_reference_create, repository, ref.c_str(), &target, 1, nullptr) != 0)
    return fail(last_error(Code::internal, "cannot write " + ref + " in " + store.name));
  return {};
}

}  // namespace flotilla::git
