#include "reconciler/placement/policy.h"

#include "tests/unit/placement/policies.h"

using namespace flotilla;
using namespace flotilla::placement;

namespace {

Problems faults(const std::string& fields, const std::string& place = "shop") {
  Problems problems;
  const auto read = read_propagation_policy(
      policy_file(place, "p", "{" + every_config + ", " + fields + "}"), problems);
  CHECK(read.has_value() == !has_error(problems));
  return problems;
}

}  // namespace

TEST_CASE("a policy is read whole") {
  const PropagationPolicy read =
      policy("shop", "p",
             "{" + every_config +
                 ", 'priority': 7, 'conflictResolution': 'Overwrite', "
                 "'preserveResourcesOnDeletion': true, 'association': true, "
                 "'propagateDeps': false, 'preemption': 'Never', 'dependentOverrides': [], "
                 "'failover': {}, 'suspension': "
                 "{'dispatching': false}, 'schedulerName': 'default-scheduler', 'placement': "
                 "{'clusterAffinity': {'clusterNames': "
                 "['eu']}, 'clusterTolerations': [{'key': 'k', 'operator': 'Exists', 'effect': "
                 "'NoSchedule', 'tolerationSeconds': "
                 "30}], 'spreadConstraints': [], 'replicaScheduling': {'replicaSchedulingType': "
                 "'Duplicated'}}}");
  CHECK(read.namespace_ == "shop");
  CHECK(read.name == "p");
  CHECK(read.source.file == "test.json");
  REQUIRE(read.selectors.size() == 1);
  CHECK(read.selectors[0].namespace_ == "shop");
  CHECK(read.priority == 7);
  CHECK(read.conflict_resolution == ConflictResolution::overwrite);
  CHECK(read.preserve_on_deletion);
  CHECK(read.scheduler_name == "default-scheduler");
  REQUIRE(read.placement.terms.size() == 1);
  CHECK(read.placement.terms[0].name.empty());
  CHECK(read.placement.terms[0].affinity.cluster_names == std::vector<std::string>{"eu"});
  REQUIRE(read.placement.tolerations.size() == 1);
  CHECK(read.placement.tolerations[0].key == "k");
  CHECK(get_string(read.placement.tree, {"replicaScheduling", "replicaSchedulingType"}) ==
        "Duplicated");
  CHECK(read.placement.tree["clusterTolerations"][0]["tolerationSeconds"] == 30);
}

TEST_CASE("defaults of a policy") {
  const PropagationPolicy read = policy("", "p", "{" + every_config + "}");
  CHECK(read.namespace_.empty());
  CHECK(read.selectors[0].namespace_.empty());
  CHECK(read.priority == 0);
  CHECK(read.conflict_resolution == ConflictResolution::abort);
  CHECK_FALSE(read.preserve_on_deletion);
  CHECK(read.placement.terms.empty());
  CHECK(canonical_json(read.placement.tree) == "{}");
}

TEST_CASE("affinity terms keep their order and names") {
  const PropagationPolicy read = policy(
      "shop", "p",
      "{" + every_config +
          ", 'placement': {'clusterAffinities': [{'affinityName': 'z', 'clusterNames': ['eu']}, "
          "{'affinityName': 'a', 'labelSelector': {'matchLabels': {'b': 'c'}}, "
          "'overflowAffinities': []}]}}");
  REQUIRE(read.placement.terms.size() == 2);
  CHECK(read.placement.terms[0].name == "z");
  CHECK(read.placement.terms[0].affinity.cluster_names == std::vector<std::string>{"eu"});
  CHECK(read.placement.terms[1].name == "a");
  CHECK(read.placement.terms[1].affinity.label_selector->match_labels.at("b") == "c");
}

TEST_CASE("faults that the webhook of Karmada would find") {
  const auto [fields, message] = GENERATE(table<std::string, std::string>({
      {"'priority': 'high'", "spec.priority is a text, want a whole number"},
      {"'priority': 1.5", "spec.priority is a number, want a whole number"},
      {"'priority': 2147483648", "spec.priority is 2147483648, want -2147483648 to 2147483647"},
      {"'conflictResolution': 'Ignore'",
       "spec.conflictResolution is \"Ignore\", want one of Abort, Overwrite"},
      {"'preemption': 'Sometimes'", "spec.preemption is \"Sometimes\", want one of Always, Never"},
      {"'preemption': 'Always'", "want a name in every resource selector"},
      {"'activationPreference': 'Eager'",
       "spec.activationPreference is \"Eager\", want one of Lazy"},
      {"'preserveResourcesOnDeletion': 'no'",
       "spec.preserveResourcesOnDeletion is a text, want true or false"},
      {"'suspension': {'dispatching': true, 'dispatchingOnClusters': {'clusterNames': ['a']}}",
       "want one of them"},
      {"'schedulePriority': {'priorityClassSource': 'PodPriorityClass', 'priorityClassName': 'a'}",
       "want one of KubePriority"},
      {"'schedulePriority': {'priorityClassSource': 'KubePriorityClass'}",
       "spec.schedulePriority.priorityClassName is missing"},
      {"'placement': []", "spec.placement is a list, want a map"},
      {"'placement': {'clusterAffinity': {}, 'clusterAffinities': [{'affinityName': 'a'}]}",
       "spec.placement.clusterAffinities and clusterAffinity are both set"},
      {"'placement': {'clusterAffinities': [{}]}", "clusterAffinities[0].affinityName is missing"},
      {"'placement': {'clusterAffinities': [{'affinityName': 'a b'}]}", "affinityName is \"a b\""},
      {"'placement': {'clusterAffinities': [{'affinityName': "
       "'a12345678901234567890123456789012'}]}",
       "32 characters"},
      {"'placement': {'clusterAffinities': [{'affinityName': 'a'}, {'affinityName': 'a'}]}",
       "is used twice"},
      {"'placement': {'clusterAffinity': {'fieldSelector': {'matchExpressions': [{'key': 'zone', "
       "'operator': 'Is'}]}}}",
       "spec.placement.clusterAffinity.fieldSelector.matchExpressions[0].operator is \"Is\""},
      {"'placement': {'clusterTolerations': [{'operator': 'Lt'}]}",
       "operator is \"Lt\", want Equal or Exists"},
      {"'placement': {'clusterTolerations': [{'tolerationSeconds': '5'}]}",
       "tolerationSeconds is a text"},
      {"'placement': {'replicaScheduling': {'replicaSchedulingType': 'Copied'}}",
       "want one of Duplicated, Divided"},
  }));
  INFO(fields);
  const Problems problems = faults(fields);
  bool found = false;
  for (const Problem& p : problems) {
    found =
        found || (p.severity == Severity::error && p.message.find(message) != std::string::npos);
    CHECK(p.where.column > 1);
    CHECK(p.object == "PropagationPolicy.policy.karmada.io/shop/p");
  }
  for (const std::string& line : test::lines(problems)) UNSCOPED_INFO(line);
  CHECK(found);
}

TEST_CASE("what is not built yet stops a policy, at its place") {
  const auto [fields, path] = GENERATE(table<std::string, std::string>({
      {"'propagateDeps': true", "spec.propagateDeps is"},
      {"'dependentOverrides': ['a']", "spec.dependentOverrides is"},
      {"'failover': {'cluster': {}}", "spec.failover is"},
      {"'suspension': {'dispatching': true}", "spec.suspension is"},
      {"'suspension': {'dispatchingOnClusters': {'clusterNames': ['a']}}", "spec.suspension is"},
      {"'placement': {'replicaScheduling': {'replicaSchedulingType': 'Divided'}}",
       "spec.placement.replicaScheduling.replicaSchedulingType is Divided"},
      {"'placement': {'replicaScheduling': {}}",
       "spec.placement.replicaScheduling.replicaSchedulingType is missing, which means"},
      {"'placement': {'spreadConstraints': [{'spreadByField': 'region'}]}",
       "spec.placement.spreadConstraints is"},
      {"'placement': {'workloadAffinity': {'affinity': {'groupByLabelKey': 'a'}}}",
       "spec.placement.workloadAffinity is"},
      {"'placement': {'clusterAffinities': [{'affinityName': 'a', 'overflowAffinities': "
       "[{'affinityName': 'b'}]}]}",
       "spec.placement.clusterAffinities[0].overflowAffinities is"},
  }));
  INFO(fields);
  const Problems problems = faults(fields);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].code == "not-supported-yet");
  CHECK_THAT(problems[0].message, Catch::StartsWith(path));
  CHECK(problems[0].where.column > 1);
}

TEST_CASE("what has no effect yet is a warning") {
  const auto [fields, message] = GENERATE(table<std::string, std::string>({
      {"'activationPreference': 'Lazy'", "spec.activationPreference is Lazy"},
      {"'schedulerName': 'mine'", "spec.schedulerName is \"mine\""},
      {"'schedulePriority': {'priorityClassSource': 'KubePriorityClass', 'priorityClassName': 'a'}",
       "spec.schedulePriority has"},
  }));
  INFO(fields);
  const Problems problems = faults(fields);
  REQUIRE(problems.size() == 1);
  CHECK(test::has_warning(problems, "no-effect-yet", message));

  Problems preempting;
  CHECK(read_propagation_policy(
      policy_file("shop", "p",
                  "{'preemption': 'Always', 'resourceSelectors': [{'apiVersion': 'v1', 'kind': "
                  "'ConfigMap', 'name': 'a'}]}"),
      preempting));
  CHECK(test::has_warning(preempting, "no-effect-yet", "spec.preemption is Always"));
}

TEST_CASE("unknown fields are errors at every level, as for an API server") {
  const Problems problems = faults(
      "'prority': 1, 'placement': {'clusterAfinity': {}, 'clusterAffinities': [{'affinityName': "
      "'a', 'clusters': []}], "
      "'clusterTolerations': [{'seconds': 1}]}");
  CHECK(problems.size() == 4);
  CHECK(test::has_error(problems, "unknown-field", "spec.prority is"));
  CHECK(test::has_error(problems, "unknown-field", "spec.placement.clusterAfinity is"));
  CHECK(test::has_error(problems, "unknown-field",
                        "spec.placement.clusterAffinities[0].clusters is"));
  CHECK(test::has_error(problems, "unknown-field",
                        "spec.placement.clusterTolerations[0].seconds is"));
}

TEST_CASE("selectors are required, and those of a namespaced policy stay in its namespace") {
  const auto [spec, message] = GENERATE(table<std::string, std::string>({
      {"{}", "spec.resourceSelectors is empty"},
      {"{'resourceSelectors': []}", "spec.resourceSelectors is empty"},
      {"{'resourceSelectors': {}}", "spec.resourceSelectors is a map, want a list"},
      {"{'resourceSelectors': [{'apiVersion': 'v1', 'kind': 'ConfigMap', 'namespace': 'x'}]}",
       "want the policy's own namespace"},
      {"{'resourceSelectors': [{'apiVersion': 'multicluster.x-k8s.io/v1alpha1', 'kind': "
       "'ServiceImport'}]}",
       "ServiceImport"},
      {"[]", "spec is a list, want a map"},
  }));
  Problems problems;
  INFO(spec);
  CHECK_FALSE(read_propagation_policy(policy_file("shop", "p", spec), problems));
  bool found = false;
  for (const Problem& p : problems) found = found || p.message.find(message) != std::string::npos;
  CHECK(found);
}

TEST_CASE("all faults of a policy are found in one pass") {
  const Problems problems = faults(
      "'priority': true, 'propagateDeps': true, 'placement': {'clusterAffinity': {'exclude': 'a'}, "
      "'replicaScheduling': {}, 'spreadConstraints': 'x'}");
  CHECK(problems.size() == 5);
}
