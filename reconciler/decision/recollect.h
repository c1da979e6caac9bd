#pragma once

#include "reconciler/decision/decide.h"

#include <map>
#include <optional>
#include <set>
#include <string>

// What was decided before, read off the members when the status branch that says it is lost.
namespace flotilla::decision {

// One object of ours as it stands on a member.
struct Standing {
  std::optional<std::int64_t> replicas = {};  // of a kind that has them
  std::string since = {};                     // its creationTimestamp
};
struct Standings {
  std::map<std::string, std::map<ObjectKey, Standing>> by_cluster;
  std::set<std::string> unasked;  // clusters that could not be asked
};

// The bindings that a decision would have left behind to which this is what stands: what is on a
// cluster was placed there, by the policy that selects it now. `fresh` is the decision without any
// memory. What is on a cluster that its policy does not select is left out: the policy changed, or
// it is there for others. Replicas of a divided object that are nowhere to be found are taken to be
// on the clusters that could not be asked.
std::map<ObjectKey, BindingPtr> recollect(const Decision& fresh, const Standings& standings);

}  // namespace flotilla::decision
