#pragma once

#include "reconciler/placement/policy.h"
#include "reconciler/placement/schedule.h"
#include "render/document/object.h"

#include <optional>
#include <string>
#include <vector>

namespace flotilla::decision {

struct PolicyRef {
  std::string namespace_;  // empty: a ClusterPropagationPolicy
  std::string name;
  std::string source;  // its file

  bool same_policy(const PolicyRef& other) const {
    return namespace_ == other.namespace_ && name == other.name;
  }
};

// What was decided for one template: Karmada's ResourceBinding (or ClusterResourceBinding) without
// its status.
struct Binding {
  ObjectKey object;
  std::string api_version;
  std::string name;  // karmada-semantics 2.1; unique within its namespace
  PolicyRef policy;
  std::optional<std::int64_t> replicas;  // of the template
  Json::Value placement;                 // spec.placement of the policy
  placement::ConflictResolution conflict_resolution = placement::ConflictResolution::abort;
  bool preserve_on_deletion = false;
  placement::Schedule schedule;
  // Every file that had a say: the template's, the policy's, then those of override policies,
  // sorted.
  std::vector<std::string> sources;
  // Not decided now: something it depends on is in error, so the previous decision stands and the
  // members are left as they are.
  bool kept = false;
};

// lower("<name with ':' as '.'>-<kind>"), Karmada's name of a binding.
std::string binding_name(const ObjectKey& object);

}  // namespace flotilla::decision
