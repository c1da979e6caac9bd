#include "render/interpreter/readiness_steps.h"

#include <limits>
#include <vector>

// The table of kstatus (gitops-practice 4.1): one function for each row that needs one.
namespace flotilla::interpreter {

namespace {

// What is wrong with one number, or nothing.
std::string lack(std::int64_t wanted, std::int64_t reached, std::string_view what) {
  if (wanted <= reached) return "";
  return std::to_string(reached) + " of " + std::to_string(wanted) + " " + std::string(what);
}

std::string surplus(std::int64_t wanted, std::int64_t there) {
  if (there <= wanted) return "";
  return there - wanted == 1 ? "1 replica has still to go"
                             : std::to_string(there - wanted) + " replicas have still to go";
}

// The first of `faults` that is one.
std::optional<ReadinessResult> first_of(const std::vector<std::string>& faults) {
  for (const std::string& fault : faults)
    if (!fault.empty()) return in_progress(fault);
  return std::nullopt;
}

std::int64_t wanted_replicas(const Json::Value& live) {
  const Json::Value* spec = find(live, "spec");
  return spec == nullptr ? 1 : get_int(*spec, "replicas").value_or(1);
}

// The condition as it stands, or that there is none.
std::string said_of(const Json::Value& live, std::string_view type) {
  const Json::Value* found = condition(live, type);
  return found == nullptr ? "has no condition " + std::string(type) : said(*found);
}

bool rolls_out_with_deadline(const Json::Value& live) {
  // Without a deadline the deployment controller does not keep the condition Progressing.
  constexpr std::int64_t no_deadline = std::numeric_limits<std::int32_t>::max();
  const Json::Value* spec = find(live, "spec");
  return spec != nullptr &&
         get_int(*spec, "progressDeadlineSeconds").value_or(no_deadline) != no_deadline;
}

ReadinessResult deployment(const Json::Value& live) {
  const Json::Value* progressing = condition(live, "Progressing");
  const std::string reason = progressing == nullptr ? "" : get_string(*progressing, "reason");
  if (reason == "ProgressDeadlineExceeded") return failed(said(*progressing));

  const Json::Value* status = find(live, "status");
  const std::int64_t wanted = wanted_replicas(live);
  const std::int64_t updated = counter(status, "updatedReplicas");
  if (auto found =
          first_of({lack(wanted, counter(status, "replicas"), "replicas exist"),
                    lack(wanted, updated, "replicas are updated"),
                    surplus(wanted, counter(status, "replicas")),
                    lack(updated, counter(status, "availableReplicas"), "replicas are available"),
                    lack(wanted, counter(status, "readyReplicas"), "replicas are ready")}))
    return *found;

  const bool rolled_out =
      reason == "NewReplicaSetAvailable" && get_string(*progressing, "status") == "True";
  if (rolls_out_with_deadline(live) && !rolled_out)
    return in_progress("is not rolled out: " + said_of(live, "Progressing"));
  if (!condition_is(live, "Available", "True"))
    return in_progress("is not available: " + said_of(live, "Available"));
  return current();
}

ReadinessResult stateful_set(const Json::Value& live) {
  if (get_string(live, {"spec", "updateStrategy", "type"}) == "OnDelete") return current();
  const Json::Value* status = find(live, "status");
  const std::int64_t wanted = wanted_replicas(live);
  if (auto found = first_of({lack(wanted, counter(status, "replicas"), "replicas exist"),
                             lack(wanted, counter(status, "readyReplicas"), "replicas are ready"),
                             surplus(wanted, counter(status, "replicas"))}))
    return *found;

  const Json::Value* rolling = find_path(live, {"spec", "updateStrategy", "rollingUpdate"});
  if (const auto partition = rolling == nullptr ? std::nullopt : get_int(*rolling, "partition")) {
    return first_of({lack(wanted - *partition, counter(status, "updatedReplicas"),
                          "replicas above the partition are updated")})
        .value_or(current());
  }
  if (auto found = first_of({lack(wanted, counter(status, "currentReplicas"),
                                  "replicas are of the current revision")}))
    return *found;
  const std::string revision = get_string(live, {"status", "currentRevision"});
  const std::string next = get_string(live, {"status", "updateRevision"});
  if (revision != next)
    return in_progress("its revision is \"" + revision + "\", not yet \"" + next + "\"");
  return current();
}

ReadinessResult daemon_set(const Json::Value& live) {
  const Json::Value* status = find(live, "status");
  if (find_path(live, {"metadata", "generation"}) == nullptr)
    return in_progress("has no generation");
  if (find_path(live, {"status", "observedGeneration"}) == nullptr)
    return in_progress("its controller has not looked at it yet");
  const auto desired = get_int(*status, "desiredNumberScheduled");
  if (!desired) return in_progress("how many nodes it needs is not known yet");
  return first_of({lack(*desired, counter(status, "currentNumberScheduled"), "pods exist"),
                   lack(*desired, counter(status, "updatedNumberScheduled"), "pods are updated"),
                   lack(*desired, counter(status, "numberAvailable"), "pods are available"),
                   lack(*desired, counter(status, "numberReady"), "pods are ready")})
      .value_or(current());
}

ReadinessResult replica_set(const Json::Value& live) {
  if (condition_is(live, "ReplicaFailure", "True"))
    return in_progress(said_of(live, "ReplicaFailure"));
  const Json::Value* status = find(live, "status");
  const std::int64_t wanted = wanted_replicas(live);
  return first_of(
             {lack(wanted, counter(status, "fullyLabeledReplicas"), "replicas have all labels"),
              lack(wanted, counter(status, "availableReplicas"), "replicas are available"),
              lack(wanted, counter(status, "readyReplicas"), "replicas are ready"),
              surplus(wanted, counter(status, "replicas"))})
      .value_or(current());
}

// The first container that crashes again and again; empty if none does.
std::string crashing_container(const Json::Value& live) {
  const Json::Value* containers = find_path(live, {"status", "containerStatuses"});
  if (containers == nullptr || !containers->isArray()) return "";
  for (const Json::Value& container : *containers)
    if (get_string(container, {"state", "waiting", "reason"}) == "CrashLoopBackOff")
      return "container " + get_string(container, "name") + " is in CrashLoopBackOff";
  return "";
}

ReadinessResult pending_pod(const Json::Value& live, std::int64_t now) {
  constexpr std::int64_t schedule_window = 15;  // seconds
  const Json::Value* scheduled = condition(live, "PodScheduled");
  if (scheduled == nullptr || get_string(*scheduled, "status") != "False" ||
      get_string(*scheduled, "reason") != "Unschedulable")
    return in_progress("is pending");
  if (age(live, now) >= schedule_window) return failed(said(*scheduled));
  return {Readiness::in_progress, said(*scheduled), now - age(live, now) + schedule_window};
}

ReadinessResult pod(const Json::Value& live, const ReadinessRules& rules, std::int64_t now) {
  const std::string phase = get_string(live, {"status", "phase"});
  if (phase.empty()) return in_progress("nothing has looked at it yet");
  if (phase == "Succeeded") return current();
  if (phase == "Failed") return rules.failed_pod_fails ? failed("has failed") : current();
  if (phase == "Pending") return pending_pod(live, now);
  if (phase != "Running") return unknown("its phase is \"" + phase + "\"");
  if (condition_is(live, "Ready", "True")) return current();
  const std::string crashing = crashing_container(live);
  return crashing.empty() ? in_progress("is running, but not ready") : failed(crashing);
}

ReadinessResult job(const Json::Value& live, const ReadinessRules& rules) {
  if (condition_is(live, "Complete", "True")) return current();
  if (condition_is(live, "Failed", "True")) return failed(said_of(live, "Failed"));
  const Json::Value* spec = find(live, "spec");
  if (spec != nullptr && get_bool(*spec, "suspend", false) &&
      condition_is(live, "Suspended", "True"))
    return current();
  if (get_string(live, {"status", "startTime"}).empty()) return in_progress("has not started");
  return rules.job_must_complete ? in_progress("is running") : current();
}

ReadinessResult definition(const Json::Value& live) {
  if (condition_is(live, "NamesAccepted", "False")) return failed(said_of(live, "NamesAccepted"));
  const Json::Value* established = condition(live, "Established");
  if (established == nullptr) return in_progress("is not established");
  const std::string status = get_string(*established, "status");
  if (status == "True") return current();
  const bool doomed = status == "False" && get_string(*established, "reason") != "Installing";
  return doomed ? failed(said(*established)) : in_progress(said(*established));
}

bool lacks_address(const Json::Value& live) {
  const Json::Value* ingress = find_path(live, {"status", "loadBalancer", "ingress"});
  return ingress == nullptr || !ingress->isArray() || ingress->empty();
}

ReadinessResult service(const Json::Value& live, const ReadinessRules& rules) {
  if (get_string(live, {"spec", "type"}) != "LoadBalancer") return current();
  if (get_string(live, {"spec", "clusterIP"}).empty()) return in_progress("has no cluster IP");
  if (rules.address_required && lacks_address(live)) return in_progress("has no address");
  return current();
}

ReadinessResult claim(const Json::Value& live) {
  const std::string phase = get_string(live, {"status", "phase"});
  if (phase == "Bound") return current();
  return in_progress(phase.empty() ? "is not bound" : "is not bound, but " + phase);
}

}  // namespace

std::optional<ReadinessResult> kind_readiness(const Json::Value& live, const ReadinessRules& rules,
                                              std::int64_t now) {
  const GroupKind kind = key_of(live).group_kind();
  const auto workload = [&](std::string_view name) {
    return kind.kind == name && (kind.group == "apps" || kind.group == "extensions");
  };
  if (workload("Deployment")) return deployment(live);
  if (workload("DaemonSet")) return daemon_set(live);
  if (workload("ReplicaSet")) return replica_set(live);
  if (is(kind, "apps", {"StatefulSet"})) return stateful_set(live);
  if (is(kind, "", {"Pod"})) return pod(live, rules, now);
  if (is(kind, "batch", {"Job"})) return job(live, rules);
  if (is(kind, "", {"Service"})) return service(live, rules);
  if (is(kind, "", {"PersistentVolumeClaim"})) return claim(live);
  if (is(kind, "", {"Secret", "ConfigMap"}) || is(kind, "batch", {"CronJob"})) return current();
  if (is(kind, "policy", {"PodDisruptionBudget"})) return current();
  if (is(kind, "apiextensions.k8s.io", {"CustomResourceDefinition"})) return definition(live);
  if (rules.address_required && lacks_address(live) &&
      (is(kind, "networking.k8s.io", {"Ingress"}) || is(kind, "extensions", {"Ingress"})))
    return in_progress("has no address");
  return std::nullopt;
}

}  // namespace flotilla::interpreter
