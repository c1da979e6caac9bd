#pragma once

#include "overrides/cluster.h"
#include "render/document/quantity.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::placement {

// What is left on a cluster, as its status tells. cpu in millicores, everything else in units.
using Amounts = std::map<std::string, std::int64_t>;

// The nodes of one grade, each with at least `least` free.
struct Grade {
  std::int64_t nodes = 0;
  Amounts least;
  bool operator==(const Grade&) const = default;
};

// Least free resources of a node by grade.
using Models = std::map<std::int64_t, Amounts>;

// spec.resourceModels of the cluster, or Karmada's default ones (karmada-semantics 5).
Models models_of(const overrides::Cluster& cluster);

struct ClusterRoom {
  Amounts left;  // allocatable - allocated - allocating, of what is allocatable; may be negative
  std::int64_t pods = 0;
  // In ascending order. nullopt: no allocatableModelings, or they name a grade that the cluster's
  // resourceModels lack.
  std::optional<std::vector<Grade>> grades;
  bool operator==(const ClusterRoom&) const = default;
};

// Of status.resourceSummary and spec.resourceModels (karmada-semantics 5, 12). A quantity that
// cannot be read counts as absent; without a resourceSummary there is no room at all.
ClusterRoom read_room(const overrides::Cluster& cluster);

// In the units that capacities are counted in: cpu in millicores, everything else rounded up to
// whole units.
std::int64_t counted(const std::string& name, const Quantity& quantity);

}  // namespace flotilla::placement
