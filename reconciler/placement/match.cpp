#include "reconciler/placement/match.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace flotilla::placement {

namespace {

// Objects that another controller of Karmada has made and looks after.
constexpr std::string_view claimed_by_label = "resourcetemplate.karmada.io/claimed-by";

}  // namespace

bool is_skipped(const ObjectKey& key) {
  const std::string& place = key.namespace_;
  if (place.starts_with("kube-") || place.starts_with("karmada-es-")) return true;
  if (place == "karmada-system" || place == "karmada-cluster") return true;
  if (key.group == "events.k8s.io" || key.group == "coordination.k8s.io") return true;
  return key.group.empty() && key.kind == "Event";
}

struct PolicyIndex::Places {
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> by_namespace_and_kind;
};

PolicyIndex::PolicyIndex() : PolicyIndex(std::vector<PropagationPolicy>()) {}

PolicyIndex::PolicyIndex(std::vector<PropagationPolicy> policies) {
  std::sort(policies.begin(), policies.end());
  auto places = std::make_shared<Places>();
  for (std::size_t i = 0; i < policies.size(); ++i) {
    std::set<std::string> kinds;
    for (const overrides::ResourceSelector& selector : policies[i].selectors)
      kinds.insert(selector.kind);
    for (const std::string& kind : kinds)
      places->by_namespace_and_kind[{policies[i].namespace_, kind}].push_back(i);
  }
  policies_ = std::make_shared<const std::vector<PropagationPolicy>>(std::move(policies));
  places_ = std::move(places);
}

const PropagationPolicy* PolicyIndex::best(const std::string& policy_namespace,
                                           const Object& object) const {
  const auto found = places_->by_namespace_and_kind.find({policy_namespace, object.key.kind});
  if (found == places_->by_namespace_and_kind.end()) return nullptr;
  const PropagationPolicy* best = nullptr;
  int best_implicit = 0;
  // The indexes go up by name, so that of equals the smaller name is kept.
  for (const std::size_t index : found->second) {
    const PropagationPolicy& policy = (*policies_)[index];
    if (best != nullptr && policy.priority < best->priority) continue;
    const int implicit = overrides::best_match(policy.selectors, object.tree);
    if (implicit == 0) continue;
    if (best != nullptr &&
        std::tie(policy.priority, implicit) <= std::tie(best->priority, best_implicit))
      continue;
    best = &policy;
    best_implicit = implicit;
  }
  return best;
}

Choice PolicyIndex::choose(const Object& object, const Claim* /*claim*/) const {
  if (is_skipped(object.key)) return {nullptr, Choice::Why::skipped};
  const Json::Value* labels = labels_of(object.tree);
  if (labels != nullptr && find(*labels, claimed_by_label) != nullptr)
    return {nullptr, Choice::Why::skipped};
  if (!object.key.namespace_.empty())
    if (const PropagationPolicy* policy = best(object.key.namespace_, object))
      return {policy, Choice::Why::best_match};
  const PropagationPolicy* policy = best("", object);
  return {policy, policy == nullptr ? Choice::Why::nothing_matches : Choice::Why::best_match};
}

}  // namespace flotilla::placement
