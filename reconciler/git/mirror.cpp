#include "reconciler/git/mirror.h"

#include <git2.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

namespace flotilla::git {
namespace {

namespace fs = std::filesystem;

constexpr const char* marker_name = "flotilla-mirror";

std::string marker_text(const fs::path& folder) {
  std::ifstream file(folder / marker_name, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Result<void> write_marker(const fs::path& folder, const std::string& address) {
  std::ofstream file(folder / marker_name, std::ios::binary | std::ios::trunc);
  file << address;
  file.flush();
  if (!file) return fail(Code::internal, "cannot write " + (folder / marker_name).string());
  return {};
}

// Empties a folder that is ours; the marker goes last, so that a stop in the middle leaves it ours.
Result<void> empty_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    return fail(Code::internal, "cannot make folder " + folder.string() + ": " + error.message());
  if (fs::is_empty(folder, error)) return {};
  if (!error && !fs::exists(fs::symlink_status(folder / marker_name, error)))
    return fail(Code::conflict, "folder " + folder.string() +
                                    " holds something else than a mirror, want an empty folder");
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().filename() != marker_name) fs::remove_all(entry->path(), error);
  if (error)
    return fail(Code::internal, "cannot empty folder " + folder.string() + ": " + error.message());
  return {};
}

bool is_leftover(const fs::path& path, bool among_objects) {
  const std::string name = path.filename().string();
  return name.ends_with(".lock") ||
         (among_objects && (name.starts_with("tmp_") || name.starts_with("incoming-") ||
                            name.starts_with("pack_git2_")));
}

// Where git makes its temporary and lock files, so that the folders of loose objects need not be
// walked.
void remove_below(const fs::path& folder, bool among_objects, bool deep) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (is_leftover(entry->path(), among_objects)) {
      fs::remove_all(entry->path(), ignored);
    } else if (deep && entry->is_directory(ignored) && !entry->is_symlink(ignored)) {
      remove_below(entry->path(), among_objects, deep);
    }
  }
}

// Reads the object's head: a file that is there can be empty.
bool has_object(git_odb* odb, const git_oid& oid) {
  std::size_t size = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  return git_odb_read_header(&size, &type, odb, &oid) == 0;
}

bool has_object(git_odb* odb, const std::string& id) {
  git_oid oid;
  return git_oid_fromstr(&oid, id.c_str()) == 0 && has_object(odb, oid);
}

// The library opens nearly anything; the git program is stricter.
bool is_usable(git_repository* repository) {
  Handle<git_reference> head;
  Handle<git_config> config;
  return fill(head, git_reference_lookup, repository, "HEAD") == 0 &&
         fill(config, git_repository_config_snapshot, repository) == 0;
}

}  // namespace

Result<Store> make_mirror(const fs::path& folder, const std::string& address) {
  TRY(empty_folder(folder));
  TRY(write_marker(folder, address));
  git_repository_init_options options;
  git_repository_init_options_init(&options, GIT_REPOSITORY_INIT_OPTIONS_VERSION);
  options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKPATH;
  options.initial_head = "main";
  Store store;
  store.name = shown_url(address);
  if (fill(store.repository, git_repository_init_ext, folder.c_str(), &options) != 0)
    return fail(last_error(Code::internal, "cannot make a mirror in " + folder.string()));
  return store;
}

Result<Store> open_or_make_mirror(const fs::path& folder, const std::string& address) {
  start_library();
  if (marker_text(folder) != address) return make_mirror(folder, address);
  remove_leftovers(folder);
  Store store;
  store.name = shown_url(address);
  if (fill(store.repository, git_repository_open_bare, folder.c_str()) != 0 ||
      !is_usable(store.repository.get()))
    return make_mirror(folder, address);
  return store;
}

void remove_leftovers(const fs::path& folder) {
  remove_below(folder, false, false);
  remove_below(folder / "refs", false, true);
  remove_below(folder / "objects", true, false);
  remove_below(folder / "objects" / "pack", true, false);
  remove_below(folder / "objects" / "info", true, false);
}

bool wants_packing(const fs::path& folder) {
  // Git's own estimate: ids are evenly spread, so one of the 256 folders tells of all; 27 there are
  // about 6,900.
  constexpr std::ptrdiff_t many = 27;
  std::error_code error;
  const fs::directory_iterator sample(folder / "objects" / "17", error);
  if (!error && std::distance(begin(sample), end(sample)) > many) return true;
  constexpr std::ptrdiff_t many_packs = 50;
  const fs::directory_iterator packs(folder / "objects" / "pack", error);
  return !error && std::count_if(begin(packs), end(packs), [](const fs::directory_entry& entry) {
                     return entry.path().extension() == ".pack";
                   }) > many_packs;
}

Standing survey(Store& store, const RemoteRefs& refs) {
  Handle<git_odb> odb;
  Handle<git_reference_iterator> all;
  if (fill(odb, git_repository_odb, store.repository.get()) != 0) return Standing::damaged;
  if (fill(all, git_reference_iterator_new, store.repository.get()) != 0) return Standing::damaged;
  std::size_t same = 0;
  std::size_t others = 0;
  Handle<git_reference> ref;
  int status = 0;
  while ((status = fill(ref, git_reference_next, all.get())) == 0) {
    const std::string name = git_reference_name(ref.get());
    if (!name.starts_with("refs/heads/") && !name.starts_with("refs/tags/")) continue;
    const git_oid* target = git_reference_target(ref.get());
    if (target == nullptr || !has_object(odb.get(), *target)) return Standing::damaged;
    const auto wanted = refs.ids.find(name);
    const bool is_same = wanted != refs.ids.end() && wanted->second == to_hex(*target);
    ++(is_same ? same : others);
  }
  if (status != GIT_ITEROVER) return Standing::damaged;
  if (others > 0 || same != refs.ids.size()) return Standing::behind;
  const bool detached = refs.head_branch.empty() && !refs.head_id.empty();
  return detached && !has_object(odb.get(), refs.head_id) ? Standing::behind : Standing::current;
}

Result<void> set_head(Store& store, const RemoteRefs& refs) {
  Handle<git_reference> head;
  if (!refs.head_branch.empty()) {
    const std::string target = "refs/heads/" + refs.head_branch;
    const int status = fill(head, git_reference_symbolic_create, store.repository.get(), "HEAD",
                            target.c_str(), 1, nullptr);
    if (status != 0)
      return fail(last_error(Code::internal, "cannot set HEAD of the mirror of " + store.name));
    return {};
  }
  if (refs.head_id.empty()) return {};
  TRY_ASSIGN(const git_oid oid, to_oid(refs.head_id));
  if (git_repository_set_head_detached(store.repository.get(), &oid) != 0)
    return fail(last_error(Code::internal, "cannot set HEAD of the mirror of " + store.name));
  return {};
}

}  // namespace flotilla::git
