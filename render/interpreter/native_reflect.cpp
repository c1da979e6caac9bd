#include "render/interpreter/job_status.h"
#include "render/interpreter/load_balancer.h"
#include "render/interpreter/native_rules.h"

// What a binding keeps of a member's status, encoded as Karmada's typed structs are: zero values
// vanish except in fields that are always written.
namespace flotilla::interpreter::native {

namespace {

void copy_always(Json::Value& tree, const Field& status, const std::vector<const char*>& names) {
  for (const char* name : names) tree[name] = static_cast<Json::Int64>(status.at(name).count());
}

void copy_some(Json::Value& tree, const Field& status, const std::vector<const char*>& names) {
  for (const char* name : names) put(tree, name, status.at(name).count());
}

// Q11: Karmada leaves a StatefulSet's observedGeneration out and so never learns that it caught up.
Json::Value workload(const Field& live, const Counters& counters) {
  const Field status = live.at("status");
  const Field metadata = live.at("metadata");
  Json::Value tree(Json::objectValue);
  copy_always(tree, status, counters.always);
  copy_some(tree, status, counters.some);
  put(tree, "observedGeneration", status.at("observedGeneration").number());
  put(tree, "generation", metadata.at("generation").number());
  // The annotation is put on manifests only for compatibility with Karmada, so it may be missing.
  put(tree, "resourceTemplateGeneration",
      metadata.at("annotations").at(generation_annotation).number_in_text().value_or(0));
  return tree.empty() ? Json::Value() : tree;
}

Json::Value deployment(const Field& live) { return workload(live, deployment_counters()); }
Json::Value replica_set(const Field& live) { return workload(live, replica_set_counters()); }
Json::Value daemon_set(const Field& live) { return workload(live, daemon_set_counters()); }
Json::Value stateful_set(const Field& live) { return workload(live, stateful_set_counters()); }

Json::Value service(const Field& live) {
  if (live.at("spec").at("type").text() != "LoadBalancer") return {};
  std::vector<Address> addresses;
  read_addresses(live.at("status"), addresses);
  Json::Value tree(Json::objectValue);
  tree["loadBalancer"] = to_json(addresses);
  return tree;
}

Json::Value job(const Field& live) { return to_json(read_job_status(live.at("status"))); }

Json::Value disruption_budget(const Field& live) {
  const Field status = live.at("status");
  Json::Value tree(Json::objectValue);
  copy_always(tree, status,
              {"disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"});
  for (const auto& [pod, time] : status.at("disruptedPods").members())
    tree["disruptedPods"][pod] = time_or_null(time.time());
  return tree;
}

Json::Value autoscaler(const Field& live) {
  const Field status = live.at("status");
  Json::Value tree(Json::objectValue);
  copy_some(tree, status, {"currentReplicas"});
  copy_always(tree, status, {"desiredReplicas"});
  tree["currentMetrics"] = Json::Value();
  return tree;
}

Json::Value whole(const Field& live) {
  const Json::Value* status = live.at("status").map();
  return status == nullptr ? Json::Value() : *status;
}

}  // namespace

Rules<ReflectRule> reflect_rules() {
  static constexpr KindRule<ReflectRule> rules[] = {
      {"apps/v1", "Deployment", deployment},
      {"apps/v1", "ReplicaSet", replica_set},
      {"apps/v1", "DaemonSet", daemon_set},
      {"apps/v1", "StatefulSet", stateful_set},
      {"v1", "Service", service},
      {"networking.k8s.io/v1", "Ingress", whole},
      {"batch/v1", "Job", job},
      {"policy/v1", "PodDisruptionBudget", disruption_budget},
      {"autoscaling/v2", "HorizontalPodAutoscaler", autoscaler},
  };
  return rules;
}

Result<Json::Value> reflect(const Json::Value& live) {
  const ReflectRule rule = rule_for(reflect_rules(), live);
  if (rule == nullptr) return no_rule(Operation::reflect, live);
  Reading reading(live);
  if (reading.root().at("status").present()) return reading.result(rule(reading.root()));
  // Karmada reads the type of a Service before it looks for a status.
  if (rule == service) reading.root().at("spec").at("type").text();
  return reading.result(Json::Value());
}

}  // namespace flotilla::interpreter::native
