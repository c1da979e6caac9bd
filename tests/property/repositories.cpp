#include "tests/property/repositories.h"

namespace flotilla::tests {

namespace {

using Words = std::vector<std::string>;

const Words cluster_names = {"ap", "eu", "us", "za"};

std::string number(std::int64_t value) { return std::to_string(value); }

std::string metadata(const Slot& slot, const std::string& more = "") {
  return "metadata: {name: \"" + slot.name + "\"" +
         (slot.namespace_.empty() ? "" : ", namespace: " + slot.namespace_) + more + "}\n";
}

std::string head(const Slot& slot, const std::string& api, const std::string& kind,
                 const std::string& more = "") {
  return "apiVersion: " + api + "\nkind: " + kind + "\n" + metadata(slot, more);
}

std::string labels(Dice& dice) {
  std::string text = ", labels: {tier: " + dice.word({"front", "back"});
  if (dice.one_in(4)) text += ", group: " + dice.word({"a", "b"});
  return text + "}";
}

// What its pods refer to: the dependencies.
std::string pod_template(Dice& dice) {
  std::string container = "name: c, image: \"nginx:" + number(dice.between(1, 3)) + "\"";
  if (dice.one_in(3))
    container += ", resources: {requests: {cpu: \"" + dice.word({"1", "500m", "2"}) + "\"}}";
  if (dice.one_in(40)) container += ", resources: {requests: {cpu: much}}";
  if (dice.one_in(2))
    container += ", envFrom: [{configMapRef: {name: " + dice.word({"c0", "c1", "c2", "c9"}) + "}}]";
  std::string spec = "containers: [{" + container + "}]";
  if (dice.one_in(3)) spec += ", volumes: [{name: v, secret: {secretName: s0}}]";
  return "template: {metadata: {labels: {app: x}}, spec: {" + spec + "}}";
}

std::string deployment(const Slot& slot, Dice& dice) {
  return head(slot, "apps/v1", "Deployment", labels(dice)) +
         "spec: {replicas: " + number(dice.between(0, 6)) + ", " + pod_template(dice) + "}\n";
}

std::string stateful_set(const Slot& slot, Dice& dice) {
  return head(slot, "apps/v1", "StatefulSet", labels(dice)) +
         "spec: {replicas: " + number(dice.between(1, 4)) + ", " + pod_template(dice) + "}\n";
}

std::string job(const Slot& slot, Dice& dice) {
  return head(slot, "batch/v1", "Job", labels(dice)) +
         "spec: {parallelism: " + number(dice.between(1, 4)) +
         ", completions: " + number(dice.between(1, 9)) + ", " + pod_template(dice) + "}\n";
}

std::string config_map(const Slot& slot, Dice& dice) {
  const std::string mark =
      dice.one_in(3)
          ? ", annotations: {" +
                dice.word({"work.karmada.io/conflict-resolution: overwrite",
                           "flotilla.dev/depends-on: ConfigMap/shop/c0",
                           "flotilla.dev/depends-on: ConfigMap/shop/c1",
                           "config.kubernetes.io/depends-on: /namespaces/shop/ConfigMap/c2",
                           "flotilla.dev/wave: \"1\"", "flotilla.dev/drift: Report",
                           "flotilla.dev/drift: Wrong"}) +
                "}"
          : "";
  return head(slot, "v1", "ConfigMap", labels(dice) + mark) + "data: {v: \"" +
         number(dice.between(1, 3)) + "\"}\n";
}

// Its binding wants the name of a ConfigMap's.
std::string other_config_map(const Slot& slot, Dice& dice) {
  return head(slot, "example.com/v1", "ConfigMap", labels(dice)) + "data: {}\n";
}

std::string secret(const Slot& slot, Dice& dice) {
  return head(slot, "v1", "Secret", labels(dice)) + "stringData: {v: x}\n";
}

std::string name_space(const Slot& slot, Dice& dice) {
  const std::string skip =
      dice.one_in(5) ? ", labels: {namespace.karmada.io/skip-auto-propagation: \"true\"}" : "";
  return head(slot, "v1", "Namespace", skip);
}

std::string role(const Slot& slot, Dice& dice) {
  return head(slot, "rbac.authorization.k8s.io/v1", "ClusterRole", labels(dice)) + "rules: []\n";
}

std::string definition(const Slot& slot, Dice& dice) {
  return head(slot, "apiextensions.k8s.io/v1", "CustomResourceDefinition", labels(dice)) +
         "spec: {group: example.com, names: {kind: Widget, plural: widgets}}\n";
}

std::string widget(const Slot& slot, Dice& dice) {
  return head(slot, "example.com/v1", "Widget", labels(dice)) +
         "spec: {size: " + number(dice.between(1, 4)) + ", tier: " + dice.word({"front", "back"}) +
         "}\n";
}

std::string priority_class(const Slot& slot, Dice& dice) {
  return head(slot, "scheduling.k8s.io/v1", "PriorityClass") +
         "value: " + number(dice.between(1, 9)) + "\n";
}

std::string quota(const Slot& slot, Dice& dice) {
  return head(slot, "v1", "ResourceQuota", labels(dice)) + "spec: {hard: {requests.cpu: \"" +
         number(dice.between(1, 8)) + "\", pods: \"" + number(dice.between(2, 9)) + "\"}}\n";
}

// ---- settings

std::string affinity(Dice& dice) {
  switch (dice.between(0, 3)) {
    case 0:
      return "clusterNames: [" + dice.word(cluster_names) + ", " + dice.word(cluster_names) + "]";
    case 1:
      return "labelSelector: {matchLabels: {env: " + dice.word({"prod", "test"}) + "}}";
    case 2:
      return "exclude: [" + dice.word(cluster_names) + "]";
    default:
      return "";
  }
}

std::string division(Dice& dice) {
  switch (dice.between(0, 5)) {
    case 0:
      return "replicaScheduling: {replicaSchedulingType: Divided, replicaDivisionPreference: "
             "Aggregated}";
    case 1:
      return "replicaScheduling: {replicaSchedulingType: Divided, replicaDivisionPreference: "
             "Weighted, weightPreference: {dynamicWeight: AvailableReplicas}}";
    case 2:
      return "replicaScheduling: {replicaSchedulingType: Divided, replicaDivisionPreference: "
             "Weighted, weightPreference: {staticWeightList: [{targetCluster: {clusterNames: "
             "[eu]}, weight: 2}, {targetCluster: {clusterNames: [us, ap]}, weight: 1}]}}";
    case 3:
      return "replicaScheduling: {replicaSchedulingType: Duplicated}";
    default:
      return "";
  }
}

std::string placement(Dice& dice) {
  Words parts;
  if (dice.one_in(5))
    parts.push_back("clusterAffinities: [{affinityName: near, " + affinity(dice) +
                    "}, {affinityName: far, clusterNames: [za, us]}]");
  else
    parts.push_back("clusterAffinity: {" + affinity(dice) + "}");
  if (dice.one_in(3))
    parts.push_back("spreadConstraints: [{spreadByField: cluster, minGroups: 1, maxGroups: " +
                    number(dice.between(1, 3)) + "}]");
  else if (dice.one_in(5))
    parts.push_back(
        "spreadConstraints: [{spreadByField: region, minGroups: 1, maxGroups: 2}, {spreadByField: "
        "cluster, minGroups: 1, maxGroups: 3}]");
  if (dice.one_in(6))
    parts.push_back(dice.word({"workloadAffinity: {affinity: {groupByLabelKey: group}}",
                               "workloadAffinity: {antiAffinity: {groupByLabelKey: group}}"}));
  parts.push_back(division(dice));
  std::string text;
  for (const std::string& part : parts)
    if (!part.empty()) text += (text.empty() ? "" : ", ") + part;
  return "  placement: {" + text + "}\n";
}

std::string selector(const Slot& slot, Dice& dice, bool named) {
  const Words kinds = {"apps/v1, kind: Deployment",
                       "apps/v1, kind: StatefulSet",
                       "batch/v1, kind: Job",
                       "v1, kind: ConfigMap",
                       "v1, kind: Secret",
                       "v1, kind: ResourceQuota",
                       "example.com/v1, kind: Widget",
                       "example.com/v1, kind: ConfigMap"};
  const Words wide = {"v1, kind: Namespace", "rbac.authorization.k8s.io/v1, kind: ClusterRole",
                      "apiextensions.k8s.io/v1, kind: CustomResourceDefinition"};
  const bool cluster_scoped = slot.namespace_.empty() && dice.one_in(4);
  std::string text = "{apiVersion: " + dice.word(cluster_scoped ? wide : kinds);
  if (named || dice.one_in(4)) text += ", name: " + dice.word({"d0", "d1", "c0", "c1", "s0", "j0"});
  if (!named && dice.one_in(4))
    text += ", labelSelector: {matchLabels: {tier: " + dice.word({"front", "back"}) + "}}";
  return text + "}";
}

std::string selectors(const Slot& slot, Dice& dice, bool named) {
  std::string text = "  resourceSelectors:\n";
  for (std::int64_t i = dice.between(1, 3); i > 0; --i)
    text += "  - " + selector(slot, dice, named) + "\n";
  return text;
}

std::string policy(const Slot& slot, Dice& dice) {
  const bool preempts = dice.one_in(5);
  std::string text =
      head(slot, "policy.karmada.io/v1alpha1",
           slot.namespace_.empty() ? "ClusterPropagationPolicy" : "PropagationPolicy",
           dice.one_in(4) ? ", annotations: {flotilla.dev/drift: Ignore}" : "");
  text += "spec:\n" + selectors(slot, dice, preempts) + placement(dice);
  if (preempts) text += "  preemption: Always\n";
  if (dice.one_in(3)) text += "  priority: " + number(dice.between(0, 3)) + "\n";
  if (dice.one_in(2)) text += "  propagateDeps: true\n";
  if (dice.one_in(4)) text += "  conflictResolution: Overwrite\n";
  if (dice.one_in(4)) text += "  preserveResourcesOnDeletion: true\n";
  if (dice.one_in(5)) text += "  activationPreference: Lazy\n";
  if (dice.one_in(8))
    text += "  suspension: {dispatching: true}\n";
  else if (dice.one_in(8))
    text += "  suspension: {dispatchingOnClusters: {clusterNames: [eu]}}\n";
  if (dice.one_in(8)) text += "  dependentOverrides: [" + dice.word({"o0", "o9"}) + "]\n";
  if (dice.one_in(6))
    text += "  schedulePriority: {priorityClassSource: KubePriorityClass, priorityClassName: " +
            dice.word({"high", "low"}) + "}\n";
  return text;
}

std::string override_policy(const Slot& slot, Dice& dice) {
  std::string text = head(slot, "policy.karmada.io/v1alpha1",
                          slot.namespace_.empty() ? "ClusterOverridePolicy" : "OverridePolicy");
  text += "spec:\n" + selectors(slot, dice, false) + "  overrideRules:\n  - ";
  if (dice.one_in(2)) text += "targetCluster: {clusterNames: [eu]}\n    ";
  text += "overriders: ";
  if (dice.one_in(5))
    return text + "{plaintext: [{path: /data/none/deep, operator: add, value: x}]}\n";
  return text + "{labelsOverrider: [{operator: add, value: {mark: m" + number(dice.between(1, 3)) +
         "}}]}\n";
}

std::string cluster(const Slot& slot, Dice& dice) {
  std::string text =
      "apiVersion: cluster.karmada.io/v1alpha1\nkind: Cluster\nmetadata: {name: " + slot.name +
      ", labels: {env: " + dice.word({"prod", "prod", "test"}) + "}}\n";
  text += "spec: {syncMode: Push, region: " + dice.word({"r1", "r2"});
  if (dice.one_in(6)) text += ", taints: [{key: k, effect: NoSchedule}]";
  return text + "}\n";
}

std::string fleet(const Slot& slot, Dice& dice) {
  std::string text = head(slot, "flotilla.dev/v1alpha1", "Fleet");
  if (dice.one_in(2)) return text;
  return text + "spec: {" +
         dice.word({"compatibility: karmada", "namespaces: Everywhere",
                    "compatibility: karmada, namespaces: Needed", "drift: Report",
                    "deletionGuard: {count: 3}, confirmDeletions: abcdef0",
                    "ignoreDifferences: [{kind: Deployment, clusters: [eu], jsonPointers: "
                    "[/spec/replicas]}]"}) +
         "}\n";
}

// Widgets depend on the ConfigMaps of their tier.
std::string customization(const Slot& slot, Dice& dice) {
  std::string script =
      "      luaScript: |\n        function GetDependencies(o)\n          return {{apiVersion = "
      "'v1', kind = 'ConfigMap', namespace = o.metadata.namespace, labelSelector = {matchLabels = "
      "{tier = o.spec.tier}}}}\n        end\n";
  std::string text = head(slot, "config.karmada.io/v1alpha1", "ResourceInterpreterCustomization");
  text += "spec:\n  target: {apiVersion: example.com/v1, kind: Widget}\n  customizations:\n";
  if (dice.one_in(2))
    text +=
        "    replicaResource:\n      luaScript: |\n        function GetReplicas(o)\n          "
        "return o.spec.size, nil\n        end\n";
  return text + "    dependencyInterpretation:\n" + script;
}

std::string empty(const Slot&, Dice&) { return "# nothing here\n"; }

}  // namespace

std::vector<Slot> slots() {
  std::vector<Slot> all;
  const auto add = [&](std::string (*write)(const Slot&, Dice&), const std::string& folder,
                       const std::string& space, const std::string& name) {
    all.push_back(
        {folder + "/" + space + "-" + std::to_string(all.size()) + ".yaml", write, space, name});
  };
  for (const std::string space : {"bank", "shop"}) {
    for (const std::string name : {"d0", "d1", "d2"}) add(deployment, "apps", space, name);
    for (const std::string name : {"c0", "c1", "c2"}) add(config_map, "apps", space, name);
    add(stateful_set, "apps", space, "d0");
    add(job, "apps", space, "j0");
    add(secret, "apps", space, "s0");
    add(other_config_map, "apps", space, "c0");
    add(widget, "apps", space, "w0");
    add(quota, "apps", space, "q0");
    for (const std::string name : {"p0", "p1", "p2", "p3"}) add(policy, "policies", space, name);
    for (const std::string name : {"o0", "o1"}) add(override_policy, "policies", space, name);
    add(name_space, "apps", "", space);
  }
  for (const std::string name : {"a:b:c", "a.b:c", "a:b.c", "A.b.c"}) add(role, "apps", "", name);
  add(definition, "apps", "", "widgets.example.com");
  add(priority_class, "apps", "", "high");
  for (const std::string name : {"g0", "g1", "g2", "g3"}) add(policy, "policies", "", name);
  add(override_policy, "policies", "", "g0");
  for (const std::string& name : cluster_names) add(cluster, "clusters", "", name);
  add(fleet, "fleet", "", "fleet");
  add(customization, "policies", "", "widget");
  add(empty, "docs", "", "notes");
  return all;
}

Repository::Repository(Dice& dice) : slots_(slots()) {
  for (const Slot& slot : slots_)
    if (!dice.one_in(4)) files_[slot.path] = slot.write(slot, dice);
}

std::string Repository::edit(Dice& dice) {
  const Slot& slot = any(dice);
  switch (dice.between(0, 11)) {
    case 0:
    case 1:
      files_.erase(slot.path);
      return "remove " + slot.path;
    case 2:
      files_[slot.path] = dice.word({"kind: [", "apiVersion: v1\n", "kind: ConfigMap\n",
                                     slot.write(slot, dice) + "spec: {oops: [\n"});
      return "break " + slot.path;
    case 3:
      files_["apps/double.yaml"] = slot.write(slot, dice);
      return "double " + slot.path;
    case 4: {
      const auto found = files_.find(slot.path);
      if (found == files_.end()) return "nothing";
      files_["moved/" + slot.name.substr(0, 1) + ".yaml"] = found->second;
      files_.erase(slot.path);
      return "move " + slot.path;
    }
    case 5:
    case 6:
      mend(dice);
      return "mend";
    default:
      files_[slot.path] = slot.write(slot, dice);
      return "write " + slot.path;
  }
}

void Repository::mend(Dice& dice) {
  std::erase_if(files_, [](const auto& file) {
    return file.first.starts_with("apps/double") || file.first.starts_with("moved/");
  });
  for (const Slot& slot : slots_) {
    const auto found = files_.find(slot.path);
    if (found == files_.end()) continue;
    const std::string& text = found->second;
    const bool broken = text.find("[\n") != std::string::npos || text == "kind: [" ||
                        text == "apiVersion: v1\n" || text == "kind: ConfigMap\n";
    if (broken) found->second = slot.write(slot, dice);
  }
}

}  // namespace flotilla::tests
