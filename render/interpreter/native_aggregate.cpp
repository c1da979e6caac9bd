#include "render/interpreter/native_rules.h"

namespace flotilla::interpreter::native {

namespace {

std::optional<Json::Value> deployment(const Aggregation& all) {
  return aggregate_workload(all, deployment_counters());
}
std::optional<Json::Value> replica_set(const Aggregation& all) {
  return aggregate_workload(all, replica_set_counters());
}
std::optional<Json::Value> daemon_set(const Aggregation& all) {
  return aggregate_workload(all, daemon_set_counters());
}
std::optional<Json::Value> stateful_set(const Aggregation& all) {
  return aggregate_workload(all, stateful_set_counters());
}

// A typed struct cannot tell these from an absent field.
bool is_zero(const Json::Value& value) {
  switch (value.type()) {
    case Json::nullValue:
      return true;
    case Json::booleanValue:
      return !value.asBool();
    case Json::stringValue:
      return value.asString().empty();
    case Json::arrayValue:
      return value.empty();
    case Json::objectValue:
      return false;
    default:
      return value.asDouble() == 0;
  }
}

bool same_struct(const Json::Value& a, const Json::Value& b);

// Every field of `a` that is not zero has its like in `b`.
bool fields_within(const Json::Value& a, const Json::Value& b) {
  for (auto it = a.begin(); it != a.end(); ++it) {
    if (is_zero(*it)) continue;
    const Json::Value* other = find(b, it.name());
    if (other == nullptr || !same_struct(*it, *other)) return false;
  }
  return true;
}

bool same_struct(const Json::Value& a, const Json::Value& b) {
  if (a.isObject() && b.isObject()) return fields_within(a, b) && fields_within(b, a);
  if (!a.isArray() || !b.isArray()) return same(a, b) || (is_zero(a) && is_zero(b));
  if (a.size() != b.size()) return false;
  for (Json::ArrayIndex i = 0; i < a.size(); ++i)
    if (!same_struct(a[i], b[i])) return false;
  return true;
}

// Structs that stand in a status by value are {} where nothing was ever written.
Json::Value without_empty_maps(const Json::Value& status) {
  Json::Value kept(Json::objectValue);
  for (auto it = status.begin(); it != status.end(); ++it)
    if (!it->isObject() || !it->empty()) kept[it.name()] = *it;
  return kept;
}

bool says_the_same(const Json::Value* before, const Json::Value& after) {
  const Json::Value old = before == nullptr ? Json::Value(Json::objectValue) : *before;
  return same_struct(without_empty_maps(old), without_empty_maps(after));
}

}  // namespace

Rules<AggregateRule> aggregate_rules() {
  static constexpr KindRule<AggregateRule> rules[] = {
      {"apps/v1", "Deployment", deployment},
      {"apps/v1", "ReplicaSet", replica_set},
      {"apps/v1", "DaemonSet", daemon_set},
      {"apps/v1", "StatefulSet", stateful_set},
      {"v1", "Service", aggregate_service},
      {"networking.k8s.io/v1", "Ingress", aggregate_ingress},
      {"batch/v1", "Job", aggregate_job},
      {"batch/v1", "CronJob", aggregate_cron_job},
      {"v1", "Pod", aggregate_pod},
      {"v1", "PersistentVolume", aggregate_volume},
      {"v1", "PersistentVolumeClaim", aggregate_claim},
      {"policy/v1", "PodDisruptionBudget", aggregate_disruption_budget},
      {"autoscaling/v2", "HorizontalPodAutoscaler", aggregate_autoscaler},
  };
  return rules;
}

Result<Json::Value> aggregate(Json::Value object, const std::vector<StatusItem>& items,
                              std::string_view now) {
  const AggregateRule rule = rule_for(aggregate_rules(), object);
  if (rule == nullptr) return no_rule(Operation::aggregate, object);

  Reading reading(object);
  check_parts(reading.root());
  std::deque<Reading> statuses;
  Aggregation all{reading.root(), {}, std::string(now)};
  for (const StatusItem& item : items) {
    Member member{item.cluster, std::nullopt};
    if (!item.status.isNull())
      member.status = statuses.emplace_back(item.status, "status of " + item.cluster).root();
    all.members.push_back(std::move(member));
  }

  const auto status = rule(all);
  const Json::Value* before = all.object.at("status").map();
  TRY(reading.done());
  for (const Reading& member : statuses) TRY(member.done());
  if (!status || says_the_same(before, *status)) return object;
  object["status"] = *status;
  return object;
}

}  // namespace flotilla::interpreter::native
