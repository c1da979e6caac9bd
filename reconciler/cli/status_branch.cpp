#include "reconciler/cli/status_branch.h"

#include <chrono>

namespace flotilla::cli {

Result<std::string> status_head(const git::Repository& repository, const std::string& branch,
                                const std::string& repo) {
  auto commit = repository.resolve("refs/heads/" + branch);
  if (!commit && commit.error().code == Code::not_found)
    commit = repository.resolve("refs/remotes/origin/" + branch);
  if (commit || commit.error().code != Code::not_found) return commit;
  return fail(Code::not_found, "there is no branch " + branch + " in " + git::shown_url(repo) +
                                   ", want one that `flotilla run` has written");
}

Result<status::Memory> memory_at(const git::Repository& repository, const std::string& commit) {
  TRY_ASSIGN(const auto tree, repository.tree(commit));
  return status::read_memory(*tree);
}

std::int64_t seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace flotilla::cli
