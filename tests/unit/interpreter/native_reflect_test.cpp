#include "tests/unit/interpreter/native_cases.h"

using namespace flotilla;
namespace native = interpreter::native;

namespace {

void check(const std::string& kind, const std::string& fields, const std::string& wanted) {
  INFO(kind << " with " << fields);
  CHECK(test::shown(native::reflect(test::native_object(kind, fields))) == test::wanted(wanted));
}

using Rows = std::initializer_list<std::pair<const char*, const char*>>;

void check_all(const std::string& kind, Rows rows) {
  for (const auto& [fields, wanted] : rows) check(kind, fields, wanted);
}

}  // namespace

TEST_CASE("without a status there is nothing to reflect, and a status is a map") {
  const char* kind = GENERATE("Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Ingress",
                              "Job", "PodDisruptionBudget", "HorizontalPodAutoscaler");
  check_all(kind, {
                      {"'metadata': {'generation': 3}", "null"},
                      {"'status': null", "null"},
                      {"'status': 'Running'", "error: status is a text, want a map"},
                  });
}

TEST_CASE("the type of a Service is read before its status") {
  check_all("Service", {
                           {"'spec': {'type': 1}", "error: spec.type is a number, want a text"},
                           {"'spec': 'x'", "error: spec is a text, want a map"},
                           {"'spec': {'type': 'LoadBalancer'}", "null"},
                       });
}

TEST_CASE("the reflected status of workloads") {
  check_all("Deployment",
            {
                {"'metadata': {'generation': 3, 'annotations': "
                 "{'resourcetemplate.karmada.io/generation': "
                 "'2'}}, 'status': {'replicas': 2, 'updatedReplicas': 1, 'readyReplicas': 2, "
                 "'availableReplicas': 2, 'unavailableReplicas': 0, 'observedGeneration': 3, "
                 "'collisionCount': 1, 'conditions': [{'type': 'Available'}]}",
                 "'replicas': 2, 'updatedReplicas': 1, 'readyReplicas': 2, 'availableReplicas': 2, "
                 "'observedGeneration': 3, 'generation': 3, 'resourceTemplateGeneration': 2"},
                {"'status': {}", "null"},
                {"'status': {'replicas': 0, 'conditions': []}", "null"},
                {"'status': {'unavailableReplicas': 1}", "'unavailableReplicas': 1"},
                {"'status': {'replicas': 'two'}",
                 "error: status.replicas is a text, want a whole number"},
            });
  check_all(
      "ReplicaSet",
      {
          {"'metadata': {'generation': 1}, 'status': {'replicas': 2, 'readyReplicas': 1, "
           "'availableReplicas': 1, 'fullyLabeledReplicas': 2, 'observedGeneration': 1}",
           "'replicas': 2, 'readyReplicas': 1, 'availableReplicas': 1, 'observedGeneration': 1, "
           "'generation': 1"},
          {"'status': {}", "'replicas': 0"},
      });
  check_all(
      "DaemonSet",
      {
          {"'metadata': {'generation': 1}, 'status': {'currentNumberScheduled': 3, "
           "'numberAvailable': "
           "2, 'updatedNumberScheduled': 3, 'numberUnavailable': 1, 'numberReady': 2, "
           "'desiredNumberScheduled': 3, 'observedGeneration': 1, 'collisionCount': 1}",
           "'currentNumberScheduled': 3, 'numberMisscheduled': 0, 'desiredNumberScheduled': 3, "
           "'numberReady': 2, 'numberAvailable': 2, 'updatedNumberScheduled': 3, "
           "'numberUnavailable': 1, 'observedGeneration': 1, 'generation': 1"},
          {"'status': {}",
           "'currentNumberScheduled': 0, 'numberMisscheduled': 0, 'desiredNumberScheduled': 0, "
           "'numberReady': 0"},
      });
  check_all("StatefulSet",
            {
                // Q11: with observedGeneration.
                {"'metadata': {'generation': 1}, 'status': {'replicas': 2, 'readyReplicas': 1, "
                 "'currentReplicas': 2, 'updatedReplicas': 1, 'observedGeneration': 1, "
                 "'currentRevision': "
                 "'r'}",
                 "'replicas': 2, 'availableReplicas': 0, 'readyReplicas': 1, 'currentReplicas': 2, "
                 "'updatedReplicas': 1, 'observedGeneration': 1, 'generation': 1"},
                {"'status': {}", "'replicas': 0, 'availableReplicas': 0"},
            });
}

TEST_CASE("the generation of the template comes from an annotation") {
  const auto [annotation, wanted] = GENERATE(table<const char*, const char*>({
      {"'other': 'x'", "'replicas': 1"},
      {"'resourcetemplate.karmada.io/generation': '12'",
       "'replicas': 1, 'resourceTemplateGeneration': 12"},
      {"'resourcetemplate.karmada.io/generation': '+12'",
       "'replicas': 1, 'resourceTemplateGeneration': 12"},
      {"'resourcetemplate.karmada.io/generation': '0'", "'replicas': 1"},
      {"'resourcetemplate.karmada.io/generation': ''",
       "error: metadata.annotations.resourcetemplate.karmada.io/generation is \"\", want a whole "
       "number"},
      {"'resourcetemplate.karmada.io/generation': '12a'",
       "error: metadata.annotations.resourcetemplate.karmada.io/generation is \"12a\", want a "
       "whole number"},
      {"'resourcetemplate.karmada.io/generation': '99999999999999999999'",
       "error: metadata.annotations.resourcetemplate.karmada.io/generation is "
       "\"99999999999999999999\", want a whole number"},
      {"'resourcetemplate.karmada.io/generation': 12",
       "error: metadata.annotations.resourcetemplate.karmada.io/generation is a number, want a "
       "whole number in quotes"},
  }));
  const char* kind = GENERATE("Deployment", "ReplicaSet");
  check(kind,
        std::string("'metadata': {'annotations': {") + annotation + "}}, 'status': {'replicas': 1}",
        wanted);
}

TEST_CASE("the reflected status of Services and Ingresses") {
  check_all(
      "Service",
      {
          {"'spec': {'type': 'ClusterIP'}, 'status': {'loadBalancer': {}}", "null"},
          {"'status': {'loadBalancer': {'ingress': [{'ip': '1.2.3.4'}]}}", "null"},
          {"'spec': {'type': 'LoadBalancer'}", "null"},
          {"'spec': {'type': 'LoadBalancer'}, 'status': {}", "'loadBalancer': {}"},
          {"'spec': {'type': 'LoadBalancer'}, 'status': {'conditions': [], 'loadBalancer': "
           "{'ingress': [{'ip': '1.2.3.4', 'ipMode': 'VIP', 'hostname': '', 'ports': [{'port': 80, "
           "'protocol': 'TCP'}]}]}}",
           "'loadBalancer': {'ingress': [{'ip': '1.2.3.4', 'ipMode': 'VIP', 'ports': [{'port': 80, "
           "'protocol': 'TCP'}]}]}"},
          {"'spec': {'type': 'LoadBalancer'}, 'status': {'loadBalancer': {'ingress': {}}}",
           "error: status.loadBalancer.ingress is a map, want a list"},
      });
  check_all("Ingress",
            {
                {"'status': {'loadBalancer': {'ingress': [{'ip': '1.2.3.4'}]}, 'more': 0}",
                 "'loadBalancer': {'ingress': [{'ip': '1.2.3.4'}]}, 'more': 0"},
                {"'status': {}", ""},
            });
}

TEST_CASE("the reflected status of a Job") {
  check_all(
      "Job",
      {
          {"'status': {'active': 0, 'succeeded': 1, 'failed': 2, 'ready': 0, "
           "'uncountedTerminatedPods': {}, 'startTime': '2026-01-01T02:00:00+02:00', "
           "'completionTime': '2026-01-01T00:00:09.5Z'}",
           "'succeeded': 1, 'failed': 2, 'startTime': '2026-01-01T00:00:00Z', 'completionTime': "
           "'2026-01-01T00:00:09Z'"},
          // Times of conditions are always written.
          {"'status': {'active': 1, 'conditions': [{'type': 'Complete', 'status': 'True', "
           "'reason': "
           "'', 'message': 'done'}]}",
           "'active': 1, 'conditions': [{'type': 'Complete', 'status': 'True', 'message': 'done', "
           "'lastProbeTime': null, 'lastTransitionTime': null}]"},
          {"'status': {'conditions': [{'type': 'Failed', 'status': 'True', 'reason': 'Limit', "
           "'lastProbeTime': '2026-01-01T00:00:00Z', 'lastTransitionTime': "
           "'2026-01-02T00:00:00Z'}]}",
           "'conditions': [{'type': 'Failed', 'status': 'True', 'reason': 'Limit', "
           "'lastProbeTime': "
           "'2026-01-01T00:00:00Z', 'lastTransitionTime': '2026-01-02T00:00:00Z'}]"},
          {"'status': {}", ""},
          {"'status': {'startTime': 'today'}",
           "error: status.startTime is \"today\", want a time such as 2006-01-02T15:04:05Z"},
          {"'status': {'startTime': 5}", "error: status.startTime is a number, want a time"},
          {"'status': {'conditions': [{'type': 'Complete', 'status': true}]}",
           "error: status.conditions[0].status is a truth value, want a text"},
      });
}

TEST_CASE("the reflected status of disruption budgets and autoscalers") {
  check_all(
      "PodDisruptionBudget",
      {
          {"'status': {'currentHealthy': 1, 'observedGeneration': 1, 'disruptedPods': {}, "
           "'conditions': []}",
           "'disruptionsAllowed': 0, 'currentHealthy': 1, 'desiredHealthy': 0, 'expectedPods': 0"},
          {"'status': {'disruptionsAllowed': 1, 'currentHealthy': 3, 'desiredHealthy': 2, "
           "'expectedPods': 4, 'disruptedPods': {'web-1': '2026-01-01T00:00:00Z'}}",
           "'disruptionsAllowed': 1, 'currentHealthy': 3, 'desiredHealthy': 2, 'expectedPods': 4, "
           "'disruptedPods': {'web-1': '2026-01-01T00:00:00Z'}"},
      });
  check_all("HorizontalPodAutoscaler",
            {
                {"'status': {'currentReplicas': 2, 'conditions': [], 'lastScaleTime': 'x'}",
                 "'currentReplicas': 2, 'desiredReplicas': 0, 'currentMetrics': null"},
                {"'status': {'desiredReplicas': 4, 'currentMetrics': [{'type': 'Resource'}]}",
                 "'desiredReplicas': 4, 'currentMetrics': null"},
            });
}
