#include "render/interpreter/interpreter.h"
#include "tests/support/documents.h"

using namespace flotilla;

TEST_CASE("the part of a status that a binding shows") {
  struct Case {
    const char* what;
    const char* live;
    const char* reflected;
  };
  const Case c = GENERATE(
      Case{"a Deployment: counters and generations",
           "{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'generation': 3, "
           "'annotations': "
           "{'resourcetemplate.karmada.io/generation': '2'}}, 'status': {'replicas': 2, "
           "'updatedReplicas': 2, "
           "'readyReplicas': 2, 'availableReplicas': 2, 'unavailableReplicas': 0, "
           "'observedGeneration': 3, "
           "'conditions': [{'type': 'Available'}]}}",
           "{'replicas': 2, 'updatedReplicas': 2, 'readyReplicas': 2, 'availableReplicas': 2, "
           "'observedGeneration': 3, "
           "'generation': 3, 'resourceTemplateGeneration': 2}"},
      Case{"a Deployment without anything to say",
           "{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'status': {}}", "null"},
      Case{"a Deployment without status",
           "{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'generation': 3}}",
           "null"},
      Case{"a ReplicaSet always has replicas",
           "{'apiVersion': 'apps/v1', 'kind': 'ReplicaSet', 'status': {}}", "{'replicas': 0}"},
      Case{
          "a DaemonSet",
          "{'apiVersion': 'apps/v1', 'kind': 'DaemonSet', 'metadata': {'generation': 1}, 'status': "
          "{'currentNumberScheduled': 3, 'numberAvailable': 2, 'observedGeneration': 1, "
          "'collisionCount': 1}}",
          "{'currentNumberScheduled': 3, 'numberMisscheduled': 0, 'desiredNumberScheduled': 0, "
          "'numberReady': 0, "
          "'numberAvailable': 2, 'observedGeneration': 1, 'generation': 1}"},
      Case{"a StatefulSet, with observedGeneration (Q11)",
           "{'apiVersion': 'apps/v1', 'kind': 'StatefulSet', 'metadata': {'generation': 1}, "
           "'status': {'replicas': 2, "
           "'readyReplicas': 1, 'observedGeneration': 1, 'currentRevision': 'r'}}",
           "{'replicas': 2, 'availableReplicas': 0, 'readyReplicas': 1, 'generation': 1, "
           "'observedGeneration': 1}"},
      Case{"a Service inside the cluster",
           "{'apiVersion': 'v1', 'kind': 'Service', 'spec': {'type': 'ClusterIP'}, 'status': "
           "{'loadBalancer': {}}}",
           "null"},
      Case{"a Service with an address",
           "{'apiVersion': 'v1', 'kind': 'Service', 'spec': {'type': 'LoadBalancer'}, 'status': "
           "{'conditions': [], "
           "'loadBalancer': {'ingress': [{'ip': '1.2.3.4'}]}}}",
           "{'loadBalancer': {'ingress': [{'ip': '1.2.3.4'}]}}"},
      Case{"a Job",
           "{'apiVersion': 'batch/v1', 'kind': 'Job', 'status': {'active': 0, 'succeeded': 1, "
           "'ready': 0, "
           "'uncountedTerminatedPods': {}, 'startTime': '2026-01-01T00:00:00Z', 'completionTime': "
           "'2026-01-01T00:01:00Z', "
           "'conditions': [{'type': 'Complete', "
           "'status': 'True'}]}}",
           "{'succeeded': 1, 'startTime': '2026-01-01T00:00:00Z', 'completionTime': "
           "'2026-01-01T00:01:00Z', 'conditions': [{'type': "
           "'Complete', 'status': "
           "'True', 'lastProbeTime': null, 'lastTransitionTime': null}]}"},
      Case{
          "a PodDisruptionBudget",
          "{'apiVersion': 'policy/v1', 'kind': 'PodDisruptionBudget', 'status': {'currentHealthy': "
          "1, "
          "'observedGeneration': 1, 'disruptedPods': {}}}",
          "{'disruptionsAllowed': 0, 'currentHealthy': 1, 'desiredHealthy': 0, 'expectedPods': 0}"},
      Case{"a HorizontalPodAutoscaler",
           "{'apiVersion': 'autoscaling/v2', 'kind': 'HorizontalPodAutoscaler', 'status': "
           "{'currentReplicas': 2, "
           "'conditions': []}}",
           "{'currentReplicas': 2, 'desiredReplicas': 0, 'currentMetrics': null}"},
      Case{"the whole status of any other kind",
           "{'apiVersion': 'example.com/v1', 'kind': 'Thing', 'status': {'a': {'b': [1]}}}",
           "{'a': {'b': [1]}}"},
      Case{"nothing of a kind without status",
           "{'apiVersion': 'v1', 'kind': 'ConfigMap', 'data': {}}", "null"});
  INFO(c.what);
  CHECK(canonical_json(interpreter::reflect_status(test::tree(c.live))) ==
        canonical_json(test::tree(c.reflected)));
}
