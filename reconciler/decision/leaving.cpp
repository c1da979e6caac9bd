#include "reconciler/decision/leaving.h"

#include "reconciler/decision/confirmation.h"

#include <algorithm>

namespace flotilla::decision {

namespace {

// As the status branch remembers it.
overrides::Cluster recall(const std::string& name, const Json::Value& tree,
                          const std::string& file) {
  Object object;
  object.tree = tree;
  object.api_version = get_string(tree, "apiVersion");
  object.key = key_of(tree);
  object.source = {file, 1, 1};
  const auto shared = std::make_shared<const Object>(std::move(object));
  Problems said_when_it_was_there;
  overrides::Cluster cluster =
      overrides::read_cluster(shared, said_when_it_was_there).value_or(overrides::Cluster());
  cluster.name = name;
  cluster.object = shared;
  return cluster;
}

}  // namespace

void find_leaving(const Settings& settings, const Previous& previous, Decision& decision) {
  for (const std::string& name : previous.inhabited_clusters) {
    const auto known = previous.cluster_objects.find(name);
    if (known == previous.cluster_objects.end() || find_cluster(settings, name) != nullptr ||
        settings.faulty_clusters.contains(name))
      continue;
    const auto source = previous.cluster_sources.find(name);
    const std::string file = source == previous.cluster_sources.end() ? "" : source->second;
    LeavingCluster leaving;
    leaving.cluster = recall(name, known->second, file);
    leaving.digest = digest_of_cluster(name, annotation(known->second, cluster_since_annotation));
    leaving.confirmed =
        std::any_of(decision.confirmations.begin(), decision.confirmations.end(),
                    [&](const Confirmation& one) { return confirms_cluster(one, leaving); });
    if (leaving.confirmed)
      decision.work[name] = {};
    else
      decision.problems.push_back(
          warning_at("cluster-left", {file},
                     "cluster " + name +
                         " left the repository; what is there stays until that is confirmed with "
                         "Fleet.spec.confirmDeletions: " +
                         leaving.digest,
                     to_string(known->second.isObject() ? key_of(known->second) : ObjectKey())));
    decision.leaving.push_back(std::move(leaving));
  }
}

}  // namespace flotilla::decision
