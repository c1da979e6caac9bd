#pragma once

#include "reconciler/controller/options.h"
#include "reconciler/decision/decide.h"
#include "reconciler/member/report.h"

#include <map>
#include <string>
#include <vector>

// How an empty controller takes over a fleet that others left.
namespace flotilla::controller {

// Where there is no status branch: asks the members what stands where, and gives that as what was
// decided before (Previous::bindings), so that nothing moves. Reads only; takes no longer than a
// slow member does, at most some 10 s. A member that cannot be asked is logged. `root_commit` is
// the repository's. Blocks, on a loop of its own; fails when `options.network.end` comes first.
Result<void> recall_previous(const Options& options, const decision::Snapshot& snapshot,
                             const std::string& root_commit, decision::Previous& previous);

// What taking over would come to.
struct Recovery {
  std::string revision;
  bool status_branch = false;      // there is one that remembers bindings
  std::size_t placements = 0;      // that were known before
  std::vector<std::string> moved;  // "Deployment/shop/web: eu -> eu, us": what would not stay
  std::map<std::string, member::Report> reports;  // of passes that only looked, by cluster
  // A first pass would leave this cluster as it is: it is suspended, or held on the member.
  static bool is_suspended(const member::Report& report);
  bool has_changes() const;
  // contract.md, "Exit codes": `changes` if a first pass would write anything.
  Exit exit = Exit::done;
};

// Looks at repository, status branch and members, and writes nothing anywhere.
Result<Recovery> look_before_recovery(const Options& options);

}  // namespace flotilla::controller
