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

// Which rules of the candidates target the cluster, and its name if one of them holds facts of it
// (flotilla.dev/expand). Clusters with equal signatures get equal manifests.
std::string signature(const OverrideIndex::Candidates& candidates, const Cluster& cluster);

// One overrider that ran, and what it changed.
struct Touch {
  std::string policy;  // "OverridePolicy ns/name", "ClusterOverridePolicy name"
  SourceRef source;    // of the overrider's entry; of the policy if that is not known
  std::size_t rule = 0;
  std::string overrider;           // "imageOverrider"
  std::vector<std::string> paths;  // JSON pointers of the fields that it changed, sorted
};

// The candidates as transforms in the order of 16.1: one per scope, which matches against the
// object as it is when the scope starts. An error names the policy, the entry and its place. The
// transforms point into the index and at `cluster` and must not outlive them. With `touches` each
// overrider that runs without an error is appended to it, in the order in which they run.
std::vector<manifest::Transform> transforms(const OverrideIndex::Candidates& candidates,
                                            const Cluster& cluster,
                                            std::vector<Touch>* touches = nullptr);

}  // namespace flotilla::overrides
