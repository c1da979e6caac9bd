#include "reconciler/member/report.h"
#include "reconciler/status/documents.h"

#include <tuple>

// Inventories as files: contract.md, "Status branch".
namespace flotilla::status {
namespace {

void set_if(Json::Value& map, const char* name, const std::string& text) {
  if (!text.empty()) map[name] = text;
}

Json::Value item_of(const InventoryEntry& entry) {
  Json::Value item(Json::objectValue);
  item["apiVersion"] = entry.item.api_version;
  item["kind"] = entry.item.key.kind;
  set_if(item, "namespace", entry.item.key.namespace_);
  item["name"] = entry.item.key.name;
  item["uid"] = entry.item.uid;
  item["digest"] = entry.item.digest;
  item["source"] = entry.item.source;
  item["revision"] = entry.item.revision;
  item["origin"] = entry.item.origin;
  item["state"] = entry.state;
  set_if(item, "message", entry.message);
  set_if(item, "held", entry.item.held);
  set_if(item, "heldSince", entry.held_since);
  set_if(item, "drift", entry.drift);
  set_if(item, "driftTime", entry.drift_time);
  if (entry.readiness.empty()) return item;
  item["readiness"]["state"] = entry.readiness;
  set_if(item["readiness"], "message", entry.readiness_message);
  return item;
}

InventoryEntry read_item(const Json::Value& item) {
  InventoryEntry entry;
  entry.item.api_version = get_string(item, "apiVersion");
  entry.item.key = {group_of(entry.item.api_version), get_string(item, "kind"),
                    get_string(item, "namespace"), get_string(item, "name")};
  entry.item.uid = get_string(item, "uid");
  entry.item.digest = get_string(item, "digest");
  entry.item.source = get_string(item, "source");
  entry.item.revision = get_string(item, "revision");
  entry.item.origin = get_string(item, "origin");
  entry.item.held = get_string(item, "held");
  entry.state = get_string(item, "state");
  entry.message = get_string(item, "message");
  entry.held_since = get_string(item, "heldSince");
  entry.drift = get_string(item, "drift");
  entry.drift_time = get_string(item, "driftTime");
  entry.readiness = get_string(item, {"readiness", "state"});
  entry.readiness_message = get_string(item, {"readiness", "message"});
  return entry;
}

}  // namespace

bool same_line(const InventoryEntry& a, const InventoryEntry& b) {
  const auto told = [](const InventoryEntry& entry) {
    const decision::InventoryItem& item = entry.item;
    return std::tie(item.api_version, item.key, item.uid, item.digest, item.source, item.revision,
                    item.origin, item.held, entry.state, entry.message, entry.readiness,
                    entry.readiness_message, entry.drift, entry.drift_time, entry.held_since);
  };
  return told(a) == told(b);
}

bool drift_stands(const InventoryEntry& entry) {
  return entry.state == to_string(member::State::drifted) ||
         entry.message.find(member::changed_mark) != std::string::npos;
}
bool is_held(const InventoryEntry& entry) { return entry.state == to_string(member::State::held); }

Json::Value inventory_object(const std::string& cluster,
                             const std::vector<InventoryEntry>& entries) {
  Json::Value object(Json::objectValue);
  object["apiVersion"] = "flotilla.dev/v1alpha1";
  object["kind"] = "Inventory";
  object["metadata"]["name"] = cluster;
  Json::Value& items = object["items"] = Json::Value(Json::arrayValue);
  for (const InventoryEntry& entry : entries) items.append(item_of(entry));
  return object;
}

std::vector<InventoryEntry> read_inventory(const Json::Value& object) {
  std::vector<InventoryEntry> entries;
  const Json::Value* items = find(object, "items");
  if (items == nullptr || !items->isArray()) return entries;
  for (const Json::Value& item : *items) entries.push_back(read_item(item));
  return entries;
}

}  // namespace flotilla::status
