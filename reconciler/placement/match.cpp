#include "reconciler/placement/match.h"

#include "reconciler/placement/selector_index.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace flotilla::placement {

namespace {

// Objects that another controller of Karmada has made and looks after.
constexpr std::string_view claimed_by_label = "resourcetemplate.karmada.io/claimed-by";

bool is_left_alone(const Object& object) {
  if (is_skipped(object.key)) return true;
  const Json::Value* labels = labels_of(object.tree);
  return labels != nullptr && find(*labels, claimed_by_label) != nullptr;
}

}  // namespace

bool is_skipped(const ObjectKey& key) {
  const std::string& place = key.namespace_;
  if (place.starts_with("kube-") || place.starts_with("karmada-es-")) return true;
  if (place == "karmada-system" || place == "karmada-cluster") return true;
  if (key.group == "events.k8s.io" || key.group == "coordination.k8s.io") return true;
  return key.group.empty() && key.kind == "Event";
}

PolicyIndex::PolicyIndex() : PolicyIndex(std::vector<PropagationPolicy>()) {}

PolicyIndex::PolicyIndex(std::vector<PropagationPolicy> policies) {
  std::sort(policies.begin(), policies.end());
  policies_ = std::make_shared<const std::vector<PropagationPolicy>>(std::move(policies));
  selectors_ = std::make_shared<const SelectorIndex>(*policies_);
}

const PropagationPolicy* PolicyIndex::claimed(const Object& object, const Claim& claim) const {
  // A PropagationPolicy holds no object of another namespace.
  if (!claim.namespace_.empty() && claim.namespace_ != object.key.namespace_) return nullptr;
  const auto wanted = std::tie(claim.namespace_, claim.name);
  const auto at = std::lower_bound(policies_->begin(), policies_->end(), wanted,
                                   [](const PropagationPolicy& policy, const auto& name) {
                                     return std::tie(policy.namespace_, policy.name) < name;
                                   });
  if (at == policies_->end() || std::tie(at->namespace_, at->name) != wanted) return nullptr;
  const auto index = static_cast<std::size_t>(at - policies_->begin());
  return selectors_->selects(index, object) ? &*at : nullptr;
}

const PropagationPolicy* PolicyIndex::preempting(const Object& object,
                                                 const PropagationPolicy& holder) const {
  const bool held_by_cluster_policy = holder.namespace_.empty();
  const std::string& place = object.key.namespace_;
  std::optional<SelectorIndex::Hit> hit;
  if (!place.empty())
    hit = selectors_->best_preempting(
        place, object, held_by_cluster_policy ? std::nullopt : std::optional(holder.priority));
  if (!hit && held_by_cluster_policy)
    hit = selectors_->best_preempting("", object, holder.priority);
  return hit ? &(*policies_)[hit->policy] : nullptr;
}

Choice PolicyIndex::choose(const Object& object, const Claim* claim) const {
  if (is_left_alone(object)) return {nullptr, Choice::Why::skipped};
  if (claim != nullptr) {
    if (const PropagationPolicy* holder = claimed(object, *claim)) {
      if (const PropagationPolicy* other = preempting(object, *holder))
        return {other, Choice::Why::preempted};
      return {holder, Choice::Why::claimed};
    }
  }
  std::optional<SelectorIndex::Hit> hit;
  if (!object.key.namespace_.empty()) hit = selectors_->best(object.key.namespace_, object);
  if (!hit) hit = selectors_->best("", object);
  if (!hit) return {nullptr, Choice::Why::nothing_matches};
  return {&(*policies_)[hit->policy], Choice::Why::best_match};
}

std::vector<Candidate> PolicyIndex::candidates(const Object& object) const {
  std::vector<Candidate> found;
  if (is_left_alone(object)) return found;
  const auto add = [&](const std::string& scope) {
    for (const SelectorIndex::Hit hit : selectors_->all(scope, object))
      found.push_back({&(*policies_)[hit.policy], hit.implicit});
  };
  if (!object.key.namespace_.empty()) add(object.key.namespace_);
  add("");
  return found;
}

}  // namespace flotilla::placement
