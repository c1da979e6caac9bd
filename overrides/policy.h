#pragma once

#include "overrides/cluster.h"
#include "overrides/selector.h"
#include "render/manifest/manifest.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::overrides {

// One entry of `overriders`, ready to run (the operations of plaintext are one entry). Entries
// stand in the order in which Karmada runs them (16.1 rule 4).
struct Overrider {
  // imageOverrider, commandOverrider, argsOverrider, labelsOverrider, annotationsOverrider,
  // fieldOverrider, plaintext
  std::string kind;
  // On an error the object is as it was.
  std::function<Result<void>(Json::Value&, const Cluster&)> apply;
  SourceRef where = {};     // of the entry
  std::string path = {};    // "spec.overrideRules[0].overriders.imageOverrider[1]"
  bool by_cluster = false;  // its values hold facts of the cluster (flotilla.dev/expand)
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

// Reads and validates one policy (karmada-semantics 4 and 28); faults go to `problems`, and a
// policy with an error is not returned. The deprecated pair spec.targetCluster and spec.overriders
// is one rule, held to the same rules: what Karmada lets pass there would only fail later.
//
// Two annotations of a policy go beyond Karmada:
//   flotilla.dev/override-containers  which containers image, command and args overriders reach
//                                     besides Karmada's: overriders/containers.h
//   flotilla.dev/expand: "true"       facts of the cluster in the values: overriders/expand.h
std::optional<OverridePolicy> read_override_policy(const Object& object, Problems& problems);

}  // namespace flotilla::overrides
