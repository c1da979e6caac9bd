#pragma once

#include "reconciler/decision/decide.h"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace flotilla::decision {

// What each node waits for, by number.
using Edges = std::vector<std::vector<std::size_t>>;

struct Sorting {
  std::vector<std::size_t> sequence;  // every node after those it waits for, cycles aside
  std::vector<std::vector<std::size_t>> cycles;  // in order, the smallest node first; every node
                                                 // that is on a cycle is in at least one
};
Sorting sort_by_edges(const Edges& edges);

// What each template says that it depends on.
using Dependants = std::map<ObjectKey, std::vector<ObjectKey>>;

// depends-on annotations of the template; what cannot be read counts as absent. Sorted.
std::vector<ObjectKey> depends_on_of(const Object& object);
// Where the first of these annotations stands; the object's own place if it has none.
SourceRef place_of_depends_on(const Object& object);
// The same as dependency_cycles(), of templates that say something.
std::vector<std::vector<ObjectKey>> cycles_among(const Dependants& dependants);

// "dependency cycle: A → B → A"; the smallest comes first.
std::string cycle_text(std::vector<ObjectKey> cycle);

}  // namespace flotilla::decision
