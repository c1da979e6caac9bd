#include "reconciler/decision/observed.h"
#include "reconciler/decision/pass.h"
#include "reconciler/decision/settings_digest.h"
#include "render/interpreter/timestamp.h"

#include <algorithm>
#include <tuple>

// What a pass begins with, and what of it has changed since the last one.
namespace flotilla::decision {

namespace {

std::set<GroupKind> defined_kinds(const catalog::Catalog& catalog) {
  std::set<GroupKind> kinds;
  const ObjectKey first{"apiextensions.k8s.io", "CustomResourceDefinition", "", ""};
  for (auto it = catalog.templates.lower_bound(first, catalog::stands_before);
       it != catalog.templates.end() && (*it)->key.group_kind() == first.group_kind(); ++it)
    kinds.insert({get_string((*it)->tree, {"spec", "group"}),
                  get_string((*it)->tree, {"spec", "names", "kind"})});
  return kinds;
}

// What is in error may have been a setting.
bool is_sound(const catalog::Catalog& catalog) {
  return catalog.faulty_files.empty() && catalog.faulty_objects.empty() &&
         catalog.doubtful_files.empty();
}

// As its file says.
overrides::Cluster read_anew(const overrides::Cluster& cluster) {
  Problems ignored;
  return overrides::read_cluster(cluster.object, ignored).value_or(cluster);
}

bool may_select(const placement::Placement& placement, const overrides::Cluster& cluster) {
  const auto fits = [&](const placement::AffinityTerm& term) {
    return overrides::matches(term.affinity, cluster);
  };
  return placement.terms.empty() ||
         std::ranges::any_of(placement.terms, [&](const placement::AffinityTerm& term) {
           return fits(term) || std::ranges::any_of(term.overflow, fits);
         });
}

const placement::PropagationPolicy* find_policy(const Settings& settings, const PolicyRef& ref) {
  const std::vector<placement::PropagationPolicy>& all = settings.policies.policies();
  const auto name_of = [](const placement::PropagationPolicy& policy) {
    return std::tie(policy.namespace_, policy.name);
  };
  const auto wanted = std::tie(ref.namespace_, ref.name);
  const auto found = std::ranges::lower_bound(all, wanted, {}, name_of);
  return found == all.end() || name_of(*found) != wanted ? nullptr : &*found;
}

bool is_workload(const Binding& binding) {
  return binding.replicas.value_or(0) > 0 || !binding.requirements.isNull() ||
         !binding.components.empty();
}

bool is_target(const Binding& binding, const std::string& cluster) {
  return std::ranges::any_of(
      binding.schedule.clusters,
      [&](const placement::TargetCluster& target) { return target.name == cluster; });
}

}  // namespace

Pass::Pass(const Snapshot& snapshot, const Previous& previous, Decider::Memo& memo,
           Explanation* explanation)
    : snapshot_(snapshot),
      catalog_(snapshot.catalog),
      previous_(previous),
      memo_(memo),
      explanation_(explanation) {
  incremental_ = memo.reusable && is_sound(catalog_) &&
                 memo.settings_objects == catalog_.settings &&
                 memo.quota_status == previous.quota_status && memo.owner == previous.owner &&
                 memo.timed == !snapshot.time.empty();
  if (!incremental_) {
    memo_.settings_problems.clear();
    Settings settings =
        read_settings(catalog_, previous_, interpreter::parse_timestamp(snapshot_.time).value_or(0),
                      memo_.settings_problems);
    for (overrides::Cluster& cluster : settings.clusters)
      cluster = with_observed(std::move(cluster), observed_of(cluster.name));
    memo_.settings = std::make_shared<const Settings>(std::move(settings));
    memo_.settings_digest = digest_of_settings(catalog_);
    memo_.cluster_status = previous_.cluster_status;
  }
  if (incremental_) follow_observed();
  memo_.observed = snapshot_.observed;
  settings_ = memo_.settings;
  faults_.emplace(catalog_, *settings_);
  if (!faults_->none()) incremental_ = false;
  defined_ = defined_kinds(catalog_);
}

Json::Value Pass::observed_of(const std::string& cluster) const {
  static const Json::Value nothing;
  const auto before = previous_.cluster_status.find(cluster);
  const Json::Value& earlier = before == previous_.cluster_status.end() ? nothing : before->second;
  const auto now = snapshot_.observed.find(cluster);
  const bool is_new = now != snapshot_.observed.end() && now->second != nullptr;
  return with_later(earlier, is_new ? *now->second : nothing);
}

// True if neither the status branch nor an observation says something else of the cluster.
bool Pass::is_observed_as_before(const std::string& cluster) const {
  const auto live_of = [&](const auto& observed) -> const Json::Value* {
    const auto found = observed.find(cluster);
    return found == observed.end() ? nullptr : found->second.get();
  };
  const Json::Value* live = live_of(snapshot_.observed);
  const Json::Value* live_before = live_of(memo_.observed);
  const bool same_live =
      live == live_before || (live != nullptr && live_before != nullptr && *live == *live_before);
  if (!same_live) return false;
  const auto known = previous_.cluster_status.find(cluster);
  const auto known_before = memo_.cluster_status.find(cluster);
  if (known == previous_.cluster_status.end() || known_before == memo_.cluster_status.end())
    return known == previous_.cluster_status.end() && known_before == memo_.cluster_status.end();
  return known->second == known_before->second;
}

// The settings with the clusters as they are observed now, and what of that decisions can see.
void Pass::follow_observed() {
  std::shared_ptr<Settings> settings;
  for (std::size_t i = 0; i < memo_.settings->clusters.size(); ++i) {
    const overrides::Cluster& before = memo_.settings->clusters[i];
    if (is_observed_as_before(before.name)) continue;
    remember_observed(before.name);
    overrides::Cluster now = with_observed(read_anew(before), observed_of(before.name));
    placement::ObservedChange change(before, now);
    if (change.of_room() || !change.none_for_filters()) changes_.push_back(std::move(change));
    if (!settings) settings = std::make_shared<Settings>(*memo_.settings);
    settings->clusters[i] = std::move(now);
  }
  if (settings) memo_.settings = std::move(settings);
}

void Pass::remember_observed(const std::string& cluster) {
  const auto known = previous_.cluster_status.find(cluster);
  if (known == previous_.cluster_status.end())
    memo_.cluster_status.erase(cluster);
  else
    memo_.cluster_status[cluster] = known->second;
}

// Whether an entry that stands could be decided otherwise because of what was observed.
bool Pass::sees_change(const ObjectKey& key, const Entry& entry) {
  if (changes_.empty() || entry.binding == nullptr || entry.binding->policy.name.empty())
    return false;
  const Binding& binding = *entry.binding;
  const placement::PropagationPolicy* policy = find_policy(*settings_, binding.policy);
  // A Lazy policy may be placed by what it said before.
  if (policy == nullptr || !same(binding.placement, policy->placement.tree)) return true;
  // What is divided and fits its policy stays where it is (11.2).
  if (is_workload(binding) && policy->placement.is_divided()) return false;
  return std::ranges::any_of(changes_, [&](const placement::ObservedChange& change) {
    if (change.of_room() && entry.seeks_room) return true;
    return !change.none_for_filters() && change.of_filters(binding.api_version, key.kind) &&
           !is_target(binding, change.cluster().name) &&
           may_select(policy->placement, change.cluster());
  });
}

}  // namespace flotilla::decision
