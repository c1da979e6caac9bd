#pragma once

#include "reconciler/placement/scheduling/call.h"

#include <vector>

namespace flotilla::placement {

// True if the division of the replicas over these clusters depends on their room. `term_overflows`:
// the affinity term has overflow terms.
bool division_needs_room(const Call& call, const std::vector<Feasible>& candidates,
                         bool term_overflows);

// Divides the replicas over the selected clusters, in any order and without those that get none
// (karmada-semantics 11.8 to 11.10). Only where Call::assigns.
Placed<std::vector<Assigned>> assign_replicas(const Call& call,
                                              const std::vector<Feasible>& selected,
                                              bool term_overflows);

}  // namespace flotilla::placement
