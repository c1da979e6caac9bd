#include "overrides/cluster.h"
#include "overrides/fields.h"

#include <algorithm>

// ClusterAffinity: karmada-semantics 8.2.
namespace flotilla::overrides {

namespace {

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool zone_holds(const FieldRequirement& requirement, const std::vector<std::string>& zones) {
  const bool any_listed = std::any_of(zones.begin(), zones.end(), [&](const auto& zone) {
    return contains(requirement.values, zone);
  });
  if (requirement.op == "In") return any_listed;
  if (requirement.op == "NotIn") return !any_listed;
  if (requirement.op == "Exists") return !zones.empty();
  if (requirement.op == "DoesNotExist") return zones.empty();
  return false;
}

// provider and region are looked at like labels; an empty one is an absent label.
std::map<std::string, std::string> properties(const Cluster& cluster) {
  std::map<std::string, std::string> map;
  if (!cluster.provider.empty()) map["provider"] = cluster.provider;
  if (!cluster.region.empty()) map["region"] = cluster.region;
  return map;
}

void read_field_requirement(const Json::Value& value, const Reading& reading,
                            ClusterAffinity& affinity) {
  Fields fields(value, reading);
  FieldRequirement requirement;
  requirement.key = fields.choice("key", {"provider", "region", "zone"}, "");
  requirement.op = fields.choice("operator", {"In", "NotIn"}, "");
  requirement.values = fields.texts("values");
  fields.each("values", [](const Json::Value& entry, const Reading& below) {
    if (!entry.isString()) return;  // said by texts()
    if (const std::string fault = label_value_fault(entry.asString()); !fault.empty())
      below.error(entry, "invalid-value", "is \"" + entry.asString() + "\": " + fault);
  });
  // provider and region are looked up like labels, and no label requirement goes without values.
  const bool holds_for_none =
      requirement.op == "In" || (requirement.op == "NotIn" && requirement.key != "zone");
  if (requirement.values.empty() && holds_for_none)
    fields.at("values").warning(
        value, "selects-nothing",
        "is empty: operator " + requirement.op + " then holds for no cluster");
  fields.say_unknown();
  affinity.field_requirements.push_back(std::move(requirement));
}

}  // namespace

bool matches(const ClusterAffinity& affinity, const Cluster& cluster) {
  if (contains(affinity.exclude, cluster.name)) return false;
  if (affinity.label_selector && !matches(*affinity.label_selector, cluster.labels)) return false;
  LabelSelector by_property;
  for (const FieldRequirement& requirement : affinity.field_requirements) {
    if (requirement.key == "zone") {
      if (!zone_holds(requirement, cluster.zones)) return false;
    } else {
      by_property.match_expressions.push_back(
          {requirement.key, requirement.op, requirement.values});
    }
  }
  if (!matches(by_property, properties(cluster))) return false;
  return affinity.cluster_names.empty() || contains(affinity.cluster_names, cluster.name);
}

std::optional<ClusterAffinity> read_cluster_affinity(
    const Json::Value& value, const Reading& reading,
    std::initializer_list<const char*> also_known) {
  const std::size_t errors = error_count(reading.problems);
  Fields fields(value, reading);
  ClusterAffinity affinity;
  if (const Json::Value* labels = fields.any("labelSelector"))
    affinity.label_selector = read_label_selector(*labels, fields.at("labelSelector"));
  if (const Json::Value* selector = fields.any("fieldSelector")) {
    Fields inner(*selector, fields.at("fieldSelector"));
    inner.each("matchExpressions", [&](const Json::Value& entry, const Reading& below) {
      read_field_requirement(entry, below, affinity);
    });
    inner.say_unknown();
  }
  affinity.cluster_names = fields.texts("clusterNames");
  affinity.exclude = fields.texts("exclude");
  fields.ignore(also_known);
  fields.say_unknown();
  if (error_count(reading.problems) > errors) return std::nullopt;
  return affinity;
}

}  // namespace flotilla::overrides
