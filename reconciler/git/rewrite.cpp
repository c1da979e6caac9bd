#include "reconciler/git/rewrite.h"

#include "render/base/text.h"

#include <git2.h>

#include <array>
#include <ranges>
#include <vector>

namespace flotilla::git {
namespace {

// The commit's own bytes with `parent` (empty: none) for its parents. Signatures are of other bytes
// and go.
std::string with_parent(const git_commit& commit, const std::string& parent) {
  constexpr std::array<std::string_view, 4> kept{"tree ", "author ", "committer ", "encoding "};
  std::string text;
  for (const std::string& line : split(git_commit_raw_header(&commit), '\n')) {
    for (const std::string_view start : kept)
      if (line.starts_with(start)) text += line + '\n';
    if (line.starts_with("tree ") && !parent.empty()) text += "parent " + parent + '\n';
  }
  return text + '\n' + git_commit_message_raw(&commit);
}

Result<std::string> write(Store& store, const std::string& text) {
  Handle<git_odb> objects;
  git_oid id;
  if (fill(objects, git_repository_odb, store.repository.get()) != 0 ||
      git_odb_write(&id, objects.get(), text.data(), text.size(), GIT_OBJECT_COMMIT) != 0)
    return fail(last_error(Code::internal, "cannot write a commit in " + store.name));
  return to_hex(id);
}

}  // namespace

Result<std::string> bounded_history(Store& store, const std::string& id, std::size_t keep) {
  if (keep == 0) return fail(Code::invalid, "a history of no commits, want at least 1");
  std::vector<Handle<git_commit>> newest_first;
  std::string next = id;
  while (newest_first.size() < keep) {
    TRY_ASSIGN(auto commit, find_commit(store, next));
    const bool is_root = git_commit_parentcount(commit.get()) == 0;
    if (is_root) return id;
    next = to_hex(*git_commit_parent_id(commit.get(), 0));
    newest_first.push_back(std::move(commit));
  }
  std::string parent;
  for (const auto& commit : newest_first | std::views::reverse) {
    TRY_ASSIGN(parent, write(store, with_parent(*commit, parent)));
  }
  return parent;
}

}  // namespace flotilla::git
