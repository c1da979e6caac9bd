#include "render/interpreter/native_rules.h"

#include <algorithm>

namespace flotilla::interpreter::native {

namespace {

ReplicaSpec workload(const Field& object) {
  const Field spec = object.at("spec");
  return {spec.at("replicas").count(), spec.at("template")};
}

// A Job with a fixed number of completions never runs more pods than are left to complete.
ReplicaSpec job(const Field& object) {
  const Field spec = object.at("spec");
  const std::int64_t parallelism = spec.at("parallelism").count();
  const std::int64_t completions = spec.at("completions").count_if_set().value_or(parallelism);
  return {std::min(parallelism, completions), spec.at("template")};
}

ReplicaSpec pod(const Field& object) { return {1, object}; }

}  // namespace

Rules<ReplicasRule> replicas_rules() {
  static constexpr KindRule<ReplicasRule> rules[] = {
      {"apps/v1", "Deployment", workload},
      {"apps/v1", "ReplicaSet", workload},
      {"apps/v1", "StatefulSet", workload},
      {"batch/v1", "Job", job},
      {"v1", "Pod", pod},
  };
  return rules;
}

Result<Replicas> replicas(const Json::Value& object) {
  const ReplicasRule rule = rule_for(replicas_rules(), object);
  if (rule == nullptr) return no_rule(Operation::replicas, object);
  Reading reading(object);
  check_parts(reading.root());
  const ReplicaSpec spec = rule(reading.root());
  const Json::Value* pod_template = spec.pod_template.map();
  TRY(reading.done());
  Replicas answer;
  answer.count = spec.count;
  if (pod_template == nullptr) return answer;
  auto requirements = pod_requirements(*pod_template);
  if (!requirements)
    return fail(while_doing(std::move(requirements).error(), "reading the pod template"));
  answer.requirements = std::move(*requirements);
  return answer;
}

}  // namespace flotilla::interpreter::native
