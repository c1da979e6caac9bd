#pragma once

#include "overrides/cluster.h"

#include <memory>
#include <string>
#include <vector>

// What was observed of the members, and what the decision makes of it.
namespace flotilla::decision {

inline constexpr std::string_view not_ready_taint = "cluster.karmada.io/not-ready";
inline constexpr std::string_view unreachable_taint = "cluster.karmada.io/unreachable";

// The NoSchedule taints that follow from a Cluster's status (karmada-semantics 21.2): not-ready for
// Ready False, unreachable for Unknown, none for True. Nor for a cluster of which nothing was
// observed: in a first pass nothing is known of any, and all must be placed.
std::vector<overrides::Taint> condition_taints(const Json::Value& status);

// The later observation over the earlier one: it has the say in each part and each condition that
// it has, the others stand. Either may be null.
Json::Value with_later(const Json::Value& earlier, const Json::Value& later);

// The cluster as it is after an observation: what its file says in `status` stands, but for the
// Ready condition, which nobody can know beforehand; condition_taints() of what was observed are
// added, each once.
overrides::Cluster with_observed(overrides::Cluster cluster, const Json::Value& observed);

}  // namespace flotilla::decision
