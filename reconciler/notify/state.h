#pragma once

#include "reconciler/status/summary.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

// What notifications and commit statuses look at: the fleet as it is seen, and as it was told
// last. No I/O, no clock.
namespace flotilla::notify {

enum class Reach { untried, reached, unreachable };

struct ClusterFacts {
  Reach reach = Reach::untried;
  // A pass for the revision has ended: what is counted and what failed belongs to it.
  bool current = false;
  std::string trouble;  // why it is not reached, or its pass did not end
  std::size_t wanted = 0;
  std::size_t applied = 0;
  std::size_t healthy = 0;
  std::size_t drifted = 0;
  std::size_t held = 0;
  std::string held_digest;            // of the deletions that wait for a person; empty: none
  std::vector<std::string> failures;  // "object: message", what only a person can mend
  std::vector<std::string> drift;     // objects that somebody changed and that are left so
  std::vector<std::string> fights;    // of those: "object: message"
};

// The fleet at one moment.
struct Facts {
  std::string fleet;
  std::string revision;  // "main@sha1:<id>"; empty: nothing is known yet
  std::string subject;   // of its commit
  std::map<std::string, ClusterFacts> clusters;
  std::vector<std::string> problems;  // errors in the repository, with file and line
  std::optional<bool> suspended;      // nullopt: not known
  std::string suspended_why;
  std::optional<std::string> source_error;  // empty: the repository can be read; nullopt: not known
};

// Facts of what the status branch is told. `source_error`: why the repository cannot be read or a
// commit was refused, empty if all is well.
Facts facts_of(const status::Input& input, const status::Summary& summary,
               const std::string& source_error);

// What only the course of a cluster can tell. Times are seconds since 1970.
struct Course {
  std::optional<std::int64_t> unreachable_since;
  std::optional<std::int64_t> degraded_since;  // healthy before with the same revision
  std::string done;  // the newest revision that was applied and healthy there
};

// Facts and their course.
struct State {
  Facts facts;
  std::int64_t time = 0;  // up to when it was looked at: what was due by then has been told
  std::map<std::string, Course> courses;  // by cluster
  std::optional<std::int64_t> source_failing_since;
  bool failed = false;   // the revision has failures
  std::string deployed;  // the newest revision that was done on every cluster within reach
};

// The state in which a controller that ended has left the status branch; `now` is when the new one
// begins. Empty facts if the branch is new. What fleet.yaml may say besides: the conditions
// "Suspended" and "SourceReady", and status.deployedRevision (State::deployed); without that one,
// what is healthy counts as deployed.
State remembered(const status::Memory& memory, std::int64_t now);

// Objects and errors of all clusters that only a person can mend.
std::size_t count_failures(const Facts& facts);

}  // namespace flotilla::notify
