#include "reconciler/status/parts.h"
#include "render/yaml/emitted.h"
#include "render/yaml/reader.h"

#include <algorithm>
#include <limits>

namespace flotilla::status {
namespace {

AggregatedItem read_item(const Json::Value& entry) {
  AggregatedItem item;
  item.cluster = get_string(entry, "clusterName");
  if (const Json::Value* status = find(entry, "status")) item.status = *status;
  item.applied = get_bool(entry, "applied", false);
  item.message = get_string(entry, "appliedMessage");
  item.health = get_string(entry, "health");
  return item;
}

void take_binding(const Json::Value& object, const std::string& path, Memory& memory) {
  auto binding = read_binding(object);
  if (!binding) return;
  const ObjectKey key = binding->object;
  memory.bound_files[path] = key;
  memory.made_of.erase(key);
  memory.aggregated.erase(key);
  if (const Json::Value* items = find_path(object, {"status", "aggregatedStatus"});
      items != nullptr && items->isArray())
    for (const Json::Value& entry : *items)
      memory.aggregated[key][get_string(entry, "clusterName")] = read_item(entry);
  if (key.group.empty() && key.kind == "ResourceQuota") {
    auto& quotas = memory.previous.quota_status[key];
    quotas.clear();
    for (const auto& [cluster, item] : memory.aggregated[key]) quotas[cluster] = item.status;
  }
  memory.template_status.erase(key);
  if (const Json::Value* status = find_path(object, {"status", "templateStatus"}))
    memory.template_status[key] = *status;
  memory.binding_conditions[key] = read_conditions(find_path(object, {"status", "conditions"}));
  memory.previous.bindings[key] = std::make_shared<const decision::Binding>(std::move(*binding));
}

void take_inventory(const Json::Value& object, Memory& memory) {
  const std::string cluster = get_string(object, {"metadata", "name"});
  std::vector<InventoryEntry> entries = read_inventory(object);
  if (entries.empty())
    memory.previous.inhabited_clusters.erase(cluster);
  else
    memory.previous.inhabited_clusters.insert(cluster);
  memory.inventory[cluster] = std::move(entries);
}

void take_cluster(const Json::Value& object, Memory& memory) {
  const std::string name = get_string(object, {"metadata", "name"});
  memory.previous.cluster_sources[name] = annotation(object, "flotilla.dev/source");
  Json::Value& bare = memory.previous.cluster_objects[name] = object;
  if (bare.isObject()) bare.removeMember("status");
  const Json::Value* status = find(object, "status");
  if (status == nullptr) return;
  memory.cluster_conditions[name] = read_conditions(find(*status, "conditions"));
  memory.cluster_versions[name] = get_string(*status, "kubernetesVersion");
  // What we found out about a cluster is nothing that a decision looks at.
  Json::Value& observed = memory.previous.cluster_status[name] = *status;
  if (Json::Value* conditions = find_path(observed, {"conditions"}))
    *conditions = without_findings(*conditions);
}

// What we wrote ourselves may be larger than what users may write.
yaml::Limits no_limits() {
  yaml::Limits limits;
  limits.bytes = std::numeric_limits<std::size_t>::max();
  limits.nodes = std::numeric_limits<std::size_t>::max();
  return limits;
}

// False for a document that is none of ours.
bool take(const Json::Value& object, const std::string& path, Memory& memory) {
  const std::string kind = get_string(object, "kind");
  const bool is_binding = kind == "ResourceBinding" || kind == "ClusterResourceBinding";
  if (!is_binding && kind != "Inventory" && kind != "Cluster" && kind != "Fleet") return false;
  if (is_binding) take_binding(object, path, memory);
  if (kind == "Inventory") take_inventory(object, memory);
  if (kind == "Cluster") take_cluster(object, memory);
  if (kind == "Fleet") {
    memory.fleet = object;
    memory.fleet_conditions = read_conditions(find_path(object, {"status", "conditions"}));
    memory.previous.owner = get_string(object, {"metadata", "name"});
    memory.previous.owner_source = annotation(object, "flotilla.dev/source");
    memory.previous.settings_digest = annotation(object, settings_digest_annotation);
  }
  return true;
}

void forget_binding(const ObjectKey& key, const std::string& path, Memory& memory) {
  memory.made_of.erase(key);
  memory.aggregated.erase(key);
  memory.previous.quota_status.erase(key);
  memory.template_status.erase(key);
  memory.binding_conditions.erase(key);
  // What was decided since may stand in another file.
  const auto binding = memory.previous.bindings.find(key);
  if (binding != memory.previous.bindings.end() && binding_path(*binding->second) == path)
    memory.previous.bindings.erase(binding);
}

void forget(const std::string& path, Memory& memory) {
  memory.files.erase(path);
  memory.as_written.erase(path);
  if (const auto bound = memory.bound_files.find(path); bound != memory.bound_files.end()) {
    forget_binding(bound->second, path, memory);
    memory.bound_files.erase(bound);
    return;
  }
  if (!path.ends_with(".yaml")) return;
  const std::string file = path.substr(path.find('/') + 1);
  const std::string name = file.substr(0, file.size() - std::string_view(".yaml").size());
  if (path.starts_with("inventory/")) {
    memory.inventory.erase(name);
    memory.previous.inhabited_clusters.erase(name);
  }
  if (!path.starts_with("clusters/")) return;
  memory.previous.cluster_sources.erase(name);
  memory.previous.cluster_objects.erase(name);
  memory.previous.cluster_status.erase(name);
  memory.cluster_conditions.erase(name);
  memory.cluster_versions.erase(name);
}

void take_file(const std::string& path, std::string text, Memory& memory) {
  bool ours = path == "README.md" || path == "fleet.yaml";
  const bool is_yaml = path.ends_with(".yaml");
  memory.as_written.erase(path);
  // Whatever it holds now, it is not what it was made of.
  if (const auto bound = memory.bound_files.find(path); bound != memory.bound_files.end())
    memory.made_of.erase(bound->second);
  if (const auto tree = is_yaml ? yaml::read_emitted(text) : std::nullopt) {
    ours = take(*tree, path, memory) || ours;
    memory.as_written.insert(path);
  } else if (is_yaml) {
    for (const yaml::Document& document : yaml::read_documents(text, path, no_limits()).documents)
      ours = take(document.tree, path, memory) || ours;
  }
  if (ours) memory.files[path] = std::move(text);
}

}  // namespace

bool is_status_file(const std::string& path) {
  return path == "README.md" || path == "fleet.yaml" || path.starts_with("clusters/") ||
         path.starts_with("bindings/") || path.starts_with("inventory/");
}

void update_memory(Memory& memory,
                   const std::map<std::string, std::optional<std::string>>& changed) {
  // Removals first: a binding may have moved to another file.
  for (const auto& [path, content] : changed)
    if (!content) forget(path, memory);
  for (const auto& [path, content] : changed)
    if (content) take_file(path, *content, memory);
}

void note_made(Memory& memory, const SharedList<decision::Binding>& bindings) {
  memory.made_of.clear();
  for (const decision::BindingPtr& binding : bindings.pointers())
    memory.made_of.emplace_hint(memory.made_of.end(), binding->object, binding);
}

Result<Memory> read_memory(const catalog::FileTree& tree) {
  Memory memory;
  TRY_ASSIGN(const std::vector<catalog::FileEntry> entries, tree.list());
  for (const catalog::FileEntry& entry : entries) {
    if (entry.kind != catalog::FileEntry::Kind::file || !is_status_file(entry.path)) continue;
    TRY_ASSIGN(std::string text, tree.read(entry));
    take_file(entry.path, std::move(text), memory);
  }
  return memory;
}

}  // namespace flotilla::status
