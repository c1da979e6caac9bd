#pragma once

#include "reconciler/placement/scheduling/call.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace flotilla::placement {

// The clusters of a region (or zone, ...), karmada-semantics 11.7.1.
struct Group {
  std::size_t name = 0;              // its place in the order of the names
  std::vector<std::size_t> members;  // indices into the candidates, in global order
  std::int64_t score = 0;
};

// What the score of a group depends on besides its clusters.
struct Wanted {
  bool divided = false;
  std::int64_t replicas = 0;
  std::int64_t min_groups = 1;
  std::int64_t min_clusters = 1;
};
std::int64_t group_score(const std::vector<Feasible>& candidates,
                         const std::vector<std::size_t>& members, const Wanted& wanted);

struct GroupWeight {
  std::size_t name = 0;     // its place in the order of the names
  std::int64_t value = 0;   // the number of its clusters, >= 1
  std::int64_t weight = 0;  // its score, >= 0
};

// Indices into `groups` of those chosen, in order of weight descending and name ascending: between
// `bounds.min` and `bounds.max` groups that have `target` clusters together; nullopt if there are
// no such groups (11.7.2). Karmada enumerates all combinations; this finds the same one in time
// groups * max * target.
std::optional<std::vector<std::size_t>> choose_groups(const std::vector<GroupWeight>& groups,
                                                      Bounds bounds, std::int64_t target);

}  // namespace flotilla::placement
