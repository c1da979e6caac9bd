#pragma once

#include "reconciler/placement/policy.h"

#include <memory>
#include <string>
#include <vector>

namespace flotilla::placement {

class SelectorIndex;

// True for objects that Karmada never propagates, whatever the policies say
// (karmada-semantics 9.1): those in the namespaces kube-*, karmada-system, karmada-cluster and
// karmada-es-*, events and leases.
bool is_skipped(const ObjectKey& key);

// The policy that a template was bound to before (9.3): claims are sticky.
struct Claim {
  std::string namespace_;  // empty: a ClusterPropagationPolicy
  std::string name;
};

struct Candidate {
  const PropagationPolicy* policy = nullptr;
  int implicit_priority = 0;  // 8.1: 1 all of a kind, 2 by label, 3 by name
};

struct Choice {
  const PropagationPolicy* policy = nullptr;
  enum class Why { nothing_matches, skipped, best_match, claimed, preempted };
  Why why = Why::nothing_matches;
};

// All propagation policies, found by the object's namespace, kind and name without going through
// all of them.
class PolicyIndex {
 public:
  PolicyIndex();
  explicit PolicyIndex(std::vector<PropagationPolicy> policies);

  // The one policy of the object (9.2, 9.5): the claim stays while its policy is there and still
  // matches, unless another one with preemption: Always may take it over; without a claim the best
  // PropagationPolicy of its namespace, else the best ClusterPropagationPolicy.
  Choice choose(const Object& object, const Claim* claim) const;
  const PropagationPolicy* choose(const Object& object) const {
    return choose(object, nullptr).policy;
  }
  // Every policy that matches, the best first: PropagationPolicies, then
  // ClusterPropagationPolicies. Empty for an object that is skipped. For `explain`.
  std::vector<Candidate> candidates(const Object& object) const;
  const std::vector<PropagationPolicy>& policies() const { return *policies_; }

 private:
  const PropagationPolicy* claimed(const Object& object, const Claim& claim) const;
  const PropagationPolicy* preempting(const Object& object, const PropagationPolicy& holder) const;

  std::shared_ptr<const std::vector<PropagationPolicy>> policies_;  // sorted by namespace and name
  std::shared_ptr<const SelectorIndex> selectors_;
};

}  // namespace flotilla::placement
