#pragma once

#include "reconciler/placement/policy.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace flotilla::placement {

// True for objects that Karmada never propagates, whatever the policies say
// (karmada-semantics 9.1): those in the namespaces kube-*, karmada-system, karmada-cluster and
// karmada-es-*, events and leases.
bool is_skipped(const ObjectKey& key);

// All propagation policies, found by the object's namespace and kind.
class PolicyIndex {
 public:
  PolicyIndex() = default;
  explicit PolicyIndex(std::vector<PropagationPolicy> policies);

  // The one policy of the object (karmada-semantics 9.2): the best PropagationPolicy of its
  // namespace, else the best ClusterPropagationPolicy; nullptr if none matches or the object is one
  // that is skipped.
  const PropagationPolicy* choose(const Object& object) const;
  const std::vector<PropagationPolicy>& policies() const { return policies_; }

 private:
  const PropagationPolicy* best(const std::string& policy_namespace, const Object& object) const;

  std::vector<PropagationPolicy> policies_;  // sorted by namespace and name
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> by_namespace_and_kind_;
};

}  // namespace flotilla::placement
