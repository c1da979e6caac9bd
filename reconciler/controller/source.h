#pragma once

#include "reconciler/controller/folder_lock.h"
#include "reconciler/controller/options.h"
#include "reconciler/decision/decide.h"
#include "reconciler/git/repository.h"
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

  // Commits and pushes the status files if they differ from the branch. On a lost race the branch
  // is read again and the commit is made on top of it. True if there was something to commit.
  Result<bool> write_status(status::Input input);

  // Called before each decision with what it goes by, and whether the status branch is there.
  std::function<void(const decision::Previous&, bool branch_found)> on_previous;

 private:
  Source(git::Repository repository, Options options, FolderLock lock)
      : repository_(std::move(repository)), options_(std::move(options)), lock_(std::move(lock)) {}
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
  std::string decided_commit_;
  // What the confirming commits changed, by their ids; without text and commits.
  std::map<std::string, decision::Confirmation> changes_;
};

// "main@sha1:<id>" of a commit.
std::string revision_text(const std::string& branch, const std::string& commit);

}  // namespace flotilla::controller
