#pragma once

#include "overrides/cluster.h"
#include "render/interpreter/types.h"

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// How much still fits on the clusters (karmada-semantics 12). Exact 64-bit arithmetic: cpu in
// millicores, everything else in units.
namespace flotilla::placement {

// What one replica asks for, read once from ReplicaRequirements.
struct Demand {
  std::vector<std::pair<std::string, std::int64_t>> resources;  // sorted by name; only those > 0
  std::string namespace_;  // of the workload, for its ResourceQuotas; empty: none counts
  std::string priority_class;
  // False: no requirements at all, so only pod slots count.
  bool has_requirements = false;
};
// `requirements` is ReplicaRequirements in JSON or null; its own `namespace`, if it has one, goes
// before `namespace_`. Quantities that cannot be read are an error.
Result<Demand> demand_of(const Json::Value& requirements, std::string namespace_);

struct ComponentDemand {
  std::int64_t replicas = 0;
  Demand each;
};

inline constexpr std::int64_t unlimited = std::numeric_limits<std::int32_t>::max();

// The room on every cluster, minus what this pass has promised already. Clusters are named by their
// index in the vector that was given.
class Capacity {
 public:
  Capacity();  // of no clusters
  // From status.resourceSummary, its allocatableModelings and spec.resourceModels (12.1, 12.2).
  explicit Capacity(const std::vector<overrides::Cluster>& clusters);
  Capacity(const Capacity& other);
  Capacity& operator=(const Capacity& other);
  Capacity(Capacity&&) noexcept;
  Capacity& operator=(Capacity&&) noexcept;
  ~Capacity();

  // A ResourceQuota of a namespace on a cluster: `left` is hard - used per key (cpu,
  // requests.memory, pods, ...) in the units above. Several limit together. `priority_class_in`
  // and `priority_class_not_in` narrow it as scopeSelector does; empty: every workload.
  struct Quota {
    std::map<std::string, std::int64_t> left;
    std::vector<std::string> priority_class_in;
    std::vector<std::string> priority_class_not_in;
  };
  void limit(std::size_t cluster, const std::string& namespace_, Quota quota);

  // Replicas of `demand` for which the cluster has room, at most `unlimited`. Where the resource
  // models lack a resource that is asked for, the cluster's totals decide.
  std::int64_t replicas(std::size_t cluster, const Demand& demand) const;
  // The same for every cluster at once: out[i] is what replicas(i, demand) gives.
  void replicas(const Demand& demand, std::vector<std::int64_t>& out) const;
  // Whole sets of components (12.5): a set has `replicas` of each. At most `unlimited`.
  std::int64_t sets(std::size_t cluster, const std::vector<ComponentDemand>& components) const;
  // Overcommit protection (12.6): takes room away for what was just decided.
  void promise(std::size_t cluster, const Demand& demand, std::int64_t replicas);

 private:
  struct Rooms;
  std::unique_ptr<Rooms> rooms_;
};

}  // namespace flotilla::placement
