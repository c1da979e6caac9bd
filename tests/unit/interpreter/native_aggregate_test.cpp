#include "tests/unit/interpreter/native_aggregate_cases.h"

using namespace flotilla;
using test::check_aggregates;

TEST_CASE("counters of workloads add up and other fields stay") {
  check_aggregates(
      "Deployment",
      {
          {"'status': {'replicas': 9, 'conditions': [{'type': 'Available'}], 'collisionCount': 1}",
           {"'replicas': 1, 'updatedReplicas': 1, 'readyReplicas': 1, 'availableReplicas': 1",
            "'replicas': 2, 'updatedReplicas': 1, 'readyReplicas': 1, 'unavailableReplicas': 1"},
           "'status': {'replicas': 3, 'updatedReplicas': 2, 'readyReplicas': 2, "
           "'availableReplicas': "
           "1, 'unavailableReplicas': 1, 'conditions': [{'type': 'Available'}], 'collisionCount': "
           "1}"},
          {"", {"'replicas': 1", "null"}, "'status': {'replicas': 1}"},
          // A counter that is zero now goes.
          {"'status': {'replicas': 2, 'readyReplicas': 1}",
           {"'replicas': 2"},
           "'status': {'replicas': 2}"},
          {"'status': {'replicas': 2, 'readyReplicas': 2}", {}, "'status': {}"},
          // Nothing new leaves the object as it is.
          {"'status': {'replicas': 2, 'readyReplicas': 0}", {"'replicas': 2"}, nullptr},
          {"'spec': {'replicas': 2}", {}, nullptr},
          {"'spec': {'replicas': 2}", {"null"}, nullptr},
          {"'status': null", {"'replicas': 0"}, nullptr},

          {"",
           {"'replicas': 1", "'replicas': 'two'"},
           "error: status of m2: replicas is a text, want a whole number"},
          {"'status': {'replicas': 'two'}",
           {"'replicas': 1"},
           "error: status.replicas is a text, want a whole number"},
          {"'status': []", {"'replicas': 1"}, "error: status is a list, want a map"},
      });
  check_aggregates(
      "ReplicaSet",
      {
          {"",
           {"'replicas': 1, 'readyReplicas': 1", "'replicas': 2, 'availableReplicas': 1"},
           "'status': {'replicas': 3, 'readyReplicas': 1, 'availableReplicas': 1}"},
          {"'status': {'replicas': 3, 'fullyLabeledReplicas': 3}",
           {},
           "'status': {'replicas': 0, 'fullyLabeledReplicas': 3}"},
      });
  check_aggregates(
      "DaemonSet",
      {
          {"",
           {"'currentNumberScheduled': 1, 'numberMisscheduled': 1, 'desiredNumberScheduled': 2, "
            "'numberReady': 1, 'updatedNumberScheduled': 1, 'numberAvailable': 1, "
            "'numberUnavailable': 1",
            "'currentNumberScheduled': 2, 'numberMisscheduled': 0, 'desiredNumberScheduled': 2, "
            "'numberReady': 2, 'updatedNumberScheduled': 2, 'numberAvailable': 2"},
           "'status': {'currentNumberScheduled': 3, 'numberMisscheduled': 1, "
           "'desiredNumberScheduled': 4, 'numberReady': 3, 'updatedNumberScheduled': 3, "
           "'numberAvailable': 3, 'numberUnavailable': 1}"},
      });
  check_aggregates(
      "StatefulSet",
      {
          {"'status': {'currentRevision': 'r'}",
           {"'replicas': 1, 'availableReplicas': 0, 'currentReplicas': 1",
            "'replicas': 2, 'availableReplicas': 2, 'readyReplicas': 2, 'updatedReplicas': 1"},
           "'status': {'currentRevision': 'r', 'replicas': 3, 'availableReplicas': 2, "
           "'currentReplicas': 1, 'readyReplicas': 2, 'updatedReplicas': 1}"},
      });
}

TEST_CASE("observedGeneration follows the template once every member has caught up") {
  // Q11: a StatefulSet is compared like the others.
  const char* kind = GENERATE("Deployment", "DaemonSet", "StatefulSet", "ReplicaSet");
  const auto observed = [&](const char* fields, const std::vector<const char*>& statuses) {
    const Json::Value after =
        test::tree(replace_all(test::aggregated(kind, fields, statuses), "\"", "'"));
    return get_int(*find(after, "status"), "observedGeneration").value_or(0);
  };
  const char* second = "'metadata': {'generation': 2}, 'status': {'observedGeneration': 1}";
  INFO(kind);

  CHECK(observed(second, {"'observedGeneration': 5, 'generation': 5, 'resourceTemplateGeneration': "
                          "2"}) == 2);
  // The member's controller lags behind its object.
  CHECK(observed(second, {"'observedGeneration': 4, 'generation': 5, 'resourceTemplateGeneration': "
                          "2"}) == 1);
  // The member's object comes from an older template.
  CHECK(observed(second, {"'observedGeneration': 5, 'generation': 5, 'resourceTemplateGeneration': "
                          "1"}) == 1);
  // One member has said nothing yet.
  CHECK(observed(second, {"'observedGeneration': 5, 'generation': 5, 'resourceTemplateGeneration': "
                          "2",
                          "null"}) == 1);
  // No member at all: nothing lags behind.
  CHECK(observed(second, {}) == 2);
  // Git gives no generation: it counts as 0.
  CHECK(observed("'status': {'observedGeneration': 1}",
                 {"'replicas': 1, 'observedGeneration': 5, 'generation': 5"}) == 0);
  CHECK(observed("'status': {'observedGeneration': 1}",
                 {"'replicas': 1, 'observedGeneration': 4, 'generation': 5"}) == 1);
}

TEST_CASE("disruption budgets and autoscalers add up") {
  check_aggregates(
      "PodDisruptionBudget",
      {
          {"'status': {'observedGeneration': 4}",
           {"'disruptionsAllowed': 1, 'currentHealthy': 2, 'desiredHealthy': 1, 'expectedPods': 2, "
            "'disruptedPods': {'web-1': '2026-01-01T00:00:00Z'}",
            "'disruptionsAllowed': 0, 'currentHealthy': 1, 'desiredHealthy': 1, 'expectedPods': 1, "
            "'disruptedPods': {'web-1': '2026-01-02T00:00:00Z'}"},
           "'status': {'disruptionsAllowed': 1, 'currentHealthy': 3, 'desiredHealthy': 2, "
           "'expectedPods': 3, 'disruptedPods': {'m1/web-1': '2026-01-01T00:00:00Z', 'm2/web-1': "
           "'2026-01-02T00:00:00Z'}}"},
          {"'status': {'disruptionsAllowed': 0, 'currentHealthy': 1, 'desiredHealthy': 0, "
           "'expectedPods': 0}",
           {"'currentHealthy': 1"},
           nullptr},
      });
  check_aggregates(
      "HorizontalPodAutoscaler",
      {
          {"'status': {'conditions': [{'type': 'AbleToScale'}]}",
           {"'currentReplicas': 2, 'desiredReplicas': 3, 'currentMetrics': null", "null",
            "'desiredReplicas': 1"},
           "'status': {'currentReplicas': 2, 'desiredReplicas': 4, 'currentMetrics': null}"},
          {"'status': {'desiredReplicas': 1, 'currentMetrics': null}",
           {"'desiredReplicas': 1"},
           nullptr},
      });
}

TEST_CASE("addresses of a Service are collected, each once, in order") {
  check_aggregates(
      "Service",
      {
          {"'spec': {'type': 'LoadBalancer'}",
           {"'loadBalancer': {'ingress': [{'ip': '10.0.0.9'}, {'hostname': 'b.example'}]}",
            "'loadBalancer': {'ingress': [{'ip': '10.0.0.10'}, {'hostname': 'a.example'}, {'ip': "
            "'10.0.0.9'}]}"},
           "'spec': {'type': 'LoadBalancer'}, 'status': {'loadBalancer': {'ingress': [{'hostname': "
           "'a.example'}, {'hostname': 'b.example'}, {'ip': '10.0.0.10'}, {'ip': '10.0.0.9'}]}}"},
          // By IP where the hostname is the same, then by IP mode.
          {"'spec': {'type': 'LoadBalancer'}",
           {"'loadBalancer': {'ingress': [{'hostname': 'h', 'ip': '2'}, {'hostname': 'h', 'ip': "
            "'1', "
            "'ipMode': 'VIP'}]}",
            "'loadBalancer': {'ingress': [{'hostname': 'h', 'ip': '1', 'ipMode': 'Proxy'}, "
            "{'hostname': 'h', 'ip': '1'}]}"},
           "'spec': {'type': 'LoadBalancer'}, 'status': {'loadBalancer': {'ingress': [{'hostname': "
           "'h', 'ip': '1'}, {'hostname': 'h', 'ip': '1', 'ipMode': 'Proxy'}, {'hostname': 'h', "
           "'ip': '1', 'ipMode': 'VIP'}, {'hostname': 'h', 'ip': '2'}]}}"},
          // Ports by number, protocol and error, each once; the same address with the same ports is
          // one.
          {"'spec': {'type': 'LoadBalancer'}",
           {"'loadBalancer': {'ingress': [{'ip': '1', 'ports': [{'port': 443, 'protocol': 'UDP'}, "
            "{'port': 80, 'protocol': 'TCP'}, {'port': 443, 'protocol': 'TCP', 'error': 'E'}, "
            "{'port': "
            "80, 'protocol': 'TCP'}, {'port': 443, 'protocol': 'TCP'}]}]}",
            "'loadBalancer': {'ingress': [{'ip': '1', 'ports': [{'port': 80, 'protocol': 'TCP'}, "
            "{'port': 443, 'protocol': 'TCP'}, {'port': 443, 'protocol': 'UDP'}, {'port': 443, "
            "'protocol': 'TCP', 'error': 'E'}]}]}"},
           "'spec': {'type': 'LoadBalancer'}, 'status': {'loadBalancer': {'ingress': [{'ip': '1', "
           "'ports': [{'port': 80, 'protocol': 'TCP'}, {'port': 443, 'protocol': 'TCP'}, {'port': "
           "443, 'protocol': 'TCP', 'error': 'E'}, {'port': 443, 'protocol': 'UDP'}]}]}}"},
          // Whatever else the status said is replaced.
          {"'spec': {'type': 'LoadBalancer'}, 'status': {'conditions': [{'type': 'x'}]}",
           {},
           "'spec': {'type': 'LoadBalancer'}, 'status': {'loadBalancer': {}}"},
          {"'spec': {'type': 'LoadBalancer'}", {"null"}, nullptr},
          {"'spec': {'type': 'LoadBalancer'}, 'status': {'loadBalancer': {'ingress': [{'ip': "
           "'1'}]}}",
           {"'loadBalancer': {'ingress': [{'ip': '1'}]}"},
           nullptr},
          {"'spec': {'type': 'ClusterIP'}, 'status': {'loadBalancer': {}}",
           {"'loadBalancer': {'ingress': [{'ip': '1'}]}"},
           nullptr},
          {"", {"'loadBalancer': {'ingress': [{'ip': '1'}]}"}, nullptr},
          {"'spec': {'type': 'LoadBalancer'}",
           {"'loadBalancer': {'ingress': [{'ip': 1}]}"},
           "error: status of m1: loadBalancer.ingress[0].ip is a number, want a text"},
      });
}

TEST_CASE("addresses of an Ingress are collected likewise, without IP modes") {
  check_aggregates(
      "Ingress",
      {
          {"'spec': {}",
           {"'loadBalancer': {'ingress': [{'ip': '2', 'ipMode': 'VIP'}, {'ip': '1'}]}",
            "'loadBalancer': {'ingress': [{'ip': '2'}, {'hostname': 'h'}]}"},
           "'spec': {}, 'status': {'loadBalancer': {'ingress': [{'hostname': 'h'}, {'ip': '1'}, "
           "{'ip': '2'}]}}"},
          {"'spec': {}", {}, nullptr},
      });
}

TEST_CASE("merging the same statuses again changes nothing") {
  const std::string kind =
      GENERATE("Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Service", "Ingress", "Job",
               "Pod", "PersistentVolume", "PersistentVolumeClaim", "PodDisruptionBudget",
               "HorizontalPodAutoscaler");
  const std::vector<const char*> statuses = {
      "'replicas': 2, 'numberReady': 1, 'phase': 'Running', 'active': 1, 'currentHealthy': 1, "
      "'desiredReplicas': 1, "
      "'disruptedPods': {'p': '2026-01-01T00:00:00Z'}, 'startTime': '2026-01-01T00:00:00Z', "
      "'containerStatuses': [{'ready': true, 'state': {'running': {}}}], 'loadBalancer': "
      "{'ingress': [{'ip': '1.2.3.4'}]}",
      "null", "'phase': 'Pending', 'containerStatuses': [{'state': {}}]"};
  const Json::Value object =
      test::native_object(kind, "'metadata': {'generation': 2}, 'spec': {'type': 'LoadBalancer'}");
  const auto items = test::items_of(statuses);
  INFO(kind);
  const auto once = interpreter::native::aggregate(object, items, test::aggregation_time);
  REQUIRE(once);
  CHECK(!same(*once, object));
  const auto twice = interpreter::native::aggregate(*once, items, "2027-01-01T00:00:00Z");
  REQUIRE(twice);
  CHECK(canonical_json(*twice) == canonical_json(*once));
}
