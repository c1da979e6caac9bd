#include "reconciler/status/documents.h"

#include <algorithm>

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

const Condition* find_condition(const std::vector<Condition>& conditions, std::string_view type) {
  const auto found = std::find_if(conditions.begin(), conditions.end(),
                                  [&](const Condition& c) { return c.type == type; });
  return found == conditions.end() ? nullptr : &*found;
}

std::string unreachable_prefix(const std::string& cluster) {
  return "cluster " + cluster + " is unreachable: ";
}

}  // namespace flotilla::status
