#include "tests/unit/interpreter/native_cases.h"

using namespace flotilla;
namespace native = interpreter::native;

namespace {

std::string health(const std::string& kind, const std::string& fields) {
  const auto healthy = native::is_healthy(test::native_object(kind, fields));
  if (!healthy) return "error: " + healthy.error().message;
  return *healthy ? "healthy" : "unhealthy";
}

}  // namespace

TEST_CASE("health of Deployments and StatefulSets") {
  const char* kind = GENERATE("Deployment", "StatefulSet");
  const auto [fields, wanted] = GENERATE(table<const char*, const char*>({
      {"'metadata': {'generation': 2}, 'spec': {'replicas': 2}, 'status': "
       "{'observedGeneration': 2, 'updatedReplicas': 2, 'availableReplicas': 2}",
       "healthy"},
      // The controller has not seen the newest specification.
      {"'metadata': {'generation': 2}, 'spec': {'replicas': 2}, 'status': "
       "{'observedGeneration': 1, 'updatedReplicas': 2, 'availableReplicas': 2}",
       "unhealthy"},
      // Neither has it if it is ahead, which only a broken one is.
      {"'metadata': {'generation': 2}, 'spec': {'replicas': 2}, 'status': "
       "{'observedGeneration': 3, 'updatedReplicas': 2, 'availableReplicas': 2}",
       "unhealthy"},
      {"'metadata': {'generation': 2}, 'spec': {'replicas': 2}, 'status': "
       "{'observedGeneration': 2, 'updatedReplicas': 1, 'availableReplicas': 2}",
       "unhealthy"},
      {"'metadata': {'generation': 2}, 'spec': {'replicas': 2}, 'status': "
       "{'observedGeneration': 2, 'updatedReplicas': 2, 'availableReplicas': 1}",
       "unhealthy"},
      {"'metadata': {'generation': 2}, 'spec': {'replicas': 2}", "unhealthy"},
      {"'metadata': {'generation': 2}, 'spec': {}, 'status': {'observedGeneration': 2}", "healthy"},
      {"'metadata': {'generation': 2}, 'spec': {}, 'status': {'observedGeneration': 2, "
       "'updatedReplicas': 1}",
       "unhealthy"},
      {"'spec': {'replicas': 0}", "healthy"},

      {"'spec': {'replicas': '2'}", "error: spec.replicas is a text, want a whole number"},
      {"'status': 'fine'", "error: status is a text, want a map"},
      {"'metadata': {'generation': 2}, 'status': {'observedGeneration': 1, 'updatedReplicas': 'x'}",
       "error: status.updatedReplicas is a text, want a whole number"},
  }));
  INFO(kind << " with " << fields);
  CHECK(health(kind, fields) == wanted);
}

TEST_CASE("health of ReplicaSets and DaemonSets") {
  const auto [kind, fields, wanted] = GENERATE(table<const char*, const char*, const char*>({
      {"ReplicaSet",
       "'metadata': {'generation': 1}, 'spec': {'replicas': 2}, 'status': "
       "{'observedGeneration': 1, 'availableReplicas': 2}",
       "healthy"},
      {"ReplicaSet",
       "'metadata': {'generation': 1}, 'spec': {'replicas': 2}, 'status': "
       "{'observedGeneration': 1, 'availableReplicas': 1}",
       "unhealthy"},
      {"ReplicaSet",
       "'metadata': {'generation': 2}, 'spec': {'replicas': 2}, 'status': "
       "{'observedGeneration': 1, 'availableReplicas': 2}",
       "unhealthy"},
      {"ReplicaSet", "'metadata': {'generation': 1}, 'status': {'observedGeneration': 1}",
       "healthy"},
      {"ReplicaSet", "'status': {'availableReplicas': []}",
       "error: status.availableReplicas is a list, want a whole number"},

      {"DaemonSet",
       "'metadata': {'generation': 1}, 'status': {'observedGeneration': 1, "
       "'desiredNumberScheduled': 3, 'updatedNumberScheduled': 3, 'numberAvailable': 3}",
       "healthy"},
      {"DaemonSet",
       "'metadata': {'generation': 1}, 'status': {'observedGeneration': 1, "
       "'desiredNumberScheduled': 3, 'updatedNumberScheduled': 2, 'numberAvailable': 3}",
       "unhealthy"},
      {"DaemonSet",
       "'metadata': {'generation': 1}, 'status': {'observedGeneration': 1, "
       "'desiredNumberScheduled': 3, 'updatedNumberScheduled': 3, 'numberAvailable': 2}",
       "unhealthy"},
      {"DaemonSet", "'metadata': {'generation': 1}, 'status': {}", "unhealthy"},
      {"DaemonSet", "'metadata': {'generation': '1'}",
       "error: metadata.generation is a text, want a whole number"},
  }));
  INFO(kind << " with " << fields);
  CHECK(health(kind, fields) == wanted);
}

TEST_CASE("health of Services and Ingresses") {
  const auto [kind, fields, wanted] = GENERATE(table<const char*, const char*, const char*>({
      {"Service", "'spec': {'type': 'ClusterIP'}", "healthy"},
      {"Service", "", "healthy"},
      {"Service", "'spec': {'type': 'LoadBalancer'}", "unhealthy"},
      {"Service", "'spec': {'type': 'LoadBalancer'}, 'status': {'loadBalancer': {'ingress': [{}]}}",
       "unhealthy"},
      {"Service",
       "'spec': {'type': 'LoadBalancer'}, 'status': {'loadBalancer': {'ingress': [{}, "
       "{'ip': '1.2.3.4'}]}}",
       "healthy"},
      {"Service",
       "'spec': {'type': 'LoadBalancer'}, 'status': {'loadBalancer': {'ingress': "
       "[{'hostname': 'h'}]}}",
       "healthy"},
      {"Service", "'spec': {'type': 1}", "error: spec.type is a number, want a text"},
      {"Ingress", "", "unhealthy"},
      {"Ingress", "'status': {'loadBalancer': {'ingress': []}}", "unhealthy"},
      {"Ingress", "'status': {'loadBalancer': {'ingress': [{'hostname': 'h'}]}}", "healthy"},
      {"Ingress", "'status': {'loadBalancer': {'ingress': [{'ip': '1.2.3.4'}]}}", "healthy"},
      {"Ingress", "'status': {'loadBalancer': {'ingress': [{'ip': 'a'}, {'ip': 4}]}}",
       "error: status.loadBalancer.ingress[1].ip is a number, want a text"},
  }));
  INFO(kind << " with " << fields);
  CHECK(health(kind, fields) == wanted);
}

TEST_CASE("health of claims, pods and disruption budgets") {
  const auto [kind, fields, wanted] = GENERATE(table<const char*, const char*, const char*>({
      {"PersistentVolumeClaim", "'status': {'phase': 'Bound'}", "healthy"},
      {"PersistentVolumeClaim", "'status': {'phase': 'Pending'}", "unhealthy"},
      {"PersistentVolumeClaim", "", "unhealthy"},
      {"Pod", "'status': {'phase': 'Succeeded'}", "healthy"},
      {"Pod", "'status': {'phase': 'Running', 'conditions': [{'type': 'Ready', 'status': 'True'}]}",
       "healthy"},
      {"Pod",
       "'status': {'phase': 'Running', 'conditions': [{'type': 'Ready', 'status': 'False'}]}",
       "unhealthy"},
      {"Pod", "'status': {'phase': 'Running'}", "unhealthy"},
      {"Pod", "'status': {'phase': 'Pending', 'conditions': [{'type': 'Ready', 'status': 'True'}]}",
       "unhealthy"},
      {"Pod", "'status': {'phase': 'Failed'}", "unhealthy"},
      {"Pod", "'status': {'conditions': ['Ready']}",
       "error: status.conditions[0] is a text, want a map"},
      {"PodDisruptionBudget", "'status': {'currentHealthy': 2, 'desiredHealthy': 2}", "healthy"},
      {"PodDisruptionBudget", "'status': {'currentHealthy': 1, 'desiredHealthy': 2}", "unhealthy"},
      {"PodDisruptionBudget", "", "healthy"},
  }));
  INFO(kind << " with " << fields);
  CHECK(health(kind, fields) == wanted);
}
