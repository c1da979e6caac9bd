#include "reconciler/cli/status_branch.h"

#include "reconciler/decision/revision.h"

#include <chrono>

namespace flotilla::cli {
namespace {

bool is_clone(const git::Repository& repository) {
  const std::string origin = "refs/remotes/origin/";
  return repository.resolve(origin + "HEAD").has_value() ||
         repository.resolve(origin + repository.head_branch()).has_value();
}

}  // namespace

Result<std::string> status_head(const git::Repository& repository, const std::string& branch,
                                const std::string& repo) {
  auto commit = repository.resolve("refs/heads/" + branch);
  if (!commit && commit.error().code == Code::not_found)
    commit = repository.resolve("refs/remotes/origin/" + branch);
  if (commit || commit.error().code != Code::not_found) return commit;
  std::string text = "there is no branch " + branch + " in " + git::shown_url(repo) +
                     ", want one that `flotilla run` has written";
  // The whole refspec: a clone of a single branch would keep no ref of another one.
  if (is_clone(repository))
    text += "; if its origin has it: `git fetch origin " + branch + ":refs/remotes/origin/" +
            branch + "`";
  return fail(Code::not_found, std::move(text));
}

std::optional<Newest> newest_commit(const git::Repository& repository,
                                    const status::Memory& memory) {
  const std::string revision = get_string(memory.fleet, {"status", "revision"});
  const std::string told = decision::commit_of(revision);
  if (told.empty()) return std::nullopt;
  const std::string name = decision::name_of(revision);
  auto newest = repository.resolve("refs/remotes/origin/" + name);
  const bool of_clone = newest.has_value();
  if (!newest) newest = repository.resolve("refs/heads/" + name);
  if (!newest) return std::nullopt;
  // A clone may be behind the controller, and need not have the commit that it tells of.
  const auto is_old = repository.is_ancestor(*newest, told);
  if (!is_old || *is_old || !repository.commit(told)) return std::nullopt;
  const auto commit = repository.commit(*newest);
  if (!commit) return std::nullopt;
  return Newest{decision::revision_text(name, *newest), commit->time, of_clone};
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
