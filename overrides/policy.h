#pragma once

#include "overrides/cluster.h"
#include "overrides/selector.h"
#include "render/manifest/manifest.h"

#include <optional>
#include <string>
#include <vector>

namespace flotilla::overrides {

// One entry of `overriders`, ready to run. Entries stand in the order in which Karmada runs them
// (16.1 rule 4).
struct Overrider {
  std::string kind;  // imageOverrider, labelsOverrider, annotationsOverrider, plaintext
  manifest::Transform apply;
};

struct OverrideRule {
  std::optional<ClusterAffinity> target_cluster;  // absent: every cluster
  std::vector<Overrider> overriders;
};

// OverridePolicy (with a namespace) or ClusterOverridePolicy (without).
struct OverridePolicy {
  std::string namespace_;
  std::string name;
  std::vector<ResourceSelector> selectors;  // empty: everything
  std::vector<OverrideRule> rules;
  SourceRef source;
};

// Reads and validates one policy; faults go to `problems`, and a policy with an error is not
// returned. Overriders of a later stage (commandOverrider, argsOverrider, fieldOverrider) are
// errors that say so: they are never silently left out.
std::optional<OverridePolicy> read_override_policy(const Object& object, Problems& problems);

}  // namespace flotilla::overrides
