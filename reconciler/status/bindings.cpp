#include "reconciler/status/parts.h"
#include "render/document/json.h"
#include "render/yaml/emitter.h"

#include <algorithm>

namespace flotilla::status {
namespace {

// Why nothing newer is known of the objects there.
std::string excuse(const std::string& cluster, const member::Report& report) {
  if (!report.error) return "not applied yet";
  return report.reached ? "cluster " + cluster + " was not finished: " + report.error->message
                        : unreachable_prefix(cluster) + report.error->message;
}

// Karmada keeps what was known last of a cluster that does not answer.
AggregatedItem remembered_item(const ObjectKey& key, const std::string& cluster,
                               const member::Report* report, const Memory& memory) {
  AggregatedItem item;
  item.cluster = cluster;
  if (const auto* items = lookup(memory.aggregated, key))
    if (const auto* known = lookup(*items, cluster)) item = *known;
  if (!item.applied && report != nullptr) item.message = excuse(cluster, *report);
  return item;
}

AggregatedItem item_on(const decision::Binding& binding, const std::string& cluster,
                       const Input& input, const Memory& memory) {
  const member::Report* report = report_of(input, cluster);
  if (!knows_objects(report)) return remembered_item(binding.object, cluster, report, memory);
  AggregatedItem item;
  item.cluster = cluster;
  const member::ObjectReport* object = lookup(report->objects, binding.object);
  if (object == nullptr) {
    const auto* work = lookup(input.decision->work, cluster);
    const bool held = work != nullptr && work->held.contains(binding.object);
    item.message = held ? "not applied: something it depends on is in error, or it is suspended"
                        : excuse(cluster, *report);
    return item;
  }
  // Karmada has no state for drift: what drifted was applied.
  const bool drifted = object->state == member::State::drifted;
  item.applied = object->on_cluster && (drifted || object->state == member::State::applied);
  item.message = object->message;
  if (drifted && item.message.empty())
    item.message = "drifted: " + member::drift_text(object->drift);
  if (!item.applied) return item;
  const bool secret = binding.object.group_kind() == GroupKind{"", "Secret"};
  if (!secret) item.status = object->status;
  item.health = interpreter::to_string(object->health);
  return item;
}

// The texts of karmada-semantics 18.
Condition fully_applied(const std::vector<AggregatedItem>& items) {
  const bool all = !items.empty() && std::all_of(items.begin(), items.end(),
                                                 [](const AggregatedItem& i) { return i.applied; });
  if (all)
    return {"FullyApplied", true, "FullyAppliedSuccess", "All works have been successfully applied",
            ""};
  return {"FullyApplied", false, "FullyAppliedFailed",
          "Failed to apply all works, see status.aggregatedStatus for details", ""};
}

// Karmada collects nothing for a binding before it was scheduled once.
bool was_scheduled(const decision::Binding& binding, const std::vector<AggregatedItem>& items) {
  const placement::Schedule& schedule = binding.schedule;
  return binding.policy.name.empty() || schedule.scheduled ||
         !schedule.last_scheduled_time.empty() || !items.empty();
}

bool same_item(const AggregatedItem& a, const AggregatedItem& b) {
  return a.applied == b.applied && a.health == b.health && a.message == b.message &&
         a.cluster == b.cluster && same(a.status, b.status);
}

// What a file of a binding says.
struct Content {
  const decision::BindingPtr& binding;
  const std::vector<Condition>& conditions;
  const std::vector<AggregatedItem>& items;
  const Json::Value& template_status;
};

// The file as it stands; nullptr if it says something else, or may do so.
const std::string* unchanged(const std::string& path, const Content& content,
                             const Memory& memory) {
  const ObjectKey& key = content.binding->object;
  const decision::BindingPtr* made_of = lookup(memory.made_of, key);
  if (made_of == nullptr || *made_of != content.binding) return nullptr;
  const auto* conditions = lookup(memory.binding_conditions, key);
  if (conditions == nullptr || *conditions != content.conditions) return nullptr;
  const auto* items = lookup(memory.aggregated, key);
  if ((items == nullptr ? 0 : items->size()) != content.items.size()) return nullptr;
  for (const AggregatedItem& item : content.items) {
    const AggregatedItem* known = lookup(*items, item.cluster);
    if (known == nullptr || !same_item(*known, item)) return nullptr;
  }
  const auto* status = lookup(memory.template_status, key);
  const bool same_status =
      same(status == nullptr ? Json::Value() : *status, content.template_status);
  return same_status ? lookup(memory.files, path) : nullptr;
}

}  // namespace

void add_bindings(const Input& input, const Memory& memory, Files& files) {
  static const std::vector<Condition> none;
  Items items;
  for (const decision::Binding& binding : input.decision->bindings) {
    std::vector<AggregatedItem>& list = items[binding.object];
    for (const placement::TargetCluster& target : decision::targets(binding))
      list.push_back(item_on(binding, target.name, input, memory));
  }
  const std::map<ObjectKey, Json::Value> templates = template_statuses(input, memory, items);
  for (const decision::BindingPtr& pointer : input.decision->bindings.pointers()) {
    const decision::Binding& binding = *pointer;
    const auto* before = lookup(memory.binding_conditions, binding.object);
    const std::vector<Condition>& old = before != nullptr ? *before : none;
    const placement::Schedule& schedule = binding.schedule;
    std::vector<Condition> conditions;
    // A binding without a policy is not scheduled: it follows those that require it.
    if (!binding.policy.name.empty())
      conditions.push_back(
          dated({"Scheduled", schedule.scheduled, schedule.reason, schedule.message, ""}, old,
                input.now));
    const std::vector<AggregatedItem>& list = items.at(binding.object);
    if (was_scheduled(binding, list))
      conditions.push_back(dated(fully_applied(list), old, input.now));
    const Json::Value* aggregated = lookup(templates, binding.object);
    const Json::Value& template_status =
        aggregated != nullptr ? *aggregated : Json::Value::nullSingleton();
    const std::string path = binding_path(binding);
    const std::string* file = unchanged(path, {pointer, conditions, list, template_status}, memory);
    files[path] = file != nullptr
                      ? *file
                      : yaml::emit(binding_object(binding, conditions, list, template_status));
  }
}

}  // namespace flotilla::status
