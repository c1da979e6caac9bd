#include "render/interpreter/interpreter.h"
#include "render/interpreter/kinds.h"

#include <limits>

// kstatus (sigs.k8s.io/cli-utils), reduced to "is it Current": InProgress, Failed and Terminating
// are all "not yet".
namespace flotilla::interpreter {

namespace {

std::int64_t wanted_replicas(const Json::Value& live) {
  const Json::Value* spec = find(live, "spec");
  return spec == nullptr ? 1 : get_int(*spec, "replicas").value_or(1);
}

bool deployment_current(const Json::Value& live) {
  const Json::Value* progressing = condition(live, "Progressing");
  const std::string reason = progressing == nullptr ? "" : get_string(*progressing, "reason");
  if (reason == "ProgressDeadlineExceeded") return false;

  const Json::Value* status = find(live, "status");
  const std::int64_t wanted = wanted_replicas(live);
  const std::int64_t updated = counter(status, "updatedReplicas");
  if (counter(status, "replicas") != wanted || updated < wanted) return false;
  if (counter(status, "availableReplicas") < updated || counter(status, "readyReplicas") < wanted)
    return false;

  // Without a deadline the deployment controller does not keep the condition Progressing.
  constexpr std::int64_t no_deadline = std::numeric_limits<std::int32_t>::max();
  const Json::Value* spec = find(live, "spec");
  const std::int64_t deadline =
      spec == nullptr ? no_deadline
                      : get_int(*spec, "progressDeadlineSeconds").value_or(no_deadline);
  const bool rolled_out =
      reason == "NewReplicaSetAvailable" && get_string(*progressing, "status") == "True";
  if (deadline != no_deadline && !rolled_out) return false;
  return condition_is(live, "Available", "True");
}

bool stateful_set_current(const Json::Value& live) {
  if (get_string(live, {"spec", "updateStrategy", "type"}) == "OnDelete") return true;
  const Json::Value* status = find(live, "status");
  const std::int64_t wanted = wanted_replicas(live);
  if (counter(status, "replicas") != wanted || counter(status, "readyReplicas") < wanted)
    return false;

  const Json::Value* rolling = find_path(live, {"spec", "updateStrategy", "rollingUpdate"});
  if (const auto partition = rolling == nullptr ? std::nullopt : get_int(*rolling, "partition"))
    return counter(status, "updatedReplicas") >= wanted - *partition;
  if (counter(status, "currentReplicas") < wanted) return false;
  return get_string(live, {"status", "currentRevision"}) ==
         get_string(live, {"status", "updateRevision"});
}

bool daemon_set_current(const Json::Value& live) {
  const Json::Value* status = find(live, "status");
  const Json::Value* metadata = find(live, "metadata");
  if (status == nullptr || metadata == nullptr) return false;
  if (find(*metadata, "generation") == nullptr || find(*status, "observedGeneration") == nullptr)
    return false;
  const auto desired = get_int(*status, "desiredNumberScheduled");
  if (!desired) return false;
  const auto reached = [&](std::string_view field) { return counter(status, field) >= *desired; };
  return reached("currentNumberScheduled") && reached("updatedNumberScheduled") &&
         reached("numberAvailable") && reached("numberReady");
}

bool replica_set_current(const Json::Value& live) {
  if (condition_is(live, "ReplicaFailure", "True")) return false;
  const Json::Value* status = find(live, "status");
  const std::int64_t wanted = wanted_replicas(live);
  const auto reached = [&](std::string_view field) { return counter(status, field) >= wanted; };
  return reached("fullyLabeledReplicas") && reached("availableReplicas") &&
         reached("readyReplicas") && counter(status, "replicas") <= wanted;
}

bool pod_current(const Json::Value& live) {
  const std::string phase = get_string(live, {"status", "phase"});
  if (phase == "Succeeded" || phase == "Failed") return true;  // it has run to its end
  return phase == "Running" && condition_is(live, "Ready", "True");
}

bool job_current(const Json::Value& live) {
  if (condition_is(live, "Complete", "True")) return true;
  if (condition_is(live, "Failed", "True")) return false;
  const Json::Value* spec = find(live, "spec");
  if (spec != nullptr && get_bool(*spec, "suspend", false) &&
      condition_is(live, "Suspended", "True"))
    return true;
  return !get_string(live, {"status", "startTime"}).empty();  // running is Current
}

bool definition_current(const Json::Value& live) {
  return !condition_is(live, "NamesAccepted", "False") && condition_is(live, "Established", "True");
}

bool service_current(const Json::Value& live) {
  return get_string(live, {"spec", "type"}) != "LoadBalancer" ||
         !get_string(live, {"spec", "clusterIP"}).empty();
}

bool generation_behind(const Json::Value& live) {
  const Json::Value* generation = find_path(live, {"metadata", "generation"});
  const Json::Value* observed = find_path(live, {"status", "observedGeneration"});
  return generation != nullptr && observed != nullptr && !same(*generation, *observed);
}

// The conditions that are absent when all is well.
bool abnormal(const Json::Value& live) {
  return condition_is(live, "Reconciling", "True") || condition_is(live, "Stalled", "True");
}

bool kind_current(const Json::Value& live) {
  const GroupKind kind = key_of(live).group_kind();
  const auto workload = [&](std::string_view name) {
    return kind.kind == name && (kind.group == "apps" || kind.group == "extensions");
  };
  if (workload("Deployment")) return deployment_current(live);
  if (workload("DaemonSet")) return daemon_set_current(live);
  if (workload("ReplicaSet")) return replica_set_current(live);
  if (is(kind, "apps", {"StatefulSet"})) return stateful_set_current(live);
  if (is(kind, "", {"Service"})) return service_current(live);
  if (is(kind, "", {"Secret", "ConfigMap"}) || is(kind, "batch", {"CronJob"})) return true;
  if (is(kind, "policy", {"PodDisruptionBudget"})) return true;
  if (is(kind, "", {"PersistentVolumeClaim"}))
    return get_string(live, {"status", "phase"}) == "Bound";
  if (is(kind, "", {"Pod"})) return pod_current(live);
  if (is(kind, "batch", {"Job"})) return job_current(live);
  if (is(kind, "apiextensions.k8s.io", {"CustomResourceDefinition"}))
    return definition_current(live);
  const Json::Value* ready = condition(live, "Ready");
  return ready == nullptr || get_string(*ready, "status") == "True";
}

}  // namespace

bool is_current(const Json::Value& live) {
  if (!get_string(live, {"metadata", "deletionTimestamp"}).empty()) return false;
  return !generation_behind(live) && !abnormal(live) && kind_current(live);
}

}  // namespace flotilla::interpreter
