#pragma once

#include "reconciler/placement/scheduling/call.h"

#include <string>

// What `explain` tells of a call. Nothing here does anything where no trace was asked for.
namespace flotilla::placement {

// Names every cluster and forgets what an earlier affinity term left behind.
void trace_start(const Call& call);
void trace_room(const Call& call, const std::vector<Feasible>& candidates);
void trace_selected(const Call& call, const std::vector<Feasible>& selected);
// What the binding has in the end: of a failure that keeps the previous clusters, those.
void trace_targets(const Call& call, const std::vector<TargetCluster>& targets);
void trace_term(const Call& call, const std::string& affinity_name, const std::string& outcome);

}  // namespace flotilla::placement
