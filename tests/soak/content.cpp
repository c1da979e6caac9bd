#include "tests/soak/content.h"

#include <algorithm>

namespace flotilla::soak {
namespace {

constexpr std::size_t groups = 8;
constexpr int parts_of_group = 6;
constexpr std::size_t most_of_group = 9;
constexpr std::size_t least_of_group = 3;
// So long no second group is taken from the same cluster: what a controller finds after an
// outage is within the guard too.
constexpr int rest_of_cluster = 20;
constexpr int bulk_objects = 40;

std::string name_of(const std::string& name, const Item& item) {
  return (item.replicas == 0 ? "ConfigMap " : "Deployment ") + space + "/" + name;
}

std::string bulk_name(int number) { return "bulk-" + std::to_string(number); }

std::string list(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return "[" + text + "]";
}

std::string label_of(std::size_t group) { return "g" + std::to_string(group); }

std::string config_map(const std::string& name, const std::string& group,
                       const std::string& value) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: " + name + "\n  namespace: " + space +
         "\n  labels: {group: " + group + "}\ndata: {value: \"" + value + "\"}\n";
}

std::string deployment(const std::string& name, const Item& item) {
  return "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: " + name +
         "\n  namespace: " + space + "\n  labels: {group: " + label_of(item.group) +
         "}\nspec:\n  replicas: " + std::to_string(item.replicas) +
         "\n  selector: {matchLabels: {app: " + name +
         "}}\n  template:\n    metadata: {labels: {app: " + name +
         "}}\n    spec: {containers: [{name: c, image: \"example.com/" + name + ":" + item.value +
         "\"}]}\n";
}

std::string policy(const std::string& name, const std::string& kind, const std::string& group,
                   const std::set<std::string>& clusters, const std::string& scheduling) {
  return "apiVersion: policy.karmada.io/v1alpha1\nkind: PropagationPolicy\nmetadata: {name: " +
         name + ", namespace: " + space + "}\nspec:\n  resourceSelectors:\n  - {" + kind +
         ", labelSelector: {matchLabels: {group: " + group +
         "}}}\n  placement:\n    clusterAffinity: {clusterNames: " + list(clusters) + "}\n" +
         scheduling;
}

constexpr const char* maps = "apiVersion: v1, kind: ConfigMap";
constexpr const char* deployments = "apiVersion: apps/v1, kind: Deployment";
constexpr const char* divided =
    "    replicaScheduling: {replicaSchedulingType: Divided, replicaDivisionPreference: "
    "Weighted}\n";

std::string override_policy(const std::string& group, const Group& of) {
  return "apiVersion: policy.karmada.io/v1alpha1\nkind: OverridePolicy\nmetadata: {name: " + group +
         ", namespace: " + space +
         "}\nspec:\n  resourceSelectors:\n  - {apiVersion: v1, kind: ConfigMap, labelSelector: "
         "{matchLabels: {group: " +
         group + "}}}\n  overrideRules:\n  - targetCluster: {clusterNames: " + list(of.overridden) +
         "}\n    overriders:\n      plaintext: [{path: /data/override, operator: add, value: \"" +
         of.override_value + "\"}]\n";
}

// The second half of the groups divides the replicas of its Deployments: enough of them that every
// cluster has some.
bool divides(std::size_t group) { return group >= groups / 2; }

int some_replicas(std::size_t group, Dice& dice) {
  return static_cast<int>(divides(group) ? dice.between(30, 60) : dice.between(1, 5));
}

std::size_t size_of(const Content& content, std::size_t group) {
  return static_cast<std::size_t>(std::ranges::count_if(
      content.items, [&](const auto& entry) { return entry.second.group == group; }));
}

std::vector<std::string> names_if(const Content& content, bool (*fits)(const Item&)) {
  std::vector<std::string> names;
  for (const auto& [name, item] : content.items)
    if (fits(item)) names.push_back(name);
  return names;
}

bool is_map(const Item& item) { return item.replicas == 0; }
bool is_deployment(const Item& item) { return item.replicas > 0; }

std::string some_of(const std::set<std::string>& names, Dice& dice) {
  return dice.pick(std::vector<std::string>(names.begin(), names.end()));
}

}  // namespace

Content first_content(const std::vector<std::string>& clusters, Dice& dice) {
  Content content;
  content.clusters = clusters;
  content.groups.resize(groups);
  for (std::size_t number = 0; number < groups; ++number) {
    Group& group = content.groups[number];
    for (const std::string& cluster : clusters)
      if (number == 0 || dice.one_in(2)) group.clusters.insert(cluster);
    if (group.clusters.empty()) group.clusters.insert(clusters.front());
    group.overridden = {some_of(group.clusters, dice)};
    group.override_value = "first";
    for (int part = 0; part < parts_of_group; ++part)
      content.items["first-" + std::to_string(number) + "-" + std::to_string(part)] = {number,
                                                                                       "first", 0};
    content.items["app-" + std::to_string(number)] = {number, "first", some_replicas(number, dice)};
  }
  return content;
}

void Author::change(Content& content) {
  ++changes_;
  change_values(content);
  for (int more = static_cast<int>(dice_->between(0, 3)); more > 0; --more)
    switch (dice_->between(0, 5)) {
      case 0:
        add_item(content);
        break;
      case 1:
        remove_item(content);
        break;
      case 2:
        change_deployment(content);
        break;
      case 3:
        move_group(content);
        break;
      case 4:
        change_override(content);
        break;
      default:
        regroup(content);
    }
}

void Author::change_values(Content& content) {
  for (int count = static_cast<int>(dice_->between(1, 3)); count > 0; --count)
    content.items[dice_->pick(names_if(content, is_map))].value = new_value();
}

void Author::add_item(Content& content) {
  const auto group = static_cast<std::size_t>(dice_->between(0, groups - 1));
  if (size_of(content, group) >= most_of_group) return;
  content.items["part-" + std::to_string(++items_)] = {group, new_value(), 0};
}

void Author::remove_item(Content& content) {
  const std::string name = dice_->pick(names_if(content, is_map));
  if (size_of(content, content.items.at(name).group) > least_of_group) content.items.erase(name);
}

void Author::change_deployment(Content& content) {
  Item& item = content.items.at(dice_->pick(names_if(content, is_deployment)));
  if (dice_->one_in(2))
    item.value = new_value();
  else
    item.replicas = some_replicas(item.group, *dice_);
}

void Author::move_group(Content& content) {
  Group& group = content.groups[static_cast<std::size_t>(dice_->between(1, groups - 1))];
  const std::string from = some_of(group.clusters, *dice_);
  const std::string to = dice_->pick(content.clusters);
  const auto lost = lost_.find(from);
  if (lost != lost_.end() && changes_ - lost->second < rest_of_cluster) return;
  if (!group.clusters.insert(to).second) return;
  group.clusters.erase(from);
  lost_[from] = changes_;
}

void Author::change_override(Content& content) {
  Group& group = content.groups[static_cast<std::size_t>(dice_->between(0, groups - 1))];
  group.overridden = {some_of(group.clusters, *dice_), some_of(group.clusters, *dice_)};
  group.override_value = new_value();
}

void Author::regroup(Content& content) {
  const std::string name = dice_->pick(names_if(content, is_map));
  Item& item = content.items.at(name);
  const auto to = static_cast<std::size_t>(dice_->between(0, groups - 1));
  if (size_of(content, item.group) <= least_of_group || size_of(content, to) >= most_of_group)
    return;
  item.group = to;
}

Wanted wanted(const Content& content) {
  Wanted all;
  for (const std::string& cluster : content.clusters) all[cluster];
  for (const auto& [name, item] : content.items) {
    const Group& group = content.groups[item.group];
    for (const std::string& cluster : group.clusters) {
      const bool overridden = item.replicas == 0 && group.overridden.contains(cluster);
      all[cluster][name_of(name, item)] =
          item.value + (overridden ? "/" + group.override_value : "");
    }
  }
  for (const std::set<std::string>* clusters : {&content.bulk, &content.held})
    for (const std::string& cluster : *clusters)
      for (int number = 0; number < bulk_objects; ++number)
        all[cluster]["ConfigMap " + space + "/" + bulk_name(number)] = "bulk";
  return all;
}

std::map<std::string, std::string> files_of(const Content& content) {
  std::map<std::string, std::string> files;
  std::string fleet =
      "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: " + fleet_name +
      "}\nspec:\n  deletionGuard: {count: 20, percent: 40}\n";
  if (!content.confirmed.empty()) {
    fleet += "  confirmDeletions:\n";
    for (const std::string& commit : content.confirmed) fleet += "  - \"" + commit + "\"\n";
  }
  files["fleet.yaml"] = fleet;
  files["space.yaml"] = "apiVersion: v1\nkind: Namespace\nmetadata: {name: " + space + "}\n";
  for (const std::string& cluster : content.clusters)
    files["clusters/" + cluster + ".yaml"] =
        "apiVersion: cluster.karmada.io/v1alpha1\nkind: Cluster\nmetadata: {name: " + cluster +
        "}\nspec: {syncMode: Push}\n";
  for (std::size_t number = 0; number < content.groups.size(); ++number) {
    const Group& group = content.groups[number];
    const std::string label = label_of(number);
    files["policies/" + label + ".yaml"] = policy(label, maps, label, group.clusters, "") +
                                           "---\n" +
                                           policy(label + "-apps", deployments, label,
                                                  group.clusters, divides(number) ? divided : "") +
                                           "---\n" + override_policy(label, group);
  }
  for (const auto& [name, item] : content.items)
    files["objects/" + name + ".yaml"] = item.replicas == 0
                                             ? config_map(name, label_of(item.group), item.value)
                                             : deployment(name, item);
  if (content.bulk.empty()) return files;
  files["policies/bulk.yaml"] = policy("bulk", maps, "bulk", content.bulk, "");
  for (int number = 0; number < bulk_objects; ++number)
    files["objects/" + bulk_name(number) + ".yaml"] = config_map(bulk_name(number), "bulk", "bulk");
  return files;
}

}  // namespace flotilla::soak
