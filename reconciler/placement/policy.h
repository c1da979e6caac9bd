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
};

// A corev1.Toleration, as far as scheduling looks at it.
struct Toleration {
  std::string key;
  std::string op;  // Exists; Equal or empty
  std::string value;
  std::string effect;
};

// karmada-semantics 3.1. Parts that the scheduler does not act on yet are kept in `tree`, so that a
// binding shows them.
struct Placement {
  std::vector<AffinityTerm> terms;  // empty: every cluster; one without a name: clusterAffinity;
                                    // else clusterAffinities in order
  Json::Value tree;                 // spec.placement as written, with the webhook's defaults
  std::vector<Toleration> tolerations;
};

enum class ConflictResolution { abort, overwrite };

// PropagationPolicy (with a namespace) or ClusterPropagationPolicy (without); karmada-semantics 3.
struct PropagationPolicy {
  std::string namespace_;
  std::string name;
  std::vector<overrides::ResourceSelector> selectors;
  Placement placement;
  std::int64_t priority = 0;
  ConflictResolution conflict_resolution = ConflictResolution::abort;
  bool preserve_on_deletion = false;
  std::string scheduler_name = "default-scheduler";
  SourceRef source;

  bool operator<(const PropagationPolicy& other) const {
    return std::tie(namespace_, name) < std::tie(other.namespace_, other.name);
  }
};

// Reads and validates as the webhook would; faults go to `problems`, and a policy with an error is
// not returned. Placement features that are not built yet (Divided, spread constraints) are errors
// that say so: a wrong number of replicas is worse than none.
std::optional<PropagationPolicy> read_propagation_policy(const Object& object, Problems& problems);

}  // namespace flotilla::placement
