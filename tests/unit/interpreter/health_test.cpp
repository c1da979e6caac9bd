#include "render/interpreter/interpreter.h"
#include "tests/support/documents.h"

using namespace flotilla;
using interpreter::Health;

namespace {

Json::Value live(const std::string& api_version, const std::string& kind, const std::string& rest) {
  return test::tree("{'apiVersion': '" + api_version + "', 'kind': '" + kind + "'" + rest + "}");
}

}  // namespace

TEST_CASE("health of the native kinds") {
  using Row = std::tuple<const char*, const char*, const char*, bool>;
  const auto [api_version, kind, rest,
              healthy] = GENERATE(table<const char*, const char*, const char*, bool>({
      Row{"apps/v1", "Deployment",
          ", 'metadata': {'generation': 2}, 'spec': {'replicas': 2}, 'status': "
          "{'observedGeneration': 2, 'updatedReplicas': 2, 'availableReplicas': 2}",
          true},
      Row{"apps/v1", "Deployment",
          ", 'metadata': {'generation': 2}, 'spec': {'replicas': 2}, 'status': "
          "{'observedGeneration': 1, 'updatedReplicas': 2, 'availableReplicas': 2}",
          false},
      Row{"apps/v1", "Deployment",
          ", 'metadata': {'generation': 2}, 'spec': {'replicas': 2}, 'status': "
          "{'observedGeneration': 2, 'updatedReplicas': 1, 'availableReplicas': 2}",
          false},
      Row{"apps/v1", "Deployment",
          ", 'metadata': {'generation': 2}, 'spec': {'replicas': 2}, 'status': "
          "{'observedGeneration': 2, 'updatedReplicas': 2, 'availableReplicas': 1}",
          false},
      Row{"apps/v1", "Deployment", ", 'metadata': {'generation': 2}, 'spec': {'replicas': 2}",
          false},
      Row{"apps/v1", "Deployment",
          ", 'metadata': {'generation': 2}, 'spec': {}, 'status': {'observedGeneration': 2, "
          "'updatedReplicas': 1, 'availableReplicas': 1}",
          true},
      Row{"apps/v1", "StatefulSet",
          ", 'metadata': {'generation': 1}, 'spec': {'replicas': 2}, 'status': "
          "{'observedGeneration': 1, 'updatedReplicas': 2, 'availableReplicas': 2}",
          true},
      Row{"apps/v1", "StatefulSet",
          ", 'metadata': {'generation': 1}, 'spec': {'replicas': 2}, 'status': "
          "{'observedGeneration': 1, 'updatedReplicas': 1, 'availableReplicas': 2}",
          false},
      Row{"apps/v1", "ReplicaSet",
          ", 'metadata': {'generation': 1}, 'spec': {'replicas': 2}, 'status': "
          "{'observedGeneration': 1, 'availableReplicas': 2}",
          true},
      Row{"apps/v1", "ReplicaSet",
          ", 'metadata': {'generation': 1}, 'spec': {'replicas': 2}, 'status': "
          "{'observedGeneration': 1, 'availableReplicas': 1}",
          false},
      Row{"apps/v1", "DaemonSet",
          ", 'metadata': {'generation': 1}, 'status': {'observedGeneration': 1, "
          "'desiredNumberScheduled': 3, 'updatedNumberScheduled': 3, 'numberAvailable': 3}",
          true},
      Row{"apps/v1", "DaemonSet",
          ", 'metadata': {'generation': 1}, 'status': {'observedGeneration': 1, "
          "'desiredNumberScheduled': 3, 'updatedNumberScheduled': 2, 'numberAvailable': 3}",
          false},
      Row{"apps/v1", "DaemonSet",
          ", 'metadata': {'generation': 1}, 'status': {'observedGeneration': 1, "
          "'desiredNumberScheduled': 3, 'updatedNumberScheduled': 3, 'numberAvailable': 2}",
          false},
      Row{"v1", "Service", ", 'spec': {'type': 'ClusterIP'}", true},
      Row{"v1", "Service", ", 'spec': {'type': 'LoadBalancer'}", false},
      Row{"v1", "Service",
          ", 'spec': {'type': 'LoadBalancer'}, 'status': {'loadBalancer': {'ingress': [{}]}}",
          false},
      Row{"v1", "Service",
          ", 'spec': {'type': 'LoadBalancer'}, 'status': {'loadBalancer': {'ingress': [{}, "
          "{'ip': '1.2.3.4'}]}}",
          true},
      Row{"networking.k8s.io/v1", "Ingress", "", false},
      Row{"networking.k8s.io/v1", "Ingress",
          ", 'status': {'loadBalancer': {'ingress': [{'hostname': 'h'}]}}", true},
      Row{"v1", "PersistentVolumeClaim", ", 'status': {'phase': 'Bound'}", true},
      Row{"v1", "PersistentVolumeClaim", ", 'status': {'phase': 'Pending'}", false},
      Row{"v1", "Pod", ", 'status': {'phase': 'Succeeded'}", true},
      Row{"v1", "Pod", ", 'status': {'phase': 'Running'}", false},
      Row{"v1", "Pod",
          ", 'status': {'phase': 'Running', 'conditions': [{'type': 'Ready', 'status': 'True'}]}",
          true},
      Row{"v1", "Pod", ", 'status': {'phase': 'Failed'}", false},
      Row{"policy/v1", "PodDisruptionBudget",
          ", 'status': {'currentHealthy': 1, 'desiredHealthy': 2}", false},
      Row{"policy/v1", "PodDisruptionBudget",
          ", 'status': {'currentHealthy': 2, 'desiredHealthy': 2}", true},
      Row{"v1", "ConfigMap", "", true},
      Row{"batch/v1", "Job", ", 'status': {'failed': 1}", true},  // Karmada has no rule for it
      Row{"example.com/v1", "Deployment", ", 'metadata': {'generation': 2}", true},
  }));
  INFO(api_version << " " << kind << rest);
  CHECK(interpreter::health_of(live(api_version, kind, rest)) ==
        (healthy ? Health::healthy : Health::unhealthy));
}

TEST_CASE("health in words") {
  CHECK(interpreter::to_string(Health::healthy) == "Healthy");
  CHECK(interpreter::to_string(Health::unhealthy) == "Unhealthy");
  CHECK(interpreter::to_string(Health::unknown) == "Unknown");
  CHECK(interpreter::health_of(Json::Value()) == Health::unknown);
  CHECK(interpreter::health_of(live("v1", "Pod", ", 'status': 3")) == Health::unknown);
}
