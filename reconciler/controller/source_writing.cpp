// What a Source writes: the status branch and the branch of manifests.
#include "reconciler/controller/rendered.h"
#include "reconciler/controller/source.h"
#include "reconciler/decision/revision.h"
#include "reconciler/log/log.h"
#include "render/interpreter/timestamp.h"

#include <algorithm>
#include <chrono>

namespace flotilla::controller {
namespace {

constexpr int push_attempts = 6;

std::int64_t seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Result<bool> Source::write_status(status::Input input) {
  const std::int64_t now = seconds_now();
  input.now = interpreter::format_timestamp(now);
  git::Author author;
  author.time = now;
  for (int attempt = 0; attempt < push_attempts; ++attempt) {
    if (attempt > 0) {
      log::info("the status branch moved meanwhile: reading it again");
      TRY(repository_.fetch());
    }
    // What other replicas have written is summed up, also where this one has nothing new to say.
    TRY_ASSIGN(const std::string there, branch_commit(options_.status_branch));
    TRY(remember(there));
    auto changed = status::changes(status::status_files(input, memory_), memory_.files);
    if (input.scope) status::keep_to(*input.scope, input, memory_, changed);
    TRY_ASSIGN(const std::optional<std::string> commit,
               repository_.write_commit(memory_commit_, changed,
                                        status::commit_message(input, memory_), author));
    // A part of the branch is written by others.
    if (!commit && !input.scope) written_ = input.decision->bindings;
    if (!commit) return false;
    const auto pushed = repository_.push(options_.status_branch, *commit, memory_commit_);
    if (pushed) {
      pushed_ = std::move(changed);
      if (!input.scope) written_ = input.decision->bindings;
      memory_commit_ = *commit;
      bound_history(input.decision->service.status.history);
      return true;
    }
    if (pushed.error().code != Code::conflict) return fail(pushed.error());
  }
  return fail(Code::conflict, "the status branch " + options_.status_branch +
                                  " was moved by others at each of " +
                                  std::to_string(push_attempts) + " attempts to push it");
}

// Drops what is older than `most` commits of the status branch, a quarter of them at a time so that
// it is rarely done. Somebody else's push in between only puts it off.
void Source::bound_history(std::int64_t most) {
  if (most <= 0) return;
  const auto keep = static_cast<std::size_t>(most);
  if (history_length_ > 0 && ++history_length_ <= keep + keep / 4) return;
  const auto commits = repository_.log(memory_commit_, keep + keep / 4 + 1);
  if (!commits) return;
  history_length_ = commits->size();
  if (history_length_ <= keep + keep / 4) return;
  const auto bounded = repository_.bounded_history(memory_commit_, keep);
  if (!bounded) {
    log::warning("the history of the status branch was not shortened: " +
                 to_string(bounded.error()));
    return;
  }
  const auto pushed = repository_.push(options_.status_branch, *bounded, memory_commit_);
  if (!pushed) {
    log::warning("the history of the status branch was not shortened: " +
                 to_string(pushed.error()));
    return;
  }
  memory_commit_ = *bounded;
  history_length_ = keep;
}

namespace {

bool is_same(const SharedList<manifest::Manifest>& a, const SharedList<manifest::Manifest>& b) {
  return std::equal(a.pointers().begin(), a.pointers().end(), b.pointers().begin(),
                    b.pointers().end());
}

bool is_same(const std::map<std::string, SharedList<manifest::Manifest>>& manifests,
             const std::map<std::string, decision::ClusterWork>& work) {
  return std::equal(manifests.begin(), manifests.end(), work.begin(), work.end(),
                    [](const auto& one, const auto& other) {
                      return one.first == other.first &&
                             is_same(one.second, other.second.manifests);
                    });
}

}  // namespace

Result<bool> Source::write_rendered(const decision::Decision& decision) {
  for (int attempt = 0; attempt < push_attempts; ++attempt) {
    TRY_ASSIGN(const std::string parent, branch_commit(options_.rendered_branch));
    if (!parent.empty() && parent == rendered_.commit && rendered_.revision == decision.revision &&
        is_same(rendered_.manifests, decision.work))
      return false;
    std::map<std::string, std::string> present;
    if (!parent.empty()) {
      TRY_ASSIGN(const auto tree, repository_.tree(parent));
      TRY_ASSIGN(const auto entries, tree->list());
      for (const catalog::FileEntry& entry : entries)
        if (is_rendered_path(entry.path)) {
          TRY_ASSIGN(present[entry.path], tree->read(entry));
        }
    }
    const auto changed = status::changes(rendered_files(decision), present);
    git::Author author;
    author.time = seconds_now();
    TRY_ASSIGN(
        const std::optional<std::string> commit,
        repository_.write_commit(parent, changed,
                                 "Manifests of " + decision::short_revision(decision.revision) +
                                     "\n\nFlotilla-Revision: " + decision.revision + "\n",
                                 author));
    const auto pushed =
        commit ? repository_.push(options_.rendered_branch, *commit, parent) : Result<void>();
    if (pushed) {
      rendered_ = {commit.value_or(parent), decision.revision, {}};
      for (const auto& [cluster, work] : decision.work)
        rendered_.manifests.emplace(cluster, work.manifests);
      return commit.has_value();
    }
    if (pushed.error().code != Code::conflict) return fail(pushed.error());
    TRY(repository_.fetch());
  }
  return fail(Code::conflict, "the branch " + options_.rendered_branch +
                                  " was moved by others at each attempt to push it");
}

}  // namespace flotilla::controller
