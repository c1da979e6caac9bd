#include "reconciler/status/documents.h"

namespace flotilla::status {

Json::Value condition_list(const std::vector<Condition>& conditions) {
  Json::Value list(Json::arrayValue);
  for (const Condition& condition : conditions) {
    Json::Value entry(Json::objectValue);
    entry["type"] = condition.type;
    entry["status"] = condition.status ? "True" : "False";
    entry["reason"] = condition.reason;
    entry["message"] = condition.message;
    if (!condition.since.empty()) entry["lastTransitionTime"] = condition.since;
    list.append(std::move(entry));
  }
  return list;
}

std::vector<Condition> read_conditions(const Json::Value* list) {
  std::vector<Condition> conditions;
  if (list == nullptr || !list->isArray()) return conditions;
  for (const Json::Value& entry : *list)
    conditions.push_back({get_string(entry, "type"), get_string(entry, "status") == "True",
                          get_string(entry, "reason"), get_string(entry, "message"),
                          get_string(entry, "lastTransitionTime")});
  return conditions;
}

std::string binding_path(const decision::Binding& binding) {
  const std::string folder =
      binding.object.namespace_.empty() ? "_cluster" : binding.object.namespace_;
  return "bindings/" + folder + "/" + binding.name + ".yaml";
}

Json::Value inventory_object(const std::string& cluster,
                             const std::vector<InventoryEntry>& entries) {
  Json::Value object(Json::objectValue);
  object["apiVersion"] = "flotilla.dev/v1alpha1";
  object["kind"] = "Inventory";
  object["metadata"]["name"] = cluster;
  Json::Value& items = object["items"] = Json::Value(Json::arrayValue);
  for (const InventoryEntry& entry : entries) {
    Json::Value item(Json::objectValue);
    item["apiVersion"] = entry.item.api_version;
    item["kind"] = entry.item.key.kind;
    if (!entry.item.key.namespace_.empty()) item["namespace"] = entry.item.key.namespace_;
    item["name"] = entry.item.key.name;
    item["uid"] = entry.item.uid;
    item["digest"] = entry.item.digest;
    item["source"] = entry.item.source;
    item["revision"] = entry.item.revision;
    item["origin"] = entry.item.origin;
    item["state"] = entry.state;
    if (!entry.message.empty()) item["message"] = entry.message;
    items.append(std::move(item));
  }
  return object;
}

std::string short_revision(const std::string& revision) {
  const auto at = revision.find("@sha1:");
  if (at == std::string::npos) return revision.empty() ? "an uncommitted folder" : revision;
  return revision.substr(0, at) + "@" + revision.substr(at + 6, 7);
}

}  // namespace flotilla::status
