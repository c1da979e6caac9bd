#include "reconciler/git/history.h"

#include "reconciler/git/git_tree.h"

#include <git2.h>

namespace flotilla::git {
namespace {

constexpr std::size_t fewest_digits = 7;
constexpr std::size_t most_commits = 100000;

bool could_be_id(const std::string& text) {
  return text.size() >= fewest_digits && text.size() <= GIT_OID_HEXSZ &&
         text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// nullopt if no commit, or more than one object, has an id that begins so.
std::optional<git_oid> find_id(Store& store, const std::string& text) {
  git_oid prefix;
  if (!could_be_id(text) || git_oid_fromstrn(&prefix, text.data(), text.size()) != 0)
    return std::nullopt;
  Handle<git_object> object;
  if (fill(object, git_object_lookup_prefix, store.repository.get(), &prefix, text.size(),
           GIT_OBJECT_COMMIT) != 0)
    return std::nullopt;
  return *git_object_id(object.get());
}

// Files that differ from the first parent; all of a root commit.
Result<std::set<std::string>> changed_files(Store& store, const git_oid& id) {
  const std::string hex = to_hex(id);
  TRY_ASSIGN(const auto commit, find_commit(store, hex));
  const GitTree tree(store, hex);
  std::set<std::string> files;
  if (git_commit_parentcount(commit.get()) == 0) {
    TRY_ASSIGN(const auto entries, tree.list());
    for (const catalog::FileEntry& entry : entries) files.insert(entry.path);
    return files;
  }
  const std::string parent = to_hex(*git_commit_parent_id(commit.get(), 0));
  TRY_ASSIGN(const auto changes, tree.changes_since(parent));
  if (!changes) return fail(read_error(store, "commit " + parent));
  for (const catalog::FileChange& change : *changes) files.insert(change.path);
  return files;
}

// `first` and what came of it up to `head`: a branch that was merged later without knowing of it
// is not among them.
Result<std::set<std::string>> descendants(Store& store, const git_oid& first, const git_oid& head) {
  Handle<git_revwalk> walk;
  if (fill(walk, git_revwalk_new, store.repository.get()) != 0)
    return fail(read_error(store, "the history"));
  git_revwalk_sorting(walk.get(), GIT_SORT_TOPOLOGICAL | GIT_SORT_REVERSE);
  if (git_revwalk_push(walk.get(), &head) != 0 || git_revwalk_hide(walk.get(), &first) != 0)
    return fail(read_error(store, "the history"));
  std::set<std::string> ids = {to_hex(first)};
  std::size_t seen = 0;
  git_oid id;
  while (true) {
    const int status = git_revwalk_next(&id, walk.get());
    if (status == GIT_ITEROVER) return ids;
    if (status != 0) return fail(read_error(store, "the history"));
    if (++seen > most_commits)
      return fail(Code::too_large, "there are more than 100000 commits after " + to_hex(first));
    TRY_ASSIGN(const auto commit, find_commit(store, to_hex(id)));
    for (unsigned i = 0; i < git_commit_parentcount(commit.get()); ++i)
      if (ids.contains(to_hex(*git_commit_parent_id(commit.get(), i)))) {
        ids.insert(to_hex(id));
        break;
      }
  }
}

// How many commits `of` has that `without` (empty: nothing) has not.
Result<std::size_t> count(Store& store, const std::string& of, const std::string& without) {
  Handle<git_revwalk> walk;
  TRY_ASSIGN(const git_oid from, to_oid(of));
  if (fill(walk, git_revwalk_new, store.repository.get()) != 0 ||
      git_revwalk_push(walk.get(), &from) != 0)
    return fail(read_error(store, "the history"));
  if (!without.empty()) {
    TRY_ASSIGN(const git_oid known, to_oid(without));
    if (git_revwalk_hide(walk.get(), &known) != 0) return fail(read_error(store, "the history"));
  }
  std::size_t commits = 0;
  git_oid id;
  int status = 0;
  while ((status = git_revwalk_next(&id, walk.get())) == 0) ++commits;
  if (status != GIT_ITEROVER) return fail(read_error(store, "the history"));
  return commits;
}

}  // namespace

Result<std::optional<Since>> since(Store& store, const std::string& id, const std::string& head) {
  const std::optional<git_oid> found = find_id(store, id);
  if (!found) return std::optional<Since>();
  TRY_ASSIGN(const git_oid last, to_oid(head));
  const bool is_head = git_oid_equal(&*found, &last) != 0;
  if (!is_head) {
    const int descends = git_graph_descendant_of(store.repository.get(), &last, &*found);
    if (descends < 0) return fail(read_error(store, "the history"));
    if (descends == 0) return std::optional<Since>();
  }
  Since result;
  result.id = to_hex(*found);
  TRY_ASSIGN(const auto commit, find_commit(store, result.id));
  if (git_commit_parentcount(commit.get()) > 0)
    result.parent = to_hex(*git_commit_parent_id(commit.get(), 0));
  TRY_ASSIGN(result.files, changed_files(store, *found));
  TRY_ASSIGN(result.commits, descendants(store, *found, last));
  return std::optional(std::move(result));
}

Result<bool> is_ancestor(Store& store, const std::string& old, const std::string& now) {
  TRY(find_commit(store, now));
  if (old == now) return true;
  if (const auto known = find_commit(store, old); !known) {
    if (known.error().code == Code::not_found) return false;
    return fail(known.error());
  }
  TRY_ASSIGN(const git_oid ancestor, to_oid(old));
  TRY_ASSIGN(const git_oid commit, to_oid(now));
  const int descends = git_graph_descendant_of(store.repository.get(), &commit, &ancestor);
  if (descends < 0) return fail(read_error(store, "the history"));
  return descends == 1;
}

Result<std::size_t> commit_count(Store& store, const std::string& id, Counted& last) {
  TRY(find_commit(store, id));
  if (id == last.id) return last.commits;
  Counted now{id, 0};
  if (last.id.empty() || !find_commit(store, last.id)) {
    TRY_ASSIGN(now.commits, count(store, id, ""));
  } else {
    TRY_ASSIGN(const std::size_t gained, count(store, id, last.id));
    TRY_ASSIGN(const std::size_t lost, count(store, last.id, id));
    now.commits = last.commits + gained - lost;
  }
  last = now;
  return now.commits;
}

}  // namespace flotilla::git
