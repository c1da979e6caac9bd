#include "tests/unit/decision/repository.h"

#include "render/catalog/catalog.h"

namespace flotilla::tests {

std::string config_map(const std::string& name, const std::string& value) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name +
         ", namespace: shop}\ndata: {value: \"" + value + "\"}\n";
}

std::string cluster(const std::string& name, const std::string& environment) {
  return "apiVersion: cluster.karmada.io/v1alpha1\nkind: Cluster\nmetadata: {name: " + name +
         ", labels: {environment: " + environment + "}}\nspec: {syncMode: Push, region: " + name +
         "}\n";
}

std::string policy(const std::string& name, const std::string& environment,
                   const std::string& object) {
  std::string text =
      "apiVersion: policy.karmada.io/v1alpha1\nkind: PropagationPolicy\nmetadata: {name: " + name +
      ", namespace: shop}\nspec:\n  resourceSelectors:\n  - {apiVersion: v1, kind: ConfigMap" +
      (object.empty() ? "" : ", name: " + object) + "}\n";
  if (!environment.empty())
    text +=
        "  placement:\n    clusterAffinity:\n      labelSelector: {matchLabels: {environment: " +
        environment + "}}\n";
  return text;
}

namespace {

std::string policy_spec(const std::string& kind, const std::string& more) {
  const auto space = kind.find(' ');
  const auto name = kind.find(' ', space + 1);
  std::string selector = "apiVersion: " + kind.substr(0, space) +
                         ", kind: " + kind.substr(space + 1, name - space - 1);
  if (name != std::string::npos) selector += ", name: " + kind.substr(name + 1);
  return "spec:\n  resourceSelectors: [{" + selector + "}]\n" + more;
}

}  // namespace

std::string deployment(const std::string& name, int replicas, const std::string& config) {
  std::string container = "name: c, image: nginx";
  if (!config.empty()) container += ", envFrom: [{configMapRef: {name: " + config + "}}]";
  return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name +
         ", namespace: shop}\nspec:\n  replicas: " + std::to_string(replicas) +
         "\n  template: {spec: {containers: [{" + container + "}]}}\n";
}

std::string policy_for(const std::string& name, const std::string& kind, const std::string& more) {
  return "apiVersion: policy.karmada.io/v1alpha1\nkind: PropagationPolicy\nmetadata: {name: " +
         name + ", namespace: shop}\n" + policy_spec(kind, more);
}

std::string cluster_policy_for(const std::string& name, const std::string& kind,
                               const std::string& more) {
  return "apiVersion: policy.karmada.io/v1alpha1\nkind: ClusterPropagationPolicy\nmetadata: "
         "{name: " +
         name + "}\n" + policy_spec(kind, more);
}

std::string to_clusters(const std::string& names) {
  return "  placement: {clusterAffinity: {clusterNames: [" + names + "]}}\n";
}

std::string name_space(const std::string& name) {
  return "apiVersion: v1\nkind: Namespace\nmetadata: {name: " + name + "}\n";
}

std::string labelling(const std::string& name, const std::string& value) {
  return "apiVersion: policy.karmada.io/v1alpha1\nkind: OverridePolicy\nmetadata: {name: " + name +
         ", namespace: shop}\nspec:\n  resourceSelectors:\n  - {apiVersion: v1, kind: ConfigMap}\n "
         " overrideRules:\n"
         "  - overriders:\n      labelsOverrider: [{operator: add, value: {mark: " +
         value + "}}]\n";
}

Files shop() {
  return {{"clusters/eu.yaml", cluster("eu")},    {"clusters/ap.yaml", cluster("ap", "staging")},
          {"apps/a.yaml", config_map("a")},       {"apps/b.yaml", config_map("b")},
          {"policies/shop.yaml", policy("shop")}, {"policies/mark.yaml", labelling("mark", "one")}};
}

decision::Snapshot read(const Files& files) {
  const catalog::MemoryTree tree(files);
  return {"main@sha1:1", catalog::load_catalog(tree).value()};
}

decision::Decision decide(const Files& files, const decision::Previous& previous) {
  return decision::decide(read(files), previous);
}

decision::Previous remember(const decision::Decision& decision) {
  decision::Previous previous;
  previous.owner = decision.owner;
  previous.owner_source = decision.owner_source;
  for (const decision::BindingPtr& binding : decision.bindings.pointers())
    previous.bindings[binding->object] = binding;
  for (const overrides::Cluster& cluster : decision.clusters) {
    previous.cluster_sources[cluster.name] = cluster.object->source.file;
    previous.cluster_objects[cluster.name] = cluster.object->tree;
    if (!decision.work.at(cluster.name).manifests.empty())
      previous.inhabited_clusters.insert(cluster.name);
  }
  previous.settings_digest = decision.settings_digest;
  return previous;
}

ObjectKey key(const std::string& name) { return {"", "ConfigMap", "shop", name}; }

ObjectKey deployment_key(const std::string& name) { return {"apps", "Deployment", "shop", name}; }

const decision::Binding* binding_of(const decision::Decision& decision, const ObjectKey& object) {
  for (const decision::Binding& binding : decision.bindings)
    if (binding.object == object) return &binding;
  return nullptr;
}

const decision::Binding* binding_of(const decision::Decision& decision, const std::string& name) {
  return binding_of(decision, key(name));
}

std::string places_of(const decision::Decision& decision, const ObjectKey& object) {
  const decision::Binding* binding = binding_of(decision, object);
  if (binding == nullptr) return "-";
  std::string text;
  for (const placement::TargetCluster& target : decision::targets(*binding)) {
    text += (text.empty() ? "" : " ") + target.name;
    if (target.replicas) text += ":" + std::to_string(*target.replicas);
  }
  return text;
}

std::string rendered_on(const decision::Decision& decision, const ObjectKey& object) {
  std::string text;
  for (const auto& [cluster, work] : decision.work)
    if (manifest_of(decision, cluster, object) != nullptr)
      text += (text.empty() ? "" : " ") + cluster;
  return text;
}

std::string held_on(const decision::Decision& decision, const ObjectKey& object) {
  std::string text;
  for (const auto& [cluster, work] : decision.work)
    if (work.held.contains(object)) text += (text.empty() ? "" : " ") + cluster;
  return text;
}

std::vector<std::string> faults_of(const decision::Decision& decision, const ObjectKey& object) {
  std::vector<std::string> codes;
  for (const Problem& problem : decision.problems)
    if (problem.object == to_string(object)) codes.push_back(problem.code);
  return codes;
}

std::string clusters_of(const decision::Decision& decision, const std::string& name) {
  const decision::Binding* binding = binding_of(decision, name);
  if (binding == nullptr) return "-";
  std::string text;
  for (const placement::TargetCluster& target : binding->schedule.clusters)
    text += (text.empty() ? "" : ",") + target.name;
  return text;
}

const manifest::Manifest* manifest_of(const decision::Decision& decision,
                                      const std::string& cluster, const ObjectKey& object) {
  for (const manifest::Manifest& manifest : decision.work.at(cluster).manifests)
    if (manifest.key == object) return &manifest;
  return nullptr;
}

const manifest::Manifest* manifest_of(const decision::Decision& decision,
                                      const std::string& cluster, const std::string& name) {
  return manifest_of(decision, cluster, key(name));
}

}  // namespace flotilla::tests
