#include "reconciler/decision/idle_kinds.h"

#include "overrides/cluster.h"
#include "overrides/fields.h"
#include "reconciler/decision/idle_quota.h"
#include "reconciler/decision/schedule_text.h"

#include <set>

namespace flotilla::decision {

namespace {

using overrides::Fields;
using overrides::Reading;

constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();

void require(Fields& fields, const char* name, std::string_view wanted) {
  if (fields.any(name) == nullptr && fields.map_value().isObject())
    fields.at(name).error(fields.map_value(), "missing-field",
                          "is missing, want " + std::string(wanted));
}

void require_entries(Fields& fields, const char* name) {
  const Json::Value* list = fields.list(name);
  if (list != nullptr && list->empty())
    fields.at(name).error(*list, "missing-field", "is empty, want at least one entry");
  require(fields, name, "a list");
}

// ---- ClusterTaintPolicy

void check_condition(const Json::Value& value, const Reading& reading) {
  Fields fields(value, reading);
  fields.required_text("conditionType");
  fields.choice("operator", {"In", "NotIn"}, "");
  fields.texts("statusValues");
  require(fields, "statusValues", "a list");
  fields.say_unknown();
}

void check_taint(const Json::Value& value, const Reading& reading, std::set<std::string>& taints) {
  Fields fields(value, reading);
  const std::string key = fields.required_text("key");
  const std::string effect = fields.choice("effect", {"NoSchedule", "NoExecute"}, "");
  fields.text("value");
  fields.say_unknown();
  if (effect == "NoExecute")
    fields.at("effect").warning(
        value, "not-by-default",
        "is NoExecute, which Karmada takes only with --allow-no-execute-taint-policy");
  if (!key.empty() && !taints.insert(key + ":" + effect).second)
    reading.error(value, "invalid-value",
                  "repeats the taint " + key + ":" + effect + ", want it once");
}

void check_taint_policy(Fields& spec) {
  if (const Json::Value* target = spec.any("targetClusters"))
    overrides::read_cluster_affinity(*target, spec.at("targetClusters"));
  spec.each("addOnConditions", check_condition);
  spec.each("removeOnConditions", check_condition);
  require_entries(spec, "taints");
  std::set<std::string> taints;
  spec.each("taints", [&](const Json::Value& value, const Reading& below) {
    check_taint(value, below, taints);
  });
}

// ---- autoscalers

// Whether a FederatedHPA is scaled.
bool check_target(Fields& spec) {
  require(spec, "scaleTargetRef", "a map");
  const Json::Value* value = spec.any("scaleTargetRef");
  if (value == nullptr) return false;
  Fields target(*value, spec.at("scaleTargetRef"));
  const std::string api_version = target.text("apiVersion");
  const std::string kind = target.required_text("kind");
  target.required_text("name");
  target.say_unknown();
  return kind == "FederatedHPA" && api_version == "autoscaling.karmada.io/v1alpha1";
}

void check_order(Fields& fields, const char* low_name, std::optional<std::int64_t> low,
                 std::optional<std::int64_t> high, const std::string& high_name) {
  if (low && high && *low > *high)
    fields.at(low_name).error(*fields.any(low_name), "invalid-value",
                              "is " + std::to_string(*low) + ", want at most " + high_name +
                                  ", which is " + std::to_string(*high));
}

void check_autoscaler(Fields& spec) {
  check_target(spec);
  const auto low = spec.whole("minReplicas", 1, most);
  const auto high = spec.whole("maxReplicas", 1, most);
  require(spec, "maxReplicas", "a whole number");
  check_order(spec, "minReplicas", low, high, "maxReplicas");
  spec.ignore({"metrics", "behavior"});  // as in Kubernetes' autoscaling/v2
}

void check_targets(Fields& rule, bool scales_autoscaler) {
  rule.whole("targetReplicas", 0, most);
  const auto low = rule.whole("targetMinReplicas", 1, most);
  const auto high = rule.whole("targetMaxReplicas", 1, most);
  if (!scales_autoscaler) return require(rule, "targetReplicas", "a whole number");
  if (rule.any("targetMinReplicas") == nullptr && rule.any("targetMaxReplicas") == nullptr)
    rule.at("targetMinReplicas")
        .error(rule.map_value(), "missing-field",
               "and targetMaxReplicas are missing, want one of them for a FederatedHPA");
  check_order(rule, "targetMinReplicas", low, high, "targetMaxReplicas");
}

void check_cron_rule(const Json::Value& value, const Reading& reading, bool scales_autoscaler,
                     std::set<std::string>& names) {
  constexpr std::size_t longest_name = 32;
  Fields rule(value, reading);
  const std::string name = rule.required_text("name");
  if (name.size() > longest_name)
    rule.at("name").error(*rule.any("name"), "invalid-value",
                          "is \"" + name + "\": it is longer than 32 characters");
  if (!name.empty() && !names.insert(name).second)
    rule.at("name").error(*rule.any("name"), "invalid-value",
                          "is \"" + name + "\", as of another rule, want it once");
  const std::string schedule = rule.required_text("schedule");
  if (!schedule.empty())
    if (const std::string fault = schedule_fault(schedule); !fault.empty())
      rule.at("schedule")
          .error(*rule.any("schedule"), "invalid-value", "is \"" + schedule + "\": " + fault);
  rule.truth("suspend");
  rule.text("timeZone");
  rule.whole("successfulHistoryLimit", 1, 32);
  rule.whole("failedHistoryLimit", 0, 32);
  if (value.isObject()) check_targets(rule, scales_autoscaler);
  rule.say_unknown();
}

void check_cron_autoscaler(Fields& spec) {
  const bool scales_autoscaler = check_target(spec);
  require(spec, "rules", "a list");
  std::set<std::string> names;
  spec.each("rules", [&](const Json::Value& value, const Reading& below) {
    check_cron_rule(value, below, scales_autoscaler, names);
  });
}

// ---- the others

void check_named(const Json::Value& value, const Reading& reading) {
  Fields fields(value, reading);
  fields.required_text("name");
  fields.say_unknown();
}

void check_port(const Json::Value& value, const Reading& reading) {
  Fields port(value, reading);
  port.text("name");
  port.whole("port", 1, 65535);
  require(port, "port", "a whole number");
  port.say_unknown();
}

void check_names(Fields& spec, const char* name) {
  if (const Json::Value* value = spec.any(name)) {
    Fields fields(*value, spec.at(name));
    fields.texts("clusterNames");
    fields.say_unknown();
  }
}

void check_service(Fields& spec) {
  require(spec, "types", "CrossCluster or LoadBalancer");
  const std::vector<std::string> types = spec.texts("types");
  if (const Json::Value* value = spec.any("types"); value != nullptr && value->isArray()) {
    if (value->size() != 1)
      spec.at("types").error(*value, "invalid-value",
                             "has " + std::to_string(value->size()) + " entries, want one");
    for (const std::string& type : types)
      if (type != "CrossCluster" && type != "LoadBalancer")
        spec.at("types").error(*value, "invalid-value",
                               "has \"" + type + "\", want CrossCluster or LoadBalancer");
  }
  spec.each("ports", check_port);
  check_names(spec, "range");
  spec.texts("serviceProvisionClusters");
  spec.texts("serviceConsumptionClusters");
  spec.each("providerClusters", check_named);
  spec.each("consumerClusters", check_named);
}

void check_rebalancer(Fields& spec) {
  require_entries(spec, "workloads");
  spec.each("workloads", [](const Json::Value& value, const Reading& below) {
    Fields fields(value, below);
    for (const char* name : {"apiVersion", "kind", "name"}) fields.required_text(name);
    fields.text("namespace");
    fields.say_unknown();
  });
  spec.whole("ttlSecondsAfterFinished");
}

void check_remedy(Fields& spec) {
  check_names(spec, "clusterAffinity");
  spec.each("decisionMatches", [](const Json::Value& value, const Reading& below) {
    Fields fields(value, below);
    if (const Json::Value* match = fields.any("clusterConditionMatch")) {
      Fields condition(*match, fields.at("clusterConditionMatch"));
      condition.required_text("conditionType");
      condition.choice("operator", {"Equal", "NotEqual"}, "");
      condition.required_text("conditionStatus");
      condition.say_unknown();
    }
    fields.say_unknown();
  });
  spec.texts("actions");
}

struct IdleKind {
  std::string_view group;
  std::string_view kind;
  void (*check)(Fields& spec);
};

constexpr IdleKind idle_kinds[] = {
    {"policy.karmada.io", "FederatedResourceQuota", check_quota},
    {"policy.karmada.io", "ClusterTaintPolicy", check_taint_policy},
    {"autoscaling.karmada.io", "FederatedHPA", check_autoscaler},
    {"autoscaling.karmada.io", "CronFederatedHPA", check_cron_autoscaler},
    {"networking.karmada.io", "MultiClusterService", check_service},
    {"apps.karmada.io", "WorkloadRebalancer", check_rebalancer},
    {"remedy.karmada.io", "Remedy", check_remedy},
};

}  // namespace

void check_idle_kind(const Object& object, Problems& problems) {
  for (const IdleKind& idle : idle_kinds) {
    if (idle.group != object.key.group || idle.kind != object.key.kind) continue;
    const Reading reading{object.source.file, to_string(object.key), problems};
    const Json::Value* spec = find(object.tree, "spec");
    if (spec == nullptr || spec->isNull())
      return reading.below("spec").error(object.tree, "missing-field", "is missing, want a map");
    Fields fields(*spec, reading.below("spec"));
    if (!spec->isObject()) return;
    idle.check(fields);
    fields.say_unknown();
  }
}

}  // namespace flotilla::decision
