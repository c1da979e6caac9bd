#pragma once

#include "reconciler/placement/capacity.h"

#include <string>
#include <utility>
#include <vector>

namespace flotilla::placement {

// A ResourceQuota of one namespace on one cluster (karmada-semantics 12.4).
class QuotaLimit {
 public:
  QuotaLimit(std::size_t cluster, Capacity::Quota quota);

  std::size_t cluster() const { return cluster_; }
  // Replicas that it leaves room for; `unlimited` if it is not for this demand.
  std::int64_t fit(const Demand& demand) const;
  // Sets of those components that live in `namespace_`.
  std::int64_t fit_sets(const std::vector<ComponentDemand>& components,
                        const std::string& namespace_) const;
  void take(const Demand& demand, std::int64_t replicas);

 private:
  bool is_for(const Demand& demand) const;

  std::size_t cluster_;
  std::vector<std::pair<std::string, std::int64_t>> left_;  // by resource; one may stand twice
  std::vector<std::string> priority_class_in_;
  std::vector<std::string> priority_class_not_in_;
};

}  // namespace flotilla::placement
