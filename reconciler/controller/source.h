#pragma once

#include "reconciler/controller/folder_lock.h"
#include "reconciler/controller/options.h"
#include "reconciler/decision/decide.h"
#include "reconciler/git/repository.h"
#include "reconciler/git/verify.h"
#include "reconciler/status/write.h"

#include <functional>
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
  // The commit before it, if the history was rewritten since.
  std::string rewritten_from;
  std::uint64_t term = 0;      // of GitThread::start_over()
  bool commit_is_new = false;  // else only what was observed of clusters changed
  // By cluster: what the status branch remembers of each object there.
  std::map<std::string, std::shared_ptr<const decision::Inventory>> remembered;
};

// The git side of the controller: fetches, decides, and writes the status branch. Used by one
// thread.
class Source {
 public:
  static Result<Source> open(const Options& options);

  // Fetches; nullopt if nothing changed since the last call that gave a decision. A commit that is
  // not signed as it must be is an error, once: what was decided before it stays. After a restart
  // the next call decides the last good commit.
  Result<std::optional<Decided>> refresh();

  // Decides anew with what was observed of clusters (Karmada's Cluster.status, by name), which
  // counts from now on; nullopt if nothing was decided yet.
  std::optional<Decided> observe(std::map<std::string, status::ClusterStatusPtr> statuses);

  // Why the newest commit is not applied: its signatures are not as they have to be. Empty: it is.
  // refresh() gives it as an error when it is found out, and nothing after that.
  const std::string& refusal() const { return refusal_; }

  // For a replica that does not lead: only this commit is decided; empty: none; nullopt: the
  // newest.
  void follow(std::optional<std::string> commit) { followed_ = std::move(commit); }
  // The status branch as it was read last.
  const status::Memory& memory() const { return memory_; }
  git::Repository& repository() { return repository_; }
  // True if the last refresh() found that others have written the status branch.
  bool branch_moved() const { return branch_moved_; }

  // Reads the status branch anew and decides anew with the next refresh(), as after a restart.
  void start_over();

  // Commits and pushes the status files if they differ from the branch. On a lost race the branch
  // is read again and the commit is made on top of it. True if there was something to commit.
  Result<bool> write_status(status::Input input);

  // Commits and pushes the manifests of a decision to their branch if they differ from it. True if
  // there was something to commit.
  Result<bool> write_rendered(const decision::Decision& decision);

  // Called before each decision with what it goes by, and whether the status branch is there.
  std::function<void(const decision::Previous&, bool branch_found)> on_previous;

 private:
  Source(git::Repository repository, Options options, FolderLock lock)
      : repository_(std::move(repository)),
        options_(std::move(options)),
        lock_(std::move(lock)),
        verifier_(options_.verify_keys) {}
  Result<std::optional<std::string>> verified(const git::Reference& found);
  std::string recorded_commit() const;
  Decided decide();
  Result<std::vector<decision::Confirmation>> confirmations(const catalog::Catalog& catalog,
                                                            const std::string& commit);
  Result<decision::Confirmation> changes_of(const git::Since& since) const;
  void count_as_previous(const decision::Decision& decision);
  Result<void> remember(const std::string& branch_commit);
  Result<bool> follow_branch(const catalog::FileTree& tree);
  Result<std::string> rewritten_from(const std::string& commit) const;
  void bound_history(std::int64_t most);
  void catch_up();
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
  // What all files of bindings were made of then; none: not known.
  std::optional<SharedList<decision::Binding>> written_;
  bool remembered_ = false;
  std::shared_ptr<const decision::Decision> decision_;  // the newest
  // What the branch of manifests holds since this process wrote it.
  struct Rendered {
    std::string commit;
    std::string revision;
    std::map<std::string, SharedList<manifest::Manifest>> manifests;  // by cluster
  };
  Rendered rendered_;
  // By cluster, as the branch said when it was read last.
  std::map<std::string, std::shared_ptr<const decision::Inventory>> inventories_;
  decision::Snapshot snapshot_;  // of decided_
  Decided decided_;              // without the decision
  std::optional<std::string> followed_;
  bool branch_moved_ = false;
  std::size_t history_length_ = 0;  // of the status branch; 0: not known
  git::Verifier verifier_;
  std::string refusal_;  // why the head is not taken; empty: it is
  // What the confirming commits changed, by their ids; without text and commits.
  std::map<std::string, decision::Confirmation> changes_;
};

// Where the mirror and what else is kept is: --data-dir, or a folder of the user's cache by URL.
std::filesystem::path data_folder(const Options& options);

// Every problem and every template without a policy, in the log.
void log_problems(const decision::Decision& decision);

}  // namespace flotilla::controller
