#pragma once

#include "reconciler/placement/scheduling/call.h"
#include "reconciler/placement/scheduling/companions.h"

#include <cstddef>
#include <vector>

namespace flotilla::placement {

// The clusters that pass every filter with affinity term `term` (an index into Rules::tiers), by
// name, with score, tier and what they hold but without room; an error, NoClusterFit, if there is
// none (karmada-semantics 11.3, 11.4, 11.5).
Placed<std::vector<Feasible>> feasible_clusters(const Call& call, std::size_t term,
                                                const Companions& companions);

}  // namespace flotilla::placement
