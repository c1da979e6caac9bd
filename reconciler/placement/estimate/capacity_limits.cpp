#include "reconciler/placement/estimate/capacity_limits.h"

#include "reconciler/placement/estimate/capacity_arithmetic.h"

#include <algorithm>

namespace flotilla::placement {

namespace {

// What one replica takes of the thing that a quota limits.
std::int64_t amount_of(const Demand& demand, std::string_view resource) {
  if (resource == "pods") return 1;
  for (const auto& [name, amount] : demand.resources)
    if (name == resource) return amount;
  return 0;
}

// requests.cpu, limits.cpu and cpu are all held against the request for cpu.
std::string limited_resource(const std::string& key) {
  for (const std::string_view prefix : {"requests.", "limits."})
    if (key.starts_with(prefix)) return key.substr(prefix.size());
  return key;
}

bool has(const std::vector<std::string>& list, const std::string& name) {
  return std::ranges::find(list, name) != list.end();
}

}  // namespace

QuotaLimit::QuotaLimit(std::size_t cluster, Capacity::Quota quota)
    : cluster_(cluster),
      priority_class_in_(std::move(quota.priority_class_in)),
      priority_class_not_in_(std::move(quota.priority_class_not_in)) {
  for (const auto& [key, left] : quota.left) left_.emplace_back(limited_resource(key), left);
}

bool QuotaLimit::is_for(const Demand& demand) const {
  return (priority_class_in_.empty() || has(priority_class_in_, demand.priority_class)) &&
         !has(priority_class_not_in_, demand.priority_class);
}

std::int64_t QuotaLimit::fit(const Demand& demand) const {
  std::int64_t replicas = unlimited;
  if (!is_for(demand)) return replicas;
  for (const auto& [resource, left] : left_)
    if (const std::int64_t amount = amount_of(demand, resource); amount > 0)
      replicas = std::min(replicas, std::max<std::int64_t>(left, 0) / amount);
  return replicas;
}

std::int64_t QuotaLimit::fit_sets(const std::vector<ComponentDemand>& components,
                                  const std::string& namespace_) const {
  std::int64_t sets = unlimited;
  for (const auto& [resource, left] : left_) {
    std::int64_t amount = 0;
    for (const auto& [replicas, each] : components)
      if (replicas > 0 && each.namespace_ == namespace_ && is_for(each))
        amount = sum(amount, product(replicas, amount_of(each, resource)));
    if (amount > 0) sets = std::min(sets, std::max<std::int64_t>(left, 0) / amount);
  }
  return sets;
}

void QuotaLimit::take(const Demand& demand, std::int64_t replicas) {
  if (!is_for(demand)) return;
  for (auto& [resource, left] : left_)
    left = difference(left, product(replicas, amount_of(demand, resource)));
}

}  // namespace flotilla::placement
