#include "reconciler/cli/status_text.h"
#include "render/base/text.h"
#include "render/document/json.h"
#include "render/yaml/emitter.h"
#include "render/yaml/reader.h"

#include <algorithm>

// What of the branch is shown, and the forms for programs.
namespace flotilla::cli {
namespace {

template <class Map>
void keep_only(Map& map, const std::string& key) {
  std::erase_if(map, [&](const auto& entry) { return entry.first != key; });
}

void keep_cluster(status::Memory& memory, const std::string& cluster) {
  keep_only(memory.previous.cluster_objects, cluster);
  keep_only(memory.cluster_conditions, cluster);
  keep_only(memory.cluster_versions, cluster);
  keep_only(memory.inventory, cluster);
  for (auto& [key, items] : memory.aggregated) keep_only(items, cluster);
  std::erase_if(memory.previous.bindings, [&](const auto& entry) {
    const auto targets = decision::targets(*entry.second);
    return std::ranges::none_of(targets,
                                [&](const auto& target) { return target.name == cluster; });
  });
}

// "Deployment.apps/shop/web" stands in a namespace, "Namespace/shop" in none.
bool stands_in(const std::string& object, const std::string& namespace_) {
  const std::vector<std::string> parts = split(object, '/');
  return parts.size() == 3 && parts[1] == namespace_;
}

void keep_objects(Json::Value* list, const std::string& namespace_) {
  if (list == nullptr || !list->isArray()) return;
  Json::Value kept(Json::arrayValue);
  for (const Json::Value& entry : *list) {
    const std::string object = entry.isString() ? entry.asString() : get_string(entry, "object");
    if (stands_in(object, namespace_)) kept.append(entry);
  }
  *list = std::move(kept);
}

void keep_namespace(status::Memory& memory, const std::string& namespace_) {
  const auto elsewhere = [&](const auto& entry) { return entry.first.namespace_ != namespace_; };
  std::erase_if(memory.aggregated, elsewhere);
  std::erase_if(memory.binding_conditions, elsewhere);
  std::erase_if(memory.previous.bindings, elsewhere);
  for (auto& [cluster, entries] : memory.inventory)
    std::erase_if(entries,
                  [&](const auto& entry) { return entry.item.key.namespace_ != namespace_; });
  keep_objects(find_path(memory.fleet, {"status", "problems"}), namespace_);
  keep_objects(find_path(memory.fleet, {"status", "unmatched"}), namespace_);
}

void append_file(const std::string& path, const status::Memory& memory, Json::Value& list) {
  const auto file = memory.files.find(path);
  if (file == memory.files.end()) return;
  for (const yaml::Document& document : yaml::read_documents(file->second, path).documents)
    list.append(document.tree);
}

Json::Value document(const status::Memory& memory, StatusPart part) {
  Json::Value root(Json::objectValue);
  const bool whole = part == StatusPart::overview;
  if (whole) root["fleet"] = memory.fleet;
  if (whole || part == StatusPart::clusters) {
    Json::Value& list = root["clusters"] = Json::Value(Json::arrayValue);
    for (const auto& [name, object] : memory.previous.cluster_objects)
      append_file("clusters/" + name + ".yaml", memory, list);
  }
  if (whole || part == StatusPart::bindings) {
    Json::Value& list = root["bindings"] = Json::Value(Json::arrayValue);
    for (const auto& [key, binding] : memory.previous.bindings)
      append_file(status::binding_path(*binding), memory, list);
  }
  if (!whole) return root;
  Json::Value& list = root["inventory"] = Json::Value(Json::arrayValue);
  for (const auto& [cluster, entries] : memory.inventory)
    list.append(status::inventory_object(cluster, entries));
  return root;
}

// As other commands take them.
std::string names(const status::Memory& memory, StatusPart part) {
  std::string text;
  if (part != StatusPart::bindings)
    for (const auto& [name, object] : memory.previous.cluster_objects)
      text += to_string(ObjectKey{"cluster.karmada.io", "Cluster", "", name}) + "\n";
  if (part != StatusPart::clusters)
    for (const auto& [key, binding] : memory.previous.bindings) text += to_string(key) + "\n";
  return text;
}

std::string text_of(const status::Memory& memory, const StatusView& view) {
  if (view.part == StatusPart::clusters) return clusters_table(memory, view);
  if (view.part == StatusPart::bindings) return bindings_table(memory, view);
  return overview_text(memory, view);
}

}  // namespace

Error unknown_cluster(const std::string& name, const status::Memory& memory) {
  std::vector<std::string> known;
  for (const auto& [cluster, object] : memory.previous.cluster_objects) known.push_back(cluster);
  return {Code::not_found,
          "there is no cluster \"" + name + "\" on the status branch" +
              (known.empty() ? ", which has none" : ", want one of: " + join(known, ", "))};
}

Result<std::string> status_text(status::Memory memory, const StatusView& view) {
  if (!view.cluster.empty()) {
    if (!memory.previous.cluster_objects.contains(view.cluster))
      return fail(unknown_cluster(view.cluster, memory));
    keep_cluster(memory, view.cluster);
  }
  if (!view.namespace_.empty()) keep_namespace(memory, view.namespace_);
  switch (view.output) {
    case Output::json:
      return pretty_json(document(memory, view.part)) + "\n";
    case Output::yaml:
      return yaml::emit(document(memory, view.part));
    case Output::name:
      return names(memory, view.part);
    case Output::table:
    case Output::wide:
      break;
  }
  return text_of(memory, view);
}

}  // namespace flotilla::cli
