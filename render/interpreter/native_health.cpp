#include "render/interpreter/native_rules.h"

namespace flotilla::interpreter::native {

namespace {

// Every rule reads all its fields before it decides, so that a wrong type is an error whatever the
// other fields say.

bool observed(const Field& live) {
  return live.at("status").at("observedGeneration").number() ==
         live.at("metadata").at("generation").number();
}

bool workload(const Field& live) {
  const Field status = live.at("status");
  const bool seen = observed(live);
  const auto wanted = live.at("spec").at("replicas").count_if_set();
  const std::int64_t updated = status.at("updatedReplicas").count();
  const std::int64_t available = status.at("availableReplicas").count();
  return seen && (!wanted || updated >= *wanted) && available >= updated;
}

bool replica_set(const Field& live) {
  const bool seen = observed(live);
  const auto wanted = live.at("spec").at("replicas").count_if_set();
  const std::int64_t available = live.at("status").at("availableReplicas").count();
  return seen && (!wanted || available >= *wanted);
}

bool daemon_set(const Field& live) {
  const Field status = live.at("status");
  const bool seen = observed(live);
  const std::int64_t desired = status.at("desiredNumberScheduled").count();
  const std::int64_t updated = status.at("updatedNumberScheduled").count();
  const std::int64_t available = status.at("numberAvailable").count();
  return seen && updated >= desired && available >= updated;
}

bool has_address(const Field& live) {
  bool found = false;
  for (const Field& entry : live.at("status").at("loadBalancer").at("ingress").items()) {
    const std::string hostname = entry.at("hostname").text();
    const std::string ip = entry.at("ip").text();
    found = found || !hostname.empty() || !ip.empty();
  }
  return found;
}

bool service(const Field& live) {
  const bool addressed = has_address(live);
  return live.at("spec").at("type").text() != "LoadBalancer" || addressed;
}

bool claim(const Field& live) { return live.at("status").at("phase").text() == "Bound"; }

bool pod(const Field& live) {
  const Field status = live.at("status");
  const std::string phase = status.at("phase").text();
  bool ready = false;
  for (const Field& condition : status.at("conditions").items()) {
    const std::string type = condition.at("type").text();
    const std::string value = condition.at("status").text();
    ready = ready || (type == "Ready" && value == "True");
  }
  return phase == "Succeeded" || (phase == "Running" && ready);
}

bool disruption_budget(const Field& live) {
  const Field status = live.at("status");
  const std::int64_t current = status.at("currentHealthy").count();
  return current >= status.at("desiredHealthy").count();
}

}  // namespace

Rules<HealthRule> health_rules() {
  static constexpr KindRule<HealthRule> rules[] = {
      {"apps/v1", "Deployment", workload},
      {"apps/v1", "StatefulSet", workload},
      {"apps/v1", "ReplicaSet", replica_set},
      {"apps/v1", "DaemonSet", daemon_set},
      {"v1", "Service", service},
      {"networking.k8s.io/v1", "Ingress", has_address},
      {"v1", "PersistentVolumeClaim", claim},
      {"v1", "Pod", pod},
      {"policy/v1", "PodDisruptionBudget", disruption_budget},
  };
  return rules;
}

Result<bool> is_healthy(const Json::Value& live) {
  const HealthRule rule = rule_for(health_rules(), live);
  if (rule == nullptr) return no_rule(Operation::health, live);
  Reading reading(live);
  check_parts(reading.root());
  return reading.result(rule(reading.root()));
}

}  // namespace flotilla::interpreter::native
