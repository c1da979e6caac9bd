#include "tests/soak/notes.h"

#include <chrono>
#include <set>
#include <stdexcept>

namespace flotilla::soak {
namespace {

// Longer than a git server hangs that holds the branch's lock.
constexpr std::chrono::seconds patience{60};

std::string file_of(std::size_t number) { return "notes/note-" + std::to_string(number) + ".md"; }

}  // namespace

void Notes::add() {
  const std::string from = bare_.string();
  const std::string ref = "refs/heads/" + tests::status_branch;
  if (tree_.git({"ls-remote", from, ref}).empty()) return;
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < deadline) {
    tree_.git({"fetch", "--quiet", from, ref});
    tree_.git({"checkout", "--quiet", "--force", "--detach", "FETCH_HEAD"});
    const std::string file = file_of(commits_.size());
    tree_.write(file, "note " + std::to_string(commits_.size()) + "\n");
    const std::string commit = tree_.commit("Note " + std::to_string(commits_.size()));
    try {
      tree_.git({"push", "--quiet", from, "HEAD:" + ref});
      commits_.push_back(commit);
      return;
    } catch (const std::runtime_error&) {
      ++lost_races_;  // the controller was quicker
    }
  }
  throw std::runtime_error("a note cannot be pushed to the status branch");
}

std::string Notes::missing() const {
  if (commits_.empty()) return "";
  const std::string ref = "refs/heads/" + tests::status_branch;
  tree_.git({"fetch", "--quiet", bare_.string(), ref});
  const std::vector<std::string> files = tree_.files_of("FETCH_HEAD");
  const std::set<std::string> there(files.begin(), files.end());
  const std::vector<std::string> log = tests::lines_of(tree_.git({"rev-list", "FETCH_HEAD"}));
  const std::set<std::string> ancestors(log.begin(), log.end());
  std::string text;
  for (std::size_t i = 0; i < commits_.size(); ++i) {
    if (!there.contains(file_of(i))) text += "the status branch lost " + file_of(i) + "\n";
    if (!ancestors.contains(commits_[i]))
      text += "the status branch lost commit " + commits_[i] + "\n";
  }
  return text;
}

}  // namespace flotilla::soak
