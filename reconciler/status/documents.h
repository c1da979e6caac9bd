#pragma once

#include "reconciler/decision/decide.h"
#include "reconciler/decision/plan.h"
#include "render/catalog/file_tree.h"

#include <map>
#include <optional>
#include <set>
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
  std::string readiness = {};  // as kstatus names it, empty if Current or not known
  std::string readiness_message = {};
  // Who changed what was applied (member::drift_text) and when that was seen. It stands if the
  // state is Drifted or the object is suspended with it; else it was corrected, and is told until
  // the object is applied anew.
  std::string drift = {};
  std::string drift_time = {};
  std::string held_since = {};  // revision with which its deletion was held first
};
// True if both are the same line.
bool same_line(const InventoryEntry& a, const InventoryEntry& b);
bool drift_stands(const InventoryEntry& entry);  // its drift
bool is_held(const InventoryEntry& entry);       // HeldForDeletion

struct Condition {
  std::string type;
  bool status = false;
  std::string reason;
  std::string message;
  std::string since;  // lastTransitionTime, RFC 3339

  bool operator==(const Condition&) const = default;
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
  std::map<ObjectKey, Json::Value> template_status;  // what the interpreter aggregated
  std::vector<Condition> fleet_conditions;
  Json::Value fleet;  // fleet.yaml, null if there is none
  Files files;        // as they are, those we know
  // Those that stand as we would write what was read from them.
  std::set<std::string> as_written;
  // Of which object each file under bindings/ is.
  std::map<std::string, ObjectKey> bound_files;
  // What the files of bindings were made of that this process has written, or would have.
  std::map<ObjectKey, decision::BindingPtr> made_of;
};

// Reads a tree laid out as the status branch. Files that cannot be read are passed over: the branch
// is written anew from what is.
Result<Memory> read_memory(const catalog::FileTree& tree);

// True for the paths that are ours on the branch; others may have files of their own there.
bool is_status_file(const std::string& path);

// The same memory after a commit of ours made `changed`.
void update_memory(Memory& memory,
                   const std::map<std::string, std::optional<std::string>>& changed);

// After update_memory(): every file of the branch is what status_files() makes of these bindings.
void note_made(Memory& memory, const SharedList<decision::Binding>& bindings);

// ResourceBinding or ClusterResourceBinding (work.karmada.io/v1alpha2). Without conditions and
// items its status has the decision only. `template_status`, null if there is none, is the status
// that Karmada would write into the template; here it stands in status.templateStatus.
Json::Value binding_object(const decision::Binding& binding,
                           const std::vector<Condition>& conditions = {},
                           const std::vector<AggregatedItem>& items = {},
                           const Json::Value& template_status = {});
// nullopt if `object` is no binding that we wrote.
std::optional<decision::Binding> read_binding(const Json::Value& object);
// "bindings/<namespace>/<name>.yaml" or "bindings/_cluster/<name>.yaml".
std::string binding_path(const decision::Binding& binding);

// inventory/<cluster>.yaml, written and read back.
Json::Value inventory_object(const std::string& cluster,
                             const std::vector<InventoryEntry>& entries);
std::vector<InventoryEntry> read_inventory(const Json::Value& object);

// The condition of that type, or nullptr.
const Condition* find_condition(const std::vector<Condition>& conditions, std::string_view type);

// "cluster eu is unreachable: ", how the reason begins where it stands in for an object's.
std::string unreachable_prefix(const std::string& cluster);

}  // namespace flotilla::status
