#include "overrides/resolve.h"

#include <algorithm>
#include <set>

namespace flotilla::overrides {

namespace {

bool could_touch(const OverridePolicy& policy, const Object& object) {
  return policy.selectors.empty() || std::any_of(policy.selectors.begin(), policy.selectors.end(),
                                                 [&](const ResourceSelector& selector) {
                                                   return could_match(selector, object);
                                                 });
}

bool targets(const OverrideRule& rule, const Cluster& cluster) {
  return !rule.target_cluster || matches(*rule.target_cluster, cluster);
}

std::string title(const OverridePolicy& policy) {
  return policy.namespace_.empty() ? "ClusterOverridePolicy " + policy.name
                                   : "OverridePolicy " + policy.namespace_ + "/" + policy.name;
}

struct Targeted {
  const OverridePolicy* policy = nullptr;
  std::vector<const OverrideRule*> rules;
};

std::vector<Targeted> targeted(const std::vector<const OverridePolicy*>& policies,
                               const Cluster& cluster) {
  std::vector<Targeted> found;
  for (const OverridePolicy* policy : policies) {
    Targeted entry{policy, {}};
    for (const OverrideRule& rule : policy->rules)
      if (targets(rule, cluster)) entry.rules.push_back(&rule);
    if (!entry.rules.empty()) found.push_back(std::move(entry));
  }
  return found;
}

Result<void> run(const Targeted& entry, Json::Value& object) {
  for (const OverrideRule* rule : entry.rules) {
    for (const Overrider& overrider : rule->overriders) {
      auto done = overrider.apply(object);
      if (done) continue;
      Error error = std::move(done).error();
      if (error.where.file.empty()) error.where = entry.policy->source;
      return fail(while_doing(std::move(error),
                              "applying " + overrider.kind + " of " + title(*entry.policy)));
    }
  }
  return {};
}

// The most specific policy comes last and wins; among equals the one whose name sorts last.
Result<void> run_scope(const std::vector<Targeted>& scope, Json::Value& object) {
  std::vector<std::pair<int, const Targeted*>> matching;
  for (const Targeted& entry : scope) {
    const auto& selectors = entry.policy->selectors;
    const int priority = selectors.empty() ? 1 : best_match(selectors, object);
    if (priority > 0) matching.emplace_back(priority, &entry);
  }
  std::stable_sort(matching.begin(), matching.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first, a.second->policy->name) < std::tie(b.first, b.second->policy->name);
  });
  for (const auto& [priority, entry] : matching) TRY(run(*entry, object));
  return {};
}

void sign(const std::vector<const OverridePolicy*>& policies, const Cluster& cluster,
          std::string& text) {
  for (const OverridePolicy* policy : policies) {
    std::string rules;
    for (std::size_t i = 0; i < policy->rules.size(); ++i)
      if (targets(policy->rules[i], cluster)) rules.append("#").append(std::to_string(i));
    // Neither '/' nor '#' nor ';' can be part of a name.
    if (!rules.empty()) text += policy->namespace_ + "/" + policy->name + rules + ";";
  }
}

}  // namespace

OverrideIndex::OverrideIndex(std::vector<OverridePolicy> policies)
    : policies_(std::move(policies)) {
  std::sort(policies_.begin(), policies_.end(),
            [](const OverridePolicy& a, const OverridePolicy& b) {
              return std::tie(a.namespace_, a.name) < std::tie(b.namespace_, b.name);
            });
  for (std::size_t i = 0; i < policies_.size(); ++i) {
    const OverridePolicy& policy = policies_[i];
    std::set<Place> places;
    if (policy.selectors.empty()) places.insert({policy.namespace_, "", ""});
    for (const ResourceSelector& selector : policy.selectors)
      places.insert({policy.namespace_, selector.api_version, selector.kind});
    for (const Place& place : places) by_place_[place].push_back(i);
  }
}

std::vector<const OverridePolicy*> OverrideIndex::in_scope(const std::string& policy_namespace,
                                                           const Object& object) const {
  std::vector<std::size_t> indexes;
  for (const Place& place : {Place{policy_namespace, "", ""},
                             Place{policy_namespace, object.api_version, object.key.kind}}) {
    const auto found = by_place_.find(place);
    if (found != by_place_.end())
      indexes.insert(indexes.end(), found->second.begin(), found->second.end());
  }
  std::sort(indexes.begin(), indexes.end());
  std::vector<const OverridePolicy*> policies;
  for (const std::size_t index : indexes)
    if (could_touch(policies_[index], object)) policies.push_back(&policies_[index]);
  return policies;
}

OverrideIndex::Candidates OverrideIndex::candidates(const Object& object) const {
  Candidates found;
  found.cluster_scope = in_scope("", object);
  if (!object.key.namespace_.empty())
    found.namespace_scope = in_scope(object.key.namespace_, object);
  return found;
}

std::string signature(const OverrideIndex::Candidates& candidates, const Cluster& cluster) {
  std::string text;
  sign(candidates.cluster_scope, cluster, text);
  sign(candidates.namespace_scope, cluster, text);
  return text;
}

std::vector<manifest::Transform> transforms(const OverrideIndex::Candidates& candidates,
                                            const Cluster& cluster) {
  std::vector<manifest::Transform> found;
  for (const auto* policies : {&candidates.cluster_scope, &candidates.namespace_scope}) {
    std::vector<Targeted> scope = targeted(*policies, cluster);
    if (scope.empty()) continue;
    found.emplace_back(
        [scope = std::move(scope)](Json::Value& object) { return run_scope(scope, object); });
  }
  return found;
}

}  // namespace flotilla::overrides
