#pragma once

#include "reconciler/controller/folder_lock.h"
#include "reconciler/controller/options.h"
#include "reconciler/decision/decide.h"
#include "reconciler/git/repository.h"
#include "reconciler/status/write.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::controller {

// A commit, decided.
struct Decided {
  std::shared_ptr<const decision::Decision> decision;
  std::string commit;
  std::string subject;
  std::string root_commit;
  std::int64_t generation = 0;  // commits up to it, itself included
  bool commit_is_new = false;   // else only what was observed of clusters changed
  // By cluster: what the status branch remembers of each object there.
  std::map<std::string, std::shared_ptr<const decision::Inventory>> remembered;
};

// The git side of the controller: fetches, decides, and writes the status branch. Used by one
// thread.
class Source {
 public:
  static Result<Source> open(const Options& options);

  // Fetches; nullopt if nothing changed since the last call that gave a decision.
  Result<std::optional<Decided>> refresh();

  // Decides anew with what was observed of clusters (Karmada's Cluster.status, by name), which
  // counts from now on; nullopt if nothing was decided yet, or the decision would see no
  // difference.
  Result<std::optional<Decided>> observe(std::map<std::string, Json::Value> statuses);

  // Commits and pushes the status files if they differ from the branch. On a lost race the branch
  // is read again and the commit is made on top of it. True if there was something to commit.
  Result<bool> write_status(status::Input input);

 private:
  Source(git::Repository repository, Options options, FolderLock lock)
      : repository_(std::move(repository)), options_(std::move(options)), lock_(std::move(lock)) {}
  Decided decide();
  Result<std::vector<decision::Confirmation>> confirmations(const catalog::Catalog& catalog,
                                                            const std::string& commit);
  Result<decision::Confirmation> changes_of(const git::Since& since) const;
  void count_as_previous(const decision::Decision& decision);
  Result<void> remember(const std::string& branch_commit);
  void catch_up();
  Result<bool> write_rendered(const decision::Decision& decision);
  Result<std::string> branch_commit(const std::string& branch) const;

  git::Repository repository_;
  Options options_;
  FolderLock lock_;
  catalog::ParseCache cache_;
  decision::Decider decider_;
  status::Memory memory_;
  std::string memory_commit_;  // of the status branch; empty: there is none
  // What memory_ lacks of memory_commit_: files that were pushed and are read only when somebody
  // asks.
  std::map<std::string, std::optional<std::string>> pushed_;
  bool remembered_ = false;
  // By cluster, as the branch said when it was read last.
  std::map<std::string, std::shared_ptr<const decision::Inventory>> inventories_;
  decision::Snapshot snapshot_;                  // of decided_
  Decided decided_;                              // without the decision
  std::map<std::string, Json::Value> observed_;  // by cluster
  // What the confirming commits changed, by their ids; without text and commits.
  std::map<std::string, decision::Confirmation> changes_;
};

// Every problem and every template without a policy, in the log.
void log_problems(const decision::Decision& decision);

// "main@sha1:<id>" of a commit and the branch or tag it was found by (empty: HEAD).
std::string revision_text(const std::string& name, const std::string& commit);

}  // namespace flotilla::controller
