#include "reconciler/decision/loose_ends.h"

#include "overrides/policy.h"
#include "reconciler/decision/settings.h"
#include "render/base/text.h"
#include "render/document/tree.h"

#include <algorithm>

namespace flotilla::decision {
namespace {

using overrides::Reading;
using overrides::ResourceSelector;

constexpr std::size_t most_names = 8;  // that a message lists

std::string listed(const std::vector<std::string>& names) {
  if (names.size() <= most_names) return join(names, ", ");
  return join({names.begin(), names.begin() + most_names}, ", ") + " and " +
         std::to_string(names.size() - most_names) + " more";
}

struct Repository {
  std::map<std::string, std::vector<const Object*>> by_kind;
  std::set<std::string> clusters;  // those in error included
  std::string cluster_list;
};

Repository survey(const Snapshot& snapshot, const Decision& decision) {
  Repository repository;
  for (const catalog::ObjectPtr& object : snapshot.catalog.templates)
    repository.by_kind[object->key.kind].push_back(object.get());
  for (const overrides::Cluster& cluster : decision.clusters)
    repository.clusters.insert(cluster.name);
  repository.clusters.insert(decision.faulty_clusters.begin(), decision.faulty_clusters.end());
  repository.cluster_list = listed({repository.clusters.begin(), repository.clusters.end()});
  return repository;
}

// The names below `value`, wherever an affinity or a suspension stands in it. What overriders write
// into objects is no concern of ours.
void check_names(const Json::Value& value, const Repository& repository, const Reading& reading) {
  if (value.isArray()) {
    for (Json::ArrayIndex i = 0; i < value.size(); ++i)
      check_names(value[i], repository, reading.below("[" + std::to_string(i) + "]"));
    return;
  }
  if (!value.isObject()) return;
  for (auto it = value.begin(); it != value.end(); ++it) {
    if (it.name() == "overriders") continue;
    const Reading below = reading.below(it.name());
    if ((it.name() != "clusterNames" && it.name() != "exclude") || !it->isArray()) {
      check_names(*it, repository, below);
      continue;
    }
    for (Json::ArrayIndex i = 0; i < it->size(); ++i) {
      const Json::Value& name = (*it)[i];
      if (!name.isString() || repository.clusters.contains(name.asString())) continue;
      below.below("[" + std::to_string(i) + "]")
          .warning(name, "unknown-cluster",
                   "is \"" + name.asString() + "\", want a cluster of the repository (" +
                       repository.cluster_list + ")");
    }
  }
}

const Object* first_match(const ResourceSelector& selector, const Repository& repository) {
  const auto kind = repository.by_kind.find(selector.kind);
  if (kind == repository.by_kind.end()) return nullptr;
  for (const Object* object : kind->second)
    if (overrides::could_match(selector, *object) && overrides::match(selector, object->tree) > 0)
      return object;
  return nullptr;
}

// An object that a small mistake in the selector may have missed.
std::string near_miss(const ResourceSelector& selector, const Repository& repository) {
  const auto kind = repository.by_kind.find(selector.kind);
  if (kind == repository.by_kind.end()) return "";
  for (const Object* object : kind->second)
    if (object->key.name == selector.name)
      return "; there is " + object->api_version + " " + object->key.kind + " " +
             (object->key.namespace_.empty() ? "" : object->key.namespace_ + "/") +
             object->key.name;
  return "";
}

std::string shown(const ResourceSelector& selector) {
  std::string text = selector.api_version + " " + selector.kind + " ";
  if (!selector.namespace_.empty()) text += selector.namespace_ + "/";
  return text + selector.name;
}

void check_selectors(const Object& object, const std::vector<ResourceSelector>& selectors,
                     const Repository& repository, const Reading& reading) {
  const Json::Value* written = find_path(object.tree, {"spec", "resourceSelectors"});
  if (written == nullptr || !written->isArray() || written->size() != selectors.size()) return;
  bool selects = false;
  bool said = false;
  for (Json::ArrayIndex i = 0; i < written->size(); ++i) {
    const ResourceSelector& selector = selectors[i];
    if (first_match(selector, repository) != nullptr) {
      selects = true;
    } else if (!selector.name.empty()) {
      said = true;
      reading.below("resourceSelectors[" + std::to_string(i) + "]")
          .warning((*written)[i], "selects-nothing",
                   "selects nothing: the repository has no " + shown(selector) +
                       near_miss(selector, repository));
    }
  }
  if (!selects && !said && !selectors.empty())
    reading.below("resourceSelectors")
        .warning(*written, "selects-nothing", "select nothing that the repository has");
}

bool counts_room(const placement::Placement& placement) {
  if (!placement.replicas) return false;
  return placement.replicas->division == placement::Division::aggregated ||
         placement.replicas->division == placement::Division::dynamic_weight;
}

bool reaches(const placement::AffinityTerm& term, const overrides::Cluster& cluster) {
  return overrides::matches(term.affinity, cluster) ||
         std::any_of(term.overflow.begin(), term.overflow.end(),
                     [&](const placement::AffinityTerm& more) { return reaches(more, cluster); });
}

bool reaches(const placement::Placement& placement, const overrides::Cluster& cluster) {
  return placement.terms.empty() ||
         std::any_of(placement.terms.begin(), placement.terms.end(),
                     [&](const placement::AffinityTerm& term) { return reaches(term, cluster); });
}

void check_room(const Object& object, const placement::Placement& placement,
                const Decision& decision, const Reading& reading) {
  const Json::Value* written = find_path(object.tree, {"spec", "placement", "replicaScheduling"});
  if (written == nullptr || !counts_room(placement)) return;
  std::vector<std::string> without;
  for (const overrides::Cluster& cluster : decision.clusters)
    if (find(cluster.status, "resourceSummary") == nullptr && reaches(placement, cluster))
      without.push_back(cluster.name);
  if (without.empty()) return;
  reading.below("placement.replicaScheduling")
      .warning(*written, "no-capacity",
               "counts what fits, want status.resourceSummary of every cluster, in its file or on "
               "the status branch (--status-dir); without it there is room for nothing on " +
                   listed(without));
}

}  // namespace

Problems loose_ends(const Snapshot& snapshot, const Decision& decision) {
  Problems found;
  if (!decision.unreadable.empty()) return found;
  const Repository repository = survey(snapshot, decision);
  for (const catalog::ObjectPtr& object : snapshot.catalog.settings) {
    if (object->key.group != "policy.karmada.io") continue;
    const Json::Value* spec = find(object->tree, "spec");
    if (spec == nullptr) continue;
    Problems told;  // by the decision already
    const Reading reading{object->source.file, to_string(object->key), found, "spec"};
    if (object->key.kind.ends_with("PropagationPolicy")) {
      const auto policy = placement::read_propagation_policy(*object, told);
      if (!policy) continue;
      check_selectors(*object, policy->selectors, repository, reading);
      check_room(*object, policy->placement, decision, reading);
    } else if (object->key.kind.ends_with("OverridePolicy")) {
      const auto policy = overrides::read_override_policy(*object, told);
      if (!policy) continue;
      check_selectors(*object, policy->selectors, repository, reading);
    } else {
      continue;
    }
    if (!repository.clusters.empty()) check_names(*spec, repository, reading);
  }
  return found;
}

}  // namespace flotilla::decision
