#include "reconciler/decision/idle_kinds.h"

#include "reconciler/decision/schedule_text.h"
#include "tests/support/documents.h"
#include "tests/support/problems.h"

using namespace flotilla;

namespace {

std::vector<std::string> messages(const std::string& group, const std::string& kind,
                                  const std::string& spec) {
  Problems problems;
  decision::check_idle_kind(
      test::object("{'apiVersion': '" + group + "/v1alpha1', 'kind': '" + kind +
                   "', 'metadata': {'name': 'x', 'namespace': 'n'}, 'spec': {" + spec + "}}"),
      problems);
  std::vector<std::string> found;
  for (const Problem& problem : problems) found.push_back(problem.message);
  return found;
}

using Row = std::tuple<std::string, std::string>;

// The one fault of a spec, or "" if it has none.
std::string fault_of(const std::string& group, const std::string& kind, const std::string& spec) {
  INFO(spec);
  const auto found = messages(group, kind, spec);
  REQUIRE(found.size() <= 1);
  return found.empty() ? "" : found[0];
}

}  // namespace

TEST_CASE("a quota's assignments stay within the whole") {
  const auto [spec, fault] = GENERATE(table<std::string, std::string>({
      Row{"'overall': {'cpu': 100, 'nvidia.com/gpu': '1'}, 'staticAssignments': [{'clusterName': "
          "'m1', 'hard': {'cpu': 60}}, {'clusterName': 'm2', 'hard': {'cpu': '40'}}]",
          ""},
      Row{"'staticAssignments': []", "spec.overall is missing, want a map of quantities"},
      Row{"'overall': {'foo': 1}",
          "spec.overall[\"foo\"] is no resource of a quota, want one such as cpu"},
      Row{"'overall': {'cpu': '-1'}", "spec.overall[\"cpu\"] is -1, want 0 or more"},
      Row{"'overall': {'cpu': 1}, 'staticAssignments': [{'clusterName': 'm1', 'hard': {'memory': "
          "1}}]",
          "spec.staticAssignments[0].hard[\"memory\"] is not in spec.overall, want resources of it "
          "only"},
      Row{"'overall': {'cpu': 1}, 'staticAssignments': [{'clusterName': 'm1', 'hard': {'cpu': "
          "'500m'}}, {'clusterName': 'm2', 'hard': {'cpu': '501m'}}]",
          "spec.staticAssignments[1].hard[\"cpu\"] makes the assignments more than spec.overall"},
  }));
  CHECK(fault_of("policy.karmada.io", "FederatedResourceQuota", spec) == fault);
}

TEST_CASE("a taint policy names its taints once") {
  const auto [spec, fault] = GENERATE(table<std::string, std::string>({
      Row{"'taints': [{'key': 'a', 'effect': 'NoSchedule'}], 'addOnConditions': [{'conditionType': "
          "'Ready', 'operator': 'NotIn', 'statusValues': ['True']}]",
          ""},
      Row{"'taints': []", "spec.taints is empty, want at least one entry"},
      Row{"'taints': [{'key': 'a', 'effect': 'NoSchedule'}, {'key': 'a', 'effect': 'NoSchedule'}]",
          "spec.taints[1] repeats the taint a:NoSchedule, want it once"},
      Row{"'taints': [{'key': 'a', 'effect': 'PreferNoSchedule'}]",
          "spec.taints[0].effect is \"PreferNoSchedule\", want one of NoSchedule, NoExecute"},
      Row{"'taints': [{'key': 'a', 'effect': 'NoSchedule'}], 'addOnConditions': [{'conditionType': "
          "'Ready', 'operator': 'Equal', 'statusValues': []}]",
          "spec.addOnConditions[0].operator is \"Equal\", want one of In, NotIn"},
  }));
  CHECK(fault_of("policy.karmada.io", "ClusterTaintPolicy", spec) == fault);
}

TEST_CASE("what the rules of a CronFederatedHPA need depends on what it scales") {
  const std::string workload =
      "'scaleTargetRef': {'apiVersion': 'apps/v1', 'kind': 'Deployment', "
      "'name': 'web'}, 'rules': [{'name': 'up', 'schedule': ";
  const std::string autoscaler =
      "'scaleTargetRef': {'apiVersion': 'autoscaling.karmada.io/v1alpha1', 'kind': 'FederatedHPA', "
      "'name': 'web'}, 'rules': [{'name': 'up', 'schedule': ";
  const auto fault = [](const std::string& spec) {
    return fault_of("autoscaling.karmada.io", "CronFederatedHPA", spec);
  };
  CHECK(fault(workload + "'*/1 * * * *', 'targetReplicas': 0}]").empty());
  CHECK(fault(workload + "'0 8 * * mon-fri'}]") ==
        "spec.rules[0].targetReplicas is missing, want a whole number");
  CHECK(fault(workload + "'0 25 * * *', 'targetReplicas': 1}]") ==
        "spec.rules[0].schedule is \"0 25 * * *\": \"25\" is no hour");
  CHECK(fault(autoscaler + "'@daily', 'targetMinReplicas': 1}]").empty());
  CHECK(fault(autoscaler + "'@daily', 'targetMinReplicas': 3, 'targetMaxReplicas': 2}]") ==
        "spec.rules[0].targetMinReplicas is 3, want at most targetMaxReplicas, which is 2");
  CHECK(fault(autoscaler + "'@daily'}]") ==
        "spec.rules[0].targetMinReplicas and targetMaxReplicas are missing, want one of them for a "
        "FederatedHPA");
}

TEST_CASE("the other kinds without effect") {
  CHECK(fault_of("autoscaling.karmada.io", "FederatedHPA",
                 "'scaleTargetRef': {'kind': 'Deployment', 'name': 'web'}, 'minReplicas': 3, "
                 "'maxReplicas': 2, 'metrics': []") ==
        "spec.minReplicas is 3, want at most maxReplicas, which is 2");
  CHECK(fault_of("networking.karmada.io", "MultiClusterService",
                 "'types': ['CrossCluster'], 'ports': [{'port': 80}]")
            .empty());
  CHECK(fault_of("networking.karmada.io", "MultiClusterService",
                 "'types': ['CrossCluster', 'LoadBalancer']") ==
        "spec.types has 2 entries, want one");
  CHECK(fault_of("apps.karmada.io", "WorkloadRebalancer",
                 "'workloads': [{'apiVersion': 'apps/v1', 'kind': 'Deployment'}]") ==
        "spec.workloads[0].name is missing, want a text");
  CHECK(fault_of("remedy.karmada.io", "Remedy",
                 "'decisionMatches': [{'clusterConditionMatch': {'conditionType': 'a', 'operator': "
                 "'In', 'conditionStatus': 'b'}}]") ==
        "spec.decisionMatches[0].clusterConditionMatch.operator is \"In\", want one of Equal, "
        "NotEqual");
  CHECK(messages("search.karmada.io", "ResourceRegistry", "'x': 1").empty());
}

TEST_CASE("schedules of cron") {
  using decision::schedule_fault;
  for (const char* good : {"* * * * *", "0,30 8-17/2 1 jan-MAR sun", "@hourly", "@every 1h",
                           "TZ=Asia/Tokyo 0 0 * * *"}) {
    INFO(good);
    CHECK(schedule_fault(good).empty());
  }
  for (const char* bad : {"", "* * * *", "* * * * * *", "60 * * * *", "* * 0 * *", "*/0 * * * *",
                          "5-1 * * * *", "a * * * *", "@never", "1/2/3 * * * *"}) {
    INFO(bad);
    CHECK_FALSE(schedule_fault(bad).empty());
  }
}
