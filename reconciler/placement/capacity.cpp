#include "reconciler/placement/capacity.h"

#include "reconciler/placement/estimate/capacity_arithmetic.h"
#include "reconciler/placement/estimate/capacity_limits.h"
#include "reconciler/placement/estimate/capacity_models.h"
#include "reconciler/placement/estimate/capacity_status.h"

#include <algorithm>
#include <optional>
#include <set>

namespace flotilla::placement {

struct Capacity::Rooms {
  std::vector<std::string> names;  // of resources, sorted; their index is their number
  std::vector<std::int64_t> pods;  // by cluster
  std::vector<std::int64_t> left;  // by cluster, then by resource; 0 where it is not allocatable
  std::vector<std::optional<ModelNodes>> models;          // by cluster
  std::map<std::string, std::vector<QuotaLimit>> limits;  // by namespace, then by cluster

  std::optional<std::size_t> number_of(const std::string& name) const;
  // Of the resources that any cluster knows; nullopt if it asks for another one too.
  std::optional<Needs> needs_of(const Demand& demand) const;
  const std::int64_t* left_on(std::size_t cluster) const {
    return left.data() + cluster * names.size();
  }
  std::int64_t pods_on(std::size_t cluster) const {
    return std::clamp<std::int64_t>(pods[cluster], 0, unlimited);
  }
  std::int64_t fit(std::size_t cluster, const Needs& needs) const;
  std::int64_t fit_sets(std::size_t cluster, const std::vector<ComponentNeeds>& set) const;
  const std::vector<QuotaLimit>& limits_of(const std::string& namespace_) const;
  void take(std::size_t cluster, std::size_t resource, std::int64_t amount) {
    std::int64_t& on_cluster = left[cluster * names.size() + resource];
    on_cluster = difference(on_cluster, amount);
  }
  void add_model(const std::vector<Grade>& grades);
};

std::optional<std::size_t> Capacity::Rooms::number_of(const std::string& name) const {
  const auto found = std::ranges::lower_bound(names, name);
  if (found == names.end() || *found != name) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

std::optional<Needs> Capacity::Rooms::needs_of(const Demand& demand) const {
  Needs needs;
  needs.reserve(demand.resources.size());
  for (const auto& [name, amount] : demand.resources) {
    if (amount <= 0) continue;
    const auto number = number_of(name);
    if (!number) return std::nullopt;
    needs.emplace_back(*number, amount);
  }
  return needs;
}

// 12.1, for a demand that has requirements.
std::int64_t Capacity::Rooms::fit(std::size_t cluster, const Needs& needs) const {
  std::int64_t replicas = pods_on(cluster);
  if (replicas == 0) return 0;
  const auto& model = models[cluster];
  if (model && model->model(needs)) return model->fit(needs, replicas);
  const std::int64_t* amounts = left_on(cluster);
  for (const auto& [resource, amount] : needs) {
    if (amounts[resource] < amount) return 0;
    replicas = std::min(replicas, amounts[resource] / amount);
  }
  return replicas;
}

// 12.5.
std::int64_t Capacity::Rooms::fit_sets(std::size_t cluster,
                                       const std::vector<ComponentNeeds>& set) const {
  std::int64_t sets = std::max<std::int64_t>(pods[cluster], 0);
  std::int64_t replicas = 0;
  std::map<std::size_t, std::int64_t> together;
  for (const ComponentNeeds& component : set) {
    replicas = sum(replicas, component.replicas);
    for (const auto& [resource, amount] : component.each)
      together[resource] = sum(together[resource], product(component.replicas, amount));
  }
  if (replicas <= 0) return std::min(sets, unlimited);
  sets = std::min(sets / replicas, unlimited);
  for (const auto& [resource, amount] : together)
    if (amount > 0)
      sets = std::min(sets, std::max<std::int64_t>(left_on(cluster)[resource], 0) / amount);
  const auto& model = models[cluster];
  const bool modelled = model && std::ranges::all_of(set, [&](const ComponentNeeds& component) {
                          return model->model(component.each);
                        });
  return modelled ? model->fit_sets(set, sets) : sets;
}

const std::vector<QuotaLimit>& Capacity::Rooms::limits_of(const std::string& namespace_) const {
  static const std::vector<QuotaLimit> none;
  if (namespace_.empty() || limits.empty()) return none;
  const auto found = limits.find(namespace_);
  return found == limits.end() ? none : found->second;
}

void Capacity::Rooms::add_model(const std::vector<Grade>& grades) {
  std::vector<bool> modelled(names.size());
  for (const Grade& grade : grades)
    for (const auto& [name, amount] : grade.least) modelled[*number_of(name)] = true;
  ModelNodes nodes(modelled);
  for (const Grade& grade : grades) {
    std::vector<std::int64_t> free(names.size());
    for (const auto& [name, amount] : grade.least) free[*number_of(name)] = amount;
    nodes.append(grade.nodes, free);
  }
  models.back() = std::move(nodes);
}

Capacity::Capacity(const std::vector<overrides::Cluster>& clusters)
    : rooms_(std::make_unique<Rooms>()) {
  std::vector<ClusterRoom> rooms;
  std::set<std::string> names;
  for (const overrides::Cluster& cluster : clusters) {
    rooms.push_back(read_room(cluster));
    for (const auto& [name, amount] : rooms.back().left) names.insert(name);
    if (!rooms.back().grades) continue;
    for (const Grade& grade : *rooms.back().grades)
      for (const auto& [name, amount] : grade.least) names.insert(name);
  }
  rooms_->names.assign(names.begin(), names.end());
  for (const ClusterRoom& room : rooms) {
    rooms_->pods.push_back(room.pods);
    for (const std::string& name : rooms_->names) {
      const auto found = room.left.find(name);
      rooms_->left.push_back(found == room.left.end() ? 0 : found->second);
    }
    rooms_->models.emplace_back();
    if (room.grades) rooms_->add_model(*room.grades);
  }
}

Capacity::Capacity() = default;

Capacity::Capacity(const Capacity& other)
    : rooms_(other.rooms_ == nullptr ? nullptr : std::make_unique<Rooms>(*other.rooms_)) {}

Capacity& Capacity::operator=(const Capacity& other) {
  if (this != &other) *this = Capacity(other);
  return *this;
}

Capacity::Capacity(Capacity&&) noexcept = default;
Capacity& Capacity::operator=(Capacity&&) noexcept = default;
Capacity::~Capacity() = default;

void Capacity::limit(std::size_t cluster, const std::string& namespace_, Quota quota) {
  if (rooms_ == nullptr || cluster >= rooms_->pods.size()) return;
  rooms_->limits[namespace_].emplace_back(cluster, std::move(quota));
}

std::int64_t Capacity::replicas(std::size_t cluster, const Demand& demand) const {
  if (rooms_ == nullptr || cluster >= rooms_->pods.size()) return 0;
  const auto needs = demand.has_requirements ? rooms_->needs_of(demand) : Needs();
  if (!needs) return 0;
  std::int64_t room =
      demand.has_requirements ? rooms_->fit(cluster, *needs) : rooms_->pods_on(cluster);
  for (const QuotaLimit& limit : rooms_->limits_of(demand.namespace_))
    if (limit.cluster() == cluster) room = std::min(room, limit.fit(demand));
  return room;
}

void Capacity::replicas(const Demand& demand, std::vector<std::int64_t>& out) const {
  out.assign(rooms_ == nullptr ? 0 : rooms_->pods.size(), 0);
  if (out.empty()) return;
  const auto needs = demand.has_requirements ? rooms_->needs_of(demand) : Needs();
  if (!needs) return;
  for (std::size_t cluster = 0; cluster < out.size(); ++cluster)
    out[cluster] =
        demand.has_requirements ? rooms_->fit(cluster, *needs) : rooms_->pods_on(cluster);
  for (const QuotaLimit& limit : rooms_->limits_of(demand.namespace_))
    out[limit.cluster()] = std::min(out[limit.cluster()], limit.fit(demand));
}

std::int64_t Capacity::sets(std::size_t cluster,
                            const std::vector<ComponentDemand>& components) const {
  if (rooms_ == nullptr || cluster >= rooms_->pods.size()) return 0;
  std::vector<ComponentNeeds> set;
  std::set<std::string> namespaces;
  for (const auto& [replicas, each] : components) {
    if (replicas <= 0) continue;
    auto needs = rooms_->needs_of(each);
    if (!needs) return 0;
    set.push_back({replicas, std::move(*needs)});
    namespaces.insert(each.namespace_);
  }
  std::int64_t sets = rooms_->fit_sets(cluster, set);
  for (const std::string& namespace_ : namespaces)
    for (const QuotaLimit& limit : rooms_->limits_of(namespace_))
      if (limit.cluster() == cluster) sets = std::min(sets, limit.fit_sets(components, namespace_));
  return sets;
}

void Capacity::promise(std::size_t cluster, const Demand& demand, std::int64_t replicas) {
  if (rooms_ == nullptr || cluster >= rooms_->pods.size() || replicas <= 0) return;
  Rooms& rooms = *rooms_;
  rooms.pods[cluster] = difference(rooms.pods[cluster], replicas);
  if (const auto slots = rooms.number_of("pods")) rooms.take(cluster, *slots, replicas);
  Needs needs;
  for (const auto& [name, amount] : demand.resources) {
    const auto number = rooms.number_of(name);
    if (!number || amount <= 0) continue;
    needs.emplace_back(*number, amount);
    rooms.take(cluster, *number, product(replicas, amount));
  }
  if (auto& model = rooms.models[cluster]) model->place(needs, replicas);
  const auto limits = rooms.limits.find(demand.namespace_);
  if (limits == rooms.limits.end()) return;
  for (QuotaLimit& limit : limits->second)
    if (limit.cluster() == cluster) limit.take(demand, replicas);
}

}  // namespace flotilla::placement
