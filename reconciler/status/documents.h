#pragma once

#include "reconciler/decision/decide.h"
#include "reconciler/decision/plan.h"
#include "render/catalog/file_tree.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

// The files of the status branch (contract.md, "Status branch") as values, written and read back.
namespace flotilla::status {

// Path → content, as a commit holds them.
using Files = std::map<std::string, std::string>;

using AggregatedItem = interpreter::StatusItem;

// One line of inventory/<cluster>.yaml.
struct InventoryEntry {
  decision::InventoryItem item;
  std::string state = "Applied";
  std::string message;
};

struct Condition {
  std::string type;
  bool status = false;
  std::string reason;
  std::string message;
  std::string since;  // lastTransitionTime, RFC 3339
};
Json::Value condition_list(const std::vector<Condition>& conditions);
std::vector<Condition> read_conditions(const Json::Value* list);

// What the branch says as a whole.
struct Memory {
  decision::Previous previous;
  std::map<ObjectKey, std::map<std::string, AggregatedItem>> aggregated;  // by object, by cluster
  std::map<ObjectKey, std::vector<Condition>> binding_conditions;
  std::map<std::string, std::vector<InventoryEntry>> inventory;  // by cluster
  std::map<std::string, std::vector<Condition>> cluster_conditions;
  std::map<std::string, std::string> cluster_versions;
  std::vector<Condition> fleet_conditions;
  Json::Value fleet;  // fleet.yaml, null if there is none
  Files files;        // as they are, those we know
};

// Reads a tree laid out as the status branch. Files that cannot be read are passed over: the branch
// is written anew from what is.
Result<Memory> read_memory(const catalog::FileTree& tree);

// The same memory after a commit of ours made `changed`.
void update_memory(Memory& memory,
                   const std::map<std::string, std::optional<std::string>>& changed);

// ResourceBinding or ClusterResourceBinding (work.karmada.io/v1alpha2). Without conditions and
// items its status has the decision only.
Json::Value binding_object(const decision::Binding& binding,
                           const std::vector<Condition>& conditions = {},
                           const std::vector<AggregatedItem>& items = {});
// nullopt if `object` is no binding that we wrote.
std::optional<decision::Binding> read_binding(const Json::Value& object);
// "bindings/<namespace>/<name>.yaml" or "bindings/_cluster/<name>.yaml".
std::string binding_path(const decision::Binding& binding);

Json::Value inventory_object(const std::string& cluster,
                             const std::vector<InventoryEntry>& entries);

// A commit id of a revision "main@sha1:<id>[-dirty]", shortened to 7 digits for people.
std::string short_revision(const std::string& revision);

}  // namespace flotilla::status
