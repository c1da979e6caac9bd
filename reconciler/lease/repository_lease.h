#pragma once

#include "reconciler/git/repository.h"
#include "reconciler/lease/repository_election.h"

#include <functional>
#include <optional>
#include <string>

namespace flotilla::lease {

// The lease in the repository, for the thread that has the repository. holds() may be asked from
// that thread only.
class RepositoryLease {
 public:
  struct Options {
    std::string branch = "flotilla/lease";
    std::string replica;  // replica_name()
    std::string process;  // empty: process_token()
    RepositoryTiming timing;
    git::Author author;
    std::function<Now()> clock;  // empty: now()
  };
  explicit RepositoryLease(Options options);

  // Looks at the remote and takes, renews or waits, as is due; costs nothing when nothing is due.
  // `fetched_since`: the caller has just fetched, and this is when that began, so that no other
  // fetch is needed. Errors as Repository::fetch() and push(): what was held is held on until its
  // time is over, see holds(); call again at next_call().
  Result<void> look(git::Repository& repository, std::optional<Now> fetched_since = std::nullopt);
  // Lets go of it, so that another takes over at once. Call it when all work has ended.
  Result<void> release(git::Repository& repository);

  // This process is the one that may write, now. Ask before each write.
  bool holds() const;
  // Until when, if look() does not manage to renew it.
  milliseconds until() const { return election_.until(); }
  // When look() is to be called next, at the latest; a time of Now::mono.
  milliseconds next_call() const;
  std::string holder() const;  // by name; empty: nobody
  // Another process uses this replica's name, or the file was no record.
  const std::optional<Error>& trouble() const { return trouble_; }

 private:
  Result<void> see(git::Repository& repository, Now start);
  Result<bool> write(git::Repository& repository, const RepositoryRecord& record);

  Options options_;
  RepositoryElection election_;
  std::optional<Error> trouble_;
  bool is_doubled_ = false;     // at the last look, by a process that is not known to be gone
  milliseconds not_before_{0};  // after an error
};

}  // namespace flotilla::lease
