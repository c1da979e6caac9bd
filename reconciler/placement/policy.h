#pragma once

#include "overrides/cluster.h"
#include "overrides/selector.h"

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace flotilla::placement {

struct AffinityTerm {
  std::string name;  // empty for the single clusterAffinity
  overrides::ClusterAffinity affinity;
  std::vector<AffinityTerm> overflow;  // overflowAffinities, in order; they have none themselves
};

// A corev1.Toleration, as far as scheduling looks at it.
struct Toleration {
  std::string key;
  std::string op;  // Exists; Equal or empty
  std::string value;
  std::string effect;
};

enum class SpreadField { cluster, region, zone, provider, label };
struct SpreadConstraint {
  SpreadField field = SpreadField::cluster;
  std::string label;     // spreadByLabel, for SpreadField::label
  std::int64_t min = 1;  // minGroups, 0 read as 1
  std::int64_t max = 0;  // maxGroups; 0: not set (quirk Q2)
};

struct StaticWeight {
  overrides::ClusterAffinity target;
  std::int64_t weight = 1;
};

enum class Division { duplicated, aggregated, dynamic_weight, static_weight };
struct ReplicaScheduling {
  Division division = Division::duplicated;
  // static_weight: staticWeightList. nullopt: weightPreference is not set, every cluster weighs 1.
  std::optional<std::vector<StaticWeight>> weights;
};

// karmada-semantics 3.1.
struct Placement {
  std::vector<AffinityTerm> terms;  // empty: every cluster; one without a name: clusterAffinity;
                                    // else clusterAffinities in order
  std::vector<Toleration> tolerations;
  std::vector<SpreadConstraint> spread;
  std::optional<ReplicaScheduling> replicas;  // nullopt: not set, which means duplicated
  std::string affinity_label;                 // workloadAffinity.affinity.groupByLabelKey
  std::string anti_affinity_label;            // workloadAffinity.antiAffinity.groupByLabelKey
  Json::Value tree = Json::Value(Json::objectValue);  // spec.placement with the webhook's defaults

  bool is_divided() const { return replicas && replicas->division != Division::duplicated; }
};

enum class ConflictResolution { abort, overwrite };

// suspension.dispatching and suspension.dispatchingOnClusters.
struct Suspension {
  bool everywhere = false;
  std::vector<std::string> clusters;

  bool holds(const std::string& cluster) const;
  bool any() const { return everywhere || !clusters.empty(); }
};

// PropagationPolicy (with a namespace) or ClusterPropagationPolicy (without); karmada-semantics 3.
struct PropagationPolicy {
  std::string namespace_;
  std::string name;
  std::vector<overrides::ResourceSelector> selectors;
  Placement placement;
  std::int64_t priority = 0;
  bool preempts = false;  // preemption: Always
  std::vector<std::string> dependent_overrides;
  bool propagate_deps = false;
  bool lazy = false;  // activationPreference: Lazy
  Suspension suspension;
  Json::Value suspension_tree;  // spec.suspension as written, null if absent
  Json::Value failover;         // spec.failover with the webhook's defaults, null if absent
  ConflictResolution conflict_resolution = ConflictResolution::abort;
  bool preserve_on_deletion = false;
  std::string scheduler_name = "default-scheduler";
  std::string priority_class;  // schedulePriority.priorityClassName, empty if absent
  SourceRef source;

  bool operator<(const PropagationPolicy& other) const {
    return std::tie(namespace_, name) < std::tie(other.namespace_, other.name);
  }
};

// Reads, defaults and validates as the CRD schema and the webhook would; faults go to `problems`,
// and a policy with an error is not returned.
std::optional<PropagationPolicy> read_propagation_policy(const Object& object, Problems& problems);

// The placement alone, as it stands in a policy or in a binding of the status branch. nullopt if it
// has an error. Warnings: spread-without-max (read as unlimited, Q2), spread-ignored (Q6).
std::optional<Placement> read_placement(const Json::Value& value,
                                        const overrides::Reading& reading);

}  // namespace flotilla::placement
