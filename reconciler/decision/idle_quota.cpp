#include "reconciler/decision/idle_quota.h"

#include "render/document/json.h"
#include "render/document/quantity.h"

#include <map>
#include <set>

namespace flotilla::decision {

namespace {

using overrides::Fields;
using overrides::Reading;
using Amounts = std::map<std::string, Quantity>;

// What Kubernetes takes as a resource of a quota: its own names, and names with a domain.
bool is_quota_resource(const std::string& name) {
  static const std::set<std::string> own = {"cpu",
                                            "memory",
                                            "ephemeral-storage",
                                            "storage",
                                            "requests.cpu",
                                            "requests.memory",
                                            "requests.storage",
                                            "requests.ephemeral-storage",
                                            "limits.cpu",
                                            "limits.memory",
                                            "limits.ephemeral-storage",
                                            "pods",
                                            "resourcequotas",
                                            "services",
                                            "replicationcontrollers",
                                            "secrets",
                                            "persistentvolumeclaims",
                                            "configmaps",
                                            "services.nodeports",
                                            "services.loadbalancers"};
  return name.find('/') != name.npos || own.contains(name) || name.starts_with("hugepages-") ||
         name.starts_with("requests.hugepages-");
}

Amounts read_amounts(Fields& fields, const char* name) {
  Amounts amounts;
  const Json::Value* map = fields.map(name);
  if (fields.any(name) == nullptr && fields.map_value().isObject())
    fields.at(name).error(fields.map_value(), "missing-field",
                          "is missing, want a map of quantities");
  if (map == nullptr) return amounts;
  for (auto entry = map->begin(); entry != map->end(); ++entry) {
    const Reading below = fields.at(name).below("[\"" + entry.name() + "\"]");
    if (!overrides::label_key_fault(entry.name()).empty() || !is_quota_resource(entry.name()))
      below.error(*entry, "invalid-value", "is no resource of a quota, want one such as cpu");
    const std::string text = entry->isString() ? entry->asString() : canonical_json(*entry);
    const auto amount = Quantity::parse(text);
    if (!amount)
      below.error(*entry, "invalid-value", amount.error().message);
    else if (*amount < Quantity())
      below.error(*entry, "invalid-value", "is " + text + ", want 0 or more");
    else
      amounts[entry.name()] = *amount;
  }
  return amounts;
}

}  // namespace

void check_quota(Fields& spec) {
  const Amounts overall = read_amounts(spec, "overall");
  Amounts assigned;
  spec.each("staticAssignments", [&](const Json::Value& value, const Reading& below) {
    Fields assignment(value, below);
    assignment.required_text("clusterName");
    const Reading hard = assignment.at("hard");
    for (const auto& [name, amount] : read_amounts(assignment, "hard")) {
      const auto limit = overall.find(name);
      const Reading entry = hard.below("[\"" + name + "\"]");
      if (limit == overall.end()) {
        entry.error(value, "invalid-value", "is not in spec.overall, want resources of it only");
        continue;
      }
      const auto sum = assigned.try_emplace(name).first;
      sum->second = sum->second + amount;
      if (sum->second > limit->second)
        entry.error(value, "invalid-value", "makes the assignments more than spec.overall");
    }
    assignment.say_unknown();
  });
}

}  // namespace flotilla::decision
