#include "reconciler/placement/reading/stored_placement.h"

#include "render/document/tree.h"

#include <string>

namespace flotilla::placement {

namespace {

constexpr const char* match_labels = "matchLabels";

bool is_left_out(const std::string& name, const Json::Value& value) {
  if (value.isNull()) return true;
  if (value.isString()) return value.asString().empty();
  // An empty map says something (clusterAffinity: {} is every cluster), but for that of labels.
  return value.empty() && (value.isArray() || name == match_labels);
}

void leave_out_empty(Json::Value& value) {
  if (value.isArray()) {
    for (Json::Value& entry : value) leave_out_empty(entry);
    return;
  }
  if (!value.isObject()) return;
  for (const std::string& name : value.getMemberNames()) {
    if (name != match_labels) leave_out_empty(value[name]);
    if (is_left_out(name, value[name])) value.removeMember(name);
  }
}

void fill_replica_scheduling(Json::Value& scheduling) {
  if (!scheduling.isMember("replicaSchedulingType"))
    scheduling["replicaSchedulingType"] = "Divided";
  if (scheduling["replicaSchedulingType"] == "Divided" &&
      !scheduling.isMember("replicaDivisionPreference"))
    scheduling["replicaDivisionPreference"] = "Weighted";
}

void fill_spread_constraint(Json::Value& constraint) {
  if (!constraint.isMember("spreadByField") && !constraint.isMember("spreadByLabel"))
    constraint["spreadByField"] = "cluster";
  if (get_int(constraint, "minGroups").value_or(0) == 0) constraint["minGroups"] = 1;
  if (get_int(constraint, "maxGroups").value_or(0) == 0) constraint.removeMember("maxGroups");
}

}  // namespace

Json::Value stored_placement(Json::Value placement) {
  leave_out_empty(placement);
  if (placement.isMember("replicaScheduling"))
    fill_replica_scheduling(placement["replicaScheduling"]);
  if (placement.isMember("spreadConstraints"))
    for (Json::Value& constraint : placement["spreadConstraints"])
      fill_spread_constraint(constraint);
  return placement;
}

}  // namespace flotilla::placement
