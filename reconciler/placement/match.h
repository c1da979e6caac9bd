#pragma once

#include <map>
#include <string>
#include <vector>

#include "reconciler/placement/policy.h"

namespace flotilla::placement {

// All propagation policies, found by the object's namespace and kind.
class PolicyIndex {
 public:
  PolicyIndex() = default;
  explicit PolicyIndex(std::vector<PropagationPolicy> policies);

  // The one policy of the object (karmada-semantics 9.2): the best PropagationPolicy of its namespace, else the best
  // ClusterPropagationPolicy; nullptr if none matches.
  const PropagationPolicy* choose(const Object& object) const;
  const std::vector<PropagationPolicy>& policies() const { return policies_; }

 private:
  std::vector<PropagationPolicy> policies_;
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> by_namespace_and_kind_;
};

}  // namespace flotilla::placement
