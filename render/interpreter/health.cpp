#include "render/interpreter/interpreter.h"
#include "render/interpreter/kinds.h"

namespace flotilla::interpreter {

namespace {

bool observed(const Json::Value& live) {
  return counter(find(live, "status"), "observedGeneration") ==
         counter(find(live, "metadata"), "generation");
}

bool workload_healthy(const Json::Value& live) {
  const Json::Value* spec = find(live, "spec");
  const Json::Value* status = find(live, "status");
  const auto wanted = spec == nullptr ? std::nullopt : get_int(*spec, "replicas");
  const std::int64_t updated = counter(status, "updatedReplicas");
  return observed(live) && (!wanted || updated >= *wanted) &&
         counter(status, "availableReplicas") >= updated;
}

bool replica_set_healthy(const Json::Value& live) {
  const Json::Value* spec = find(live, "spec");
  const auto wanted = spec == nullptr ? std::nullopt : get_int(*spec, "replicas");
  return observed(live) &&
         (!wanted || counter(find(live, "status"), "availableReplicas") >= *wanted);
}

bool daemon_set_healthy(const Json::Value& live) {
  const Json::Value* status = find(live, "status");
  const std::int64_t updated = counter(status, "updatedNumberScheduled");
  return observed(live) && updated >= counter(status, "desiredNumberScheduled") &&
         counter(status, "numberAvailable") >= updated;
}

bool has_address(const Json::Value& live) {
  const Json::Value* ingress = find_path(live, {"status", "loadBalancer", "ingress"});
  if (ingress == nullptr || !ingress->isArray()) return false;
  return std::any_of(ingress->begin(), ingress->end(), [](const Json::Value& entry) {
    return !get_string(entry, "hostname").empty() || !get_string(entry, "ip").empty();
  });
}

bool pod_healthy(const Json::Value& live) {
  const std::string phase = get_string(live, {"status", "phase"});
  return phase == "Succeeded" || (phase == "Running" && condition_is(live, "Ready", "True"));
}

bool healthy(const Json::Value& live) {
  const GroupKind kind = key_of(live).group_kind();
  if (is(kind, "apps", {"Deployment", "StatefulSet"})) return workload_healthy(live);
  if (is(kind, "apps", {"ReplicaSet"})) return replica_set_healthy(live);
  if (is(kind, "apps", {"DaemonSet"})) return daemon_set_healthy(live);
  if (is(kind, "", {"Service"}))
    return get_string(live, {"spec", "type"}) != "LoadBalancer" || has_address(live);
  if (is(kind, "networking.k8s.io", {"Ingress"})) return has_address(live);
  if (is(kind, "", {"PersistentVolumeClaim"}))
    return get_string(live, {"status", "phase"}) == "Bound";
  if (is(kind, "", {"Pod"})) return pod_healthy(live);
  if (is(kind, "policy", {"PodDisruptionBudget"})) {
    const Json::Value* status = find(live, "status");
    return counter(status, "currentHealthy") >= counter(status, "desiredHealthy");
  }
  return true;
}

}  // namespace

std::string_view to_string(Health health) {
  switch (health) {
    case Health::healthy:
      return "Healthy";
    case Health::unhealthy:
      return "Unhealthy";
    case Health::unknown:
      break;
  }
  return "Unknown";
}

Health health_of(const Json::Value& live) {
  if (!live.isObject()) return Health::unknown;
  return healthy(live) ? Health::healthy : Health::unhealthy;
}

}  // namespace flotilla::interpreter
