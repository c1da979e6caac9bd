#pragma once

#include "reconciler/placement/policy.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace flotilla::placement {

struct TargetCluster {
  std::string name;
  std::optional<std::int64_t> replicas = {};  // absent for objects without replicas
  std::vector<std::pair<std::string, std::int64_t>> components = {};  // of multi-component sets

  bool operator==(const TargetCluster&) const = default;
};

// A result of scheduling, as the binding keeps it (11.3).
struct Schedule {
  std::vector<TargetCluster> clusters;  // sorted by name
  // schedulerObservingAffinityName: the term of clusterAffinities that won, or was tried last.
  std::string affinity_name;
  bool scheduled = false;  // condition Scheduled
  std::string reason;      // Success, NoClusterFit, Unschedulable, SchedulerError, ...
  std::string message;
  // Annotation policy.karmada.io/applied-placement; null: never scheduled.
  Json::Value applied_placement = {};
  std::string last_scheduled_time = {};  // RFC 3339; empty: never
};

}  // namespace flotilla::placement
