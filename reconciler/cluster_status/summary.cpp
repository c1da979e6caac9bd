#include "reconciler/cluster_status/summary.h"

#include "render/document/quantity.h"

#include <algorithm>
#include <limits>

namespace flotilla::cluster_status {
namespace {

const std::string pod_slots = "pods";

bool in_bytes(const std::string& name) {
  return name == "memory" || name == "storage" || name == "ephemeral-storage" ||
         name.starts_with("hugepages-");
}

__extension__ typedef __int128 Sum;

// The form depends on the resource alone, and not on what was added first.
Json::Value quantities(const std::map<std::string, Sum>& sums) {
  Json::Value list(Json::objectValue);
  for (const auto& [name, sum] : sums) {
    const Sum most = std::numeric_limits<std::int64_t>::max();
    const auto amount = static_cast<std::int64_t>(std::min(sum, most));
    Quantity quantity(amount,
                      in_bytes(name) ? Quantity::Format::binary_si : Quantity::Format::decimal_si);
    if (name == "cpu") quantity = Quantity::from_milli(amount);
    list[name] = quantity.text();
  }
  return list;
}

}  // namespace

Summary::Summary(placement::Models models) : models_(std::move(models)), grades_(models_.size()) {}

void Summary::set_models(placement::Models models) {
  if (models == models_) return;
  models_ = std::move(models);
  grades_.assign(models_.size(), 0);
  for (auto& [name, node] : nodes_) {
    node.grade = no_grade;
    grade(node);
  }
}

void Summary::count(const Node& node, int times) {
  total_ += times;
  if (node.facts.ready) ready_ += times;
  for (const auto& [name, amount] : node.facts.allocatable)
    allocatable_[name] += Sum(amount) * times;
}

bool Summary::put_node(const std::string& name, const NodeFacts& facts) {
  const auto before = std::pair(total_, ready_);
  Node& node = nodes_[name];
  if (node.known) count(node, -1);
  node.known = true;
  node.facts = facts;
  node.round = node_round_;
  count(node, 1);
  grade(node);
  return before != std::pair(total_, ready_);
}

bool Summary::remove_node(const std::string& name) {
  const auto found = nodes_.find(name);
  if (found == nodes_.end() || !found->second.known) return false;
  Node& node = found->second;
  count(node, -1);
  node.known = false;
  node.facts = {};
  grade(node);
  if (node.pods == 0) nodes_.erase(found);
  return true;
}

void Summary::end_nodes() {
  std::vector<std::string> gone;
  for (const auto& [name, node] : nodes_)
    if (node.known && node.round != node_round_) gone.push_back(name);
  for (const std::string& name : gone) remove_node(name);
}

std::uint32_t Summary::number_of(const std::string& name) {
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found != names_.end()) return static_cast<std::uint32_t>(found - names_.begin());
  names_.push_back(name);
  return static_cast<std::uint32_t>(names_.size() - 1);
}

void Summary::count(const Pod& pod, int times) {
  Sums& sums = pod.node == nullptr ? allocating_ : allocated_;
  sums[pod_slots] += times;
  if (pod.node != nullptr) pod.node->pods += times;
  for (const auto& [number, amount] : pod.requests) {
    const Sum change = Sum(amount) * times;
    sums[names_[number]] += change;
    if (pod.node != nullptr) pod.node->used[names_[number]] += change;
  }
  if (pod.node != nullptr) grade(*pod.node);
}

void Summary::put_pod(const std::string& key, const PodFacts& facts) {
  if (facts.over) return remove_pod(key);
  const auto [entry, is_new] = pods_.try_emplace(key);
  Pod& pod = entry->second;
  pod.round = pod_round_;
  Pod now;
  now.round = pod_round_;
  if (!facts.node.empty()) now.node = &nodes_[facts.node];
  for (const auto& [name, amount] : facts.requests)
    now.requests.emplace_back(number_of(name), amount);
  if (!is_new && pod.node == now.node && pod.requests == now.requests) return;
  Node* before = pod.node;
  if (!is_new) count(pod, -1);
  now.requests.shrink_to_fit();
  pod = std::move(now);
  count(pod, 1);
  forget_unused(before);
}

// A name that no Pod refers to any more.
void Summary::forget_unused(const Node* node) {
  if (node == nullptr || node->known || node->pods > 0) return;
  std::erase_if(nodes_, [&](const auto& entry) { return &entry.second == node; });
}

void Summary::remove_pod(const std::string& key) {
  const auto found = pods_.find(key);
  if (found == pods_.end()) return;
  const Pod pod = std::move(found->second);
  pods_.erase(found);
  count(pod, -1);
  forget_unused(pod.node);
}

void Summary::end_pods() {
  std::vector<std::string> gone;
  for (const auto& [key, pod] : pods_)
    if (pod.round != pod_round_) gone.push_back(key);
  for (const std::string& key : gone) remove_pod(key);
}

// What is free decides: the lowest of the grades that its resources reach. A node that takes no
// Pod now has none.
std::size_t Summary::grade_of(const Node& node) const {
  if (!node.known || !node.facts.ready || !node.facts.schedulable) return no_grade;
  const auto free_of = [&](const std::string& name) -> Sum {
    const auto all = node.facts.allocatable.find(name);
    const auto used = node.used.find(name);
    return (all == node.facts.allocatable.end() ? Sum(0) : Sum(all->second)) -
           (used == node.used.end() ? Sum(0) : used->second);
  };
  if (free_of(pod_slots) - node.pods <= 0 || models_.empty()) return no_grade;
  std::size_t lowest = no_grade;
  for (const auto& [name, least] : models_.begin()->second) {
    const Sum free = free_of(name);
    std::size_t reached = no_grade;
    std::size_t place = 0;
    for (const auto& [grade, amounts] : models_) {
      const auto wanted = amounts.find(name);
      if (wanted != amounts.end() && free >= Sum(wanted->second)) reached = place;
      ++place;
    }
    if (reached == no_grade) return no_grade;  // more is used than there is
    lowest = lowest == no_grade ? reached : std::min(lowest, reached);
  }
  return lowest;
}

void Summary::grade(Node& node) {
  const std::size_t grade = grade_of(node);
  if (grade == node.grade) return;
  if (node.grade != no_grade) --grades_[node.grade];
  if (grade != no_grade) ++grades_[grade];
  node.grade = grade;
}

Json::Value Summary::node_summary() const {
  Json::Value summary(Json::objectValue);
  summary["totalNum"] = Json::Int64(total_);
  summary["readyNum"] = Json::Int64(ready_);
  return summary;
}

Json::Value Summary::resource_summary() const {
  // No trace of what has gone altogether, so that the same cluster gives the same summary however
  // it came to be so.
  const auto present = [](const Sums& sums) {
    Sums kept = sums;
    std::erase_if(kept, [](const auto& entry) { return entry.second == 0; });
    kept.try_emplace(pod_slots, 0);
    return quantities(kept);
  };
  Json::Value summary(Json::objectValue);
  summary["allocatable"] = present(allocatable_);
  summary["allocated"] = present(allocated_);
  summary["allocating"] = present(allocating_);
  std::size_t place = 0;
  for (const auto& [grade, least] : models_) {
    Json::Value modeling(Json::objectValue);
    modeling["grade"] = Json::Int64(grade);
    modeling["count"] = Json::Int64(grades_[place++]);
    summary["allocatableModelings"].append(std::move(modeling));
  }
  return summary;
}

}  // namespace flotilla::cluster_status
