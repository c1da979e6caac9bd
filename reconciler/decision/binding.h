#pragma once

#include "reconciler/placement/policy.h"
#include "reconciler/placement/schedule.h"
#include "render/document/object.h"
#include "render/interpreter/types.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::decision {

struct PolicyRef {
  std::string namespace_;  // empty: a ClusterPropagationPolicy
  std::string name;        // empty: no policy, it is there for others that depend on it
  std::string source;      // its file

  bool same_policy(const PolicyRef& other) const {
    return namespace_ == other.namespace_ && name == other.name;
  }
};

// A binding whose template depends on this one (karmada-semantics 19), with its clusters.
struct RequiredBy {
  std::string namespace_;  // empty: a ClusterResourceBinding
  std::string name;
  std::vector<placement::TargetCluster> clusters;

  bool operator==(const RequiredBy&) const = default;
};

// What was decided for one template: Karmada's ResourceBinding (or ClusterResourceBinding) without
// its status.
struct Binding {
  ObjectKey object;
  std::string api_version;
  std::string uid = {};  // of the template, if it has one
  std::string name;      // karmada-semantics 2.1; unique within its namespace
  PolicyRef policy;
  std::optional<std::int64_t> replicas;  // of the template
  Json::Value requirements = {};         // replicaRequirements, null if there are none
  std::vector<interpreter::Component> components = {};
  Json::Value placement;  // spec.placement of the policy
  placement::ConflictResolution conflict_resolution = placement::ConflictResolution::abort;
  bool preserve_on_deletion = false;
  bool propagate_deps = false;
  placement::Suspension suspension = {};
  Json::Value suspension_tree = {};  // spec.suspension, null if absent
  Json::Value failover = {};         // spec.failover, null if absent
  std::string scheduler_name = "default-scheduler";
  std::optional<std::int64_t> priority = {};  // spec.schedulePriority.priority
  std::string affinity_group = {};            // spec.workloadAffinityGroups, "<key>=<value>"
  std::string anti_affinity_group = {};
  Json::Value eviction_tasks = {};           // spec.gracefulEvictionTasks, kept as they are
  std::string reschedule_triggered_at = {};  // RFC 3339
  std::vector<RequiredBy> required_by = {};  // sorted by namespace and name
  std::vector<interpreter::Reference> dependencies = {};
  placement::Schedule schedule;
  // sha256 of the template that a Lazy policy acted on last; empty for other policies.
  std::string template_digest = {};
  // Every file that had a say: the template's, the policy's, then those of override policies,
  // sorted.
  std::vector<std::string> sources;
  // Not decided now: something it depends on is in error, so the previous decision stands and the
  // members are left as they are.
  bool kept = false;
};

using BindingPtr = std::shared_ptr<const Binding>;

// lower("<name with ':' as '.'>-<kind>"), Karmada's name of a binding.
std::string binding_name(const ObjectKey& object);

// Where the object goes: its own clusters, then those of the bindings that require it
// (karmada-semantics 15.1). Sorted by name.
std::vector<placement::TargetCluster> targets(const Binding& binding);

}  // namespace flotilla::decision
