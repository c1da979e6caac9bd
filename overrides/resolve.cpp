#include "overrides/resolve.h"

#include "render/document/changed_paths.h"

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
  std::vector<std::size_t> rules;
};
using Scope = std::vector<Targeted>;

Scope targeted(const std::vector<const OverridePolicy*>& policies, const Cluster& cluster) {
  Scope found;
  for (const OverridePolicy* policy : policies) {
    Targeted entry{policy, {}};
    for (std::size_t i = 0; i < policy->rules.size(); ++i)
      if (targets(policy->rules[i], cluster)) entry.rules.push_back(i);
    if (!entry.rules.empty()) found.push_back(std::move(entry));
  }
  return found;
}

// The most specific policy comes last and wins; among equals the one whose name sorts last.
std::vector<const Targeted*> in_order(const Scope& scope, const Json::Value& object) {
  std::vector<std::pair<int, const Targeted*>> matching;
  for (const Targeted& entry : scope) {
    const auto& selectors = entry.policy->selectors;
    const int priority = selectors.empty() ? 1 : best_match(selectors, object);
    if (priority > 0) matching.emplace_back(priority, &entry);
  }
  std::stable_sort(matching.begin(), matching.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first, a.second->policy->name) < std::tie(b.first, b.second->policy->name);
  });
  std::vector<const Targeted*> ordered;
  for (const auto& [priority, entry] : matching) ordered.push_back(entry);
  return ordered;
}

// Runs overriders on one object for one cluster.
struct Run {
  const Cluster& cluster;
  std::vector<Touch>* touches = nullptr;

  Result<void> scope(const Scope& scope, Json::Value& object) const {
    for (const Targeted* entry : in_order(scope, object))
      for (const std::size_t rule : entry->rules)
        for (const Overrider& overrider : entry->policy->rules[rule].overriders)
          TRY(one(*entry->policy, rule, overrider, object));
    return {};
  }

 private:
  Result<void> one(const OverridePolicy& policy, std::size_t rule, const Overrider& overrider,
                   Json::Value& object) const {
    const Json::Value before = touches == nullptr ? Json::Value() : object;
    auto done = overrider.apply(object, cluster);
    if (!done) {
      Error error = std::move(done).error();
      if (error.where.file.empty()) error.where = place(policy, overrider);
      const std::string& name = overrider.path.empty() ? overrider.kind : overrider.path;
      return fail(while_doing(std::move(error), "applying " + name + " of " + title(policy)));
    }
    if (touches != nullptr)
      touches->push_back({title(policy), place(policy, overrider), rule, overrider.kind,
                          changed_paths(before, object)});
    return {};
  }
  static SourceRef place(const OverridePolicy& policy, const Overrider& overrider) {
    return overrider.where.file.empty() ? policy.source : overrider.where;
  }
};

void sign(const std::vector<const OverridePolicy*>& policies, const Cluster& cluster,
          std::string& text) {
  for (const OverridePolicy* policy : policies) {
    std::string rules;
    bool by_cluster = false;
    for (std::size_t i = 0; i < policy->rules.size(); ++i) {
      const OverrideRule& rule = policy->rules[i];
      if (!targets(rule, cluster)) continue;
      rules.append("#").append(std::to_string(i));
      by_cluster |= std::any_of(rule.overriders.begin(), rule.overriders.end(),
                                [](const Overrider& overrider) { return overrider.by_cluster; });
    }
    // None of '/', '#', '@' and ';' can be part of a name.
    if (rules.empty()) continue;
    text += policy->namespace_ + "/" + policy->name + rules;
    if (by_cluster) text += "@" + cluster.name;
    text += ";";
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
                                            const Cluster& cluster, std::vector<Touch>* touches) {
  std::vector<manifest::Transform> found;
  for (const auto* policies : {&candidates.cluster_scope, &candidates.namespace_scope}) {
    Scope scope = targeted(*policies, cluster);
    if (scope.empty()) continue;
    found.emplace_back([scope = std::move(scope), run = Run{cluster, touches}](
                           Json::Value& object) { return run.scope(scope, object); });
  }
  return found;
}

}  // namespace flotilla::overrides
