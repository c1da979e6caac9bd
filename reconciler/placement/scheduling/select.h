#pragma once

#include "reconciler/placement/scheduling/call.h"

#include <vector>

namespace flotilla::placement {

// True if the order of the candidates or the choice among them depends on their room.
bool selection_needs_room(const Call& call);

// Which of the feasible clusters are used, by the spread constraints (karmada-semantics 11.7).
// `candidates` are in global order; the order of the result is the one in which division sees them.
//
// Of several constraints on groups the first of region, zone, provider and label is the one that
// chooses groups; the others only refuse clusters that lack the property. As Karmada does, region
// alone chooses with SchedulerOptions::karmada. A label constraint may stand without one on
// clusters: then as many clusters as its minimum of groups are wanted, and there is no maximum.
Placed<std::vector<Feasible>> select_clusters(const Call& call, std::vector<Feasible> candidates);

}  // namespace flotilla::placement
