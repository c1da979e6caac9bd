#include "reconciler/decision/recollect.h"

#include "reconciler/placement/policy.h"

#include <algorithm>

namespace flotilla::decision {

namespace {

using placement::AffinityTerm;
using placement::TargetCluster;

using Found = std::map<std::string, const Standing*>;  // by cluster

// What the scheduler gives numbers of replicas to (karmada-semantics 11.8).
bool has_replicas(const Binding& binding) {
  return (binding.replicas.value_or(0) > 0 || !binding.requirements.isNull()) &&
         binding.components.size() <= 1;
}

bool reaches(const AffinityTerm& term, const overrides::Cluster& cluster) {
  return overrides::matches(term.affinity, cluster) ||
         std::any_of(term.overflow.begin(), term.overflow.end(),
                     [&](const AffinityTerm& more) { return reaches(more, cluster); });
}

class Recollection {
 public:
  Recollection(const Decision& fresh, const Standings& standings) : standings_(standings) {
    for (const overrides::Cluster& cluster : fresh.clusters) clusters_[cluster.name] = &cluster;
    for (const auto& [cluster, objects] : standings.by_cluster)
      for (const auto& [key, standing] : objects)
        if (clusters_.contains(cluster)) found_[key][cluster] = &standing;
  }

  BindingPtr of(const Binding& decided) const {
    const auto found = found_.find(decided.object);
    if (decided.policy.name.empty() || found == found_.end()) return nullptr;
    Problems said_before;
    const auto placement = placement::read_placement(decided.placement, {"", "", said_before});
    if (!placement) return nullptr;
    const AffinityTerm* term = term_of(*placement, found->second);
    Binding binding = decided;
    binding.kept = false;
    binding.required_by.clear();
    placement::Schedule& schedule = binding.schedule = {};
    schedule.clusters = targets_in(binding, term, found->second);
    if (schedule.clusters.empty()) return nullptr;
    if (placement->is_divided() && has_replicas(binding)) add_unasked(binding, term);
    for (const TargetCluster& target : schedule.clusters)
      if (const auto standing = found->second.find(target.name); standing != found->second.end())
        schedule.last_scheduled_time =
            std::max(schedule.last_scheduled_time, standing->second->since);
    if (!placement->is_divided() && has_replicas(binding))
      for (TargetCluster& target : schedule.clusters) target.replicas = binding.replicas;
    if (term != nullptr) schedule.affinity_name = term->name;
    schedule.scheduled = true;
    schedule.reason = "Success";
    schedule.message = "Binding has been scheduled successfully.";
    schedule.applied_placement = binding.placement;
    return std::make_shared<const Binding>(std::move(binding));
  }

 private:
  std::size_t count_in(const AffinityTerm& term, const Found& found) const {
    return static_cast<std::size_t>(std::count_if(found.begin(), found.end(), [&](const auto& at) {
      return reaches(term, *clusters_.at(at.first));
    }));
  }

  // The first that has most of them; nullptr: the placement takes every cluster.
  const AffinityTerm* term_of(const placement::Placement& placement, const Found& found) const {
    const AffinityTerm* best = nullptr;
    std::size_t most = 0;
    for (const AffinityTerm& term : placement.terms) {
      const std::size_t count = count_in(term, found);
      if (best != nullptr && count <= most) continue;
      best = &term;
      most = count;
    }
    return best;
  }

  std::vector<TargetCluster> targets_in(const Binding& binding, const AffinityTerm* term,
                                        const Found& found) const {
    std::vector<TargetCluster> targets;
    for (const auto& [cluster, standing] : found) {
      if (term != nullptr && !reaches(*term, *clusters_.at(cluster))) continue;
      TargetCluster& target = targets.emplace_back();
      target.name = cluster;
      if (has_replicas(binding)) target.replicas = standing->replicas.value_or(0);
      if (has_replicas(binding)) continue;
      // Sets of components are recorded where one cluster has all of them.
      if (found.size() == 1)
        for (const interpreter::Component& component : binding.components)
          target.components.emplace_back(component.name, component.replicas);
    }
    return targets;
  }

  void add_unasked(Binding& binding, const AffinityTerm* term) const {
    std::vector<std::string> unasked;
    for (const std::string& name : standings_.unasked)
      if (const auto cluster = clusters_.find(name);
          cluster != clusters_.end() && (term == nullptr || reaches(*term, *cluster->second)))
        unasked.push_back(name);
    std::int64_t missing = binding.replicas.value_or(0);
    for (const TargetCluster& target : binding.schedule.clusters)
      missing -= target.replicas.value_or(0);
    auto left = static_cast<std::int64_t>(unasked.size());
    for (const std::string& name : unasked) {
      const std::int64_t share = missing <= 0 ? 0 : (missing + left - 1) / left;
      --left;
      missing -= share;
      if (share > 0) binding.schedule.clusters.push_back({name, share});
    }
    std::sort(binding.schedule.clusters.begin(), binding.schedule.clusters.end(),
              [](const TargetCluster& a, const TargetCluster& b) { return a.name < b.name; });
  }

  const Standings& standings_;
  std::map<std::string, const overrides::Cluster*> clusters_;
  std::map<ObjectKey, Found> found_;
};

}  // namespace

std::map<ObjectKey, BindingPtr> recollect(const Decision& fresh, const Standings& standings) {
  const Recollection recollection(fresh, standings);
  std::map<ObjectKey, BindingPtr> bindings;
  for (const Binding& decided : fresh.bindings)
    if (BindingPtr binding = recollection.of(decided)) bindings[decided.object] = binding;
  return bindings;
}

}  // namespace flotilla::decision
