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
  for (const overrides::Cluster& cluster : decision.clusters)
    previous.cluster_sources[cluster.name] = cluster.object->source.file;
  return previous;
}

ObjectKey key(const std::string& name) { return {"", "ConfigMap", "shop", name}; }

const decision::Binding* binding_of(const decision::Decision& decision, const std::string& name) {
  for (const decision::Binding& binding : decision.bindings)
    if (binding.object == key(name)) return &binding;
  return nullptr;
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
                                      const std::string& cluster, const std::string& name) {
  for (const manifest::Manifest& manifest : decision.work.at(cluster).manifests)
    if (manifest.key == key(name)) return &manifest;
  return nullptr;
}

}  // namespace flotilla::tests
