#pragma once

#include "overrides/policy.h"

#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace flotilla::overrides {

// All override policies of a repository, found again by kind and namespace without going through
// all of them (quirk Q27).
class OverrideIndex {
 public:
  OverrideIndex() = default;
  explicit OverrideIndex(std::vector<OverridePolicy> policies);

  // The policies that may touch `object` (its kind, namespace and name fit; labels are looked at
  // when they run, since an earlier scope may change them): ClusterOverridePolicies, then
  // OverridePolicies of its namespace.
  struct Candidates {
    std::vector<const OverridePolicy*> cluster_scope;
    std::vector<const OverridePolicy*> namespace_scope;
    bool empty() const { return cluster_scope.empty() && namespace_scope.empty(); }
  };
  Candidates candidates(const Object& object) const;

 private:
  // The namespace of the policy (empty: cluster scope), then the apiVersion and kind it selects
  // (empty: everything).
  using Place = std::tuple<std::string, std::string, std::string>;
  std::vector<const OverridePolicy*> in_scope(const std::string& policy_namespace,
                                              const Object& object) const;

  std::vector<OverridePolicy> policies_;  // sorted by namespace and name
  std::map<Place, std::vector<std::size_t>> by_place_;
};

// Which rules of the candidates target the cluster. Clusters with equal signatures get equal
// manifests.
std::string signature(const OverrideIndex::Candidates& candidates, const Cluster& cluster);

// The candidates as transforms in the order of 16.1: one per scope, which matches against the
// object as it is when the scope starts. An error names the policy and its place. The transforms
// point into the index and must not outlive it.
std::vector<manifest::Transform> transforms(const OverrideIndex::Candidates& candidates,
                                            const Cluster& cluster);

}  // namespace flotilla::overrides
