#include "reconciler/placement/policy.h"

#include "tests/unit/placement/policies.h"

using namespace flotilla;
using namespace flotilla::placement;

namespace {

PropagationPolicy read(const std::string& fields, const std::string& place = "shop") {
  return policy(place, "p", "{" + every_config + ", " + fields + "}");
}

const std::string failing_over = "'failover': {'application': {'decisionConditions': {}}}";

}  // namespace

TEST_CASE("a policy is read whole") {
  const PropagationPolicy all = read(
      "'priority': 7, 'conflictResolution': 'Overwrite', 'preserveResourcesOnDeletion': true, "
      "'association': true, 'propagateDeps': true, 'preemption': 'Never', "
      "'dependentOverrides': ['b', 'a'], 'activationPreference': 'Lazy', "
      "'suspension': {'dispatchingOnClusters': {'clusterNames': ['eu']}}, "
      "'failover': {'cluster': {'purgeMode': 'Directly'}}, 'schedulerName': 'default-scheduler', "
      "'schedulePriority': {'priorityClassSource': 'KubePriorityClass', 'priorityClassName': "
      "'high'}, 'placement': {'clusterAffinity': {'clusterNames': ['eu']}}");
  CHECK(all.namespace_ == "shop");
  CHECK(all.name == "p");
  CHECK(all.source.file == "test.json");
  REQUIRE(all.selectors.size() == 1);
  CHECK(all.selectors[0].namespace_ == "shop");
  CHECK(all.priority == 7);
  CHECK(all.conflict_resolution == ConflictResolution::overwrite);
  CHECK(all.preserve_on_deletion);
  CHECK(all.propagate_deps);
  CHECK_FALSE(all.preempts);
  CHECK(all.dependent_overrides == std::vector<std::string>{"b", "a"});
  CHECK(all.lazy);
  CHECK(all.suspension.clusters == std::vector<std::string>{"eu"});
  CHECK(canonical_json(all.suspension_tree) ==
        R"({"dispatchingOnClusters":{"clusterNames":["eu"]}})");
  CHECK(canonical_json(all.failover) == R"({"cluster":{"purgeMode":"Directly"}})");
  CHECK(all.scheduler_name == "default-scheduler");
  CHECK(all.priority_class == "high");
  REQUIRE(all.placement.terms.size() == 1);
  CHECK(all.placement.terms[0].affinity.cluster_names == std::vector<std::string>{"eu"});
}

TEST_CASE("defaults of a policy") {
  const PropagationPolicy least = policy("", "p", "{" + every_config + "}");
  CHECK(least.namespace_.empty());
  CHECK(least.selectors[0].namespace_.empty());
  CHECK(least.priority == 0);
  CHECK_FALSE(least.preempts);
  CHECK(least.dependent_overrides.empty());
  CHECK_FALSE(least.propagate_deps);
  CHECK_FALSE(least.lazy);
  CHECK_FALSE(least.suspension.holds("eu"));
  CHECK(least.suspension_tree.isNull());
  CHECK(least.failover.isNull());
  CHECK(least.conflict_resolution == ConflictResolution::abort);
  CHECK_FALSE(least.preserve_on_deletion);
  CHECK(least.scheduler_name == "default-scheduler");
  CHECK(least.priority_class.empty());
  CHECK(least.placement.terms.empty());
  CHECK_FALSE(least.placement.is_divided());
  CHECK(canonical_json(least.placement.tree) == "{}");
}

TEST_CASE("null and empty texts count as absent, as they do after Karmada's webhook") {
  const PropagationPolicy empty = read(
      "'priority': null, 'preemption': '', 'conflictResolution': '', 'activationPreference': '', "
      "'schedulerName': '', 'placement': null, 'failover': null, 'suspension': null, "
      "'propagateDeps': null, 'dependentOverrides': null, 'schedulePriority': null");
  CHECK(empty.priority == 0);
  CHECK_FALSE(empty.preempts);
  CHECK_FALSE(empty.lazy);
  CHECK(empty.conflict_resolution == ConflictResolution::abort);
  CHECK(empty.scheduler_name == "default-scheduler");
  CHECK(empty.failover.isNull());
  CHECK(empty.suspension_tree.isNull());
}

TEST_CASE("a policy without a namespace of its own lies in default") {
  Problems problems;
  const auto found = read_propagation_policy(
      test::object("{'apiVersion': 'policy.karmada.io/v1alpha1', 'kind': 'PropagationPolicy', "
                   "'metadata': {'name': 'p'}, 'spec': {" +
                   every_config + "}}"),
      problems);
  REQUIRE(found);
  CHECK(found->namespace_ == "default");
  CHECK(found->selectors[0].namespace_ == "default");
}

TEST_CASE("what a suspension holds") {
  const auto [suspension, eu, us] = GENERATE(table<std::string, bool, bool>({
      {"{}", false, false},
      {"{'dispatching': true}", true, true},
      {"{'dispatching': false}", false, false},
      {"{'dispatchingOnClusters': {}}", false, false},
      {"{'dispatchingOnClusters': {'clusterNames': ['eu']}}", true, false},
      {"{'dispatching': false, 'dispatchingOnClusters': {'clusterNames': ['us', 'eu']}}", true,
       true},
      {"{'dispatching': true, 'dispatchingOnClusters': {'clusterNames': []}}", true, true},
  }));
  INFO(suspension);
  const Suspension held = read("'suspension': " + suspension).suspension;
  CHECK(held.holds("eu") == eu);
  CHECK(held.holds("us") == us);
}

TEST_CASE("dependencies follow a ServiceImport, whatever propagateDeps says") {
  const std::string imports =
      "'resourceSelectors': [{'apiVersion': 'v1', 'kind': 'ConfigMap'}, {'apiVersion': "
      "'multicluster.x-k8s.io/v1alpha1', 'kind': 'ServiceImport'}]";
  CHECK(policy("shop", "p", "{" + imports + "}").propagate_deps);
  CHECK(policy("shop", "p", "{" + imports + ", 'propagateDeps': false}").propagate_deps);
  CHECK(policy("shop", "p", "{" + imports + ", " + failing_over + "}").propagate_deps);
}

TEST_CASE("preemption is for objects that are named") {
  CHECK(policy("shop", "p",
               "{'preemption': 'Always', 'resourceSelectors': [{'apiVersion': 'v1', 'kind': "
               "'ConfigMap', 'name': 'a'}]}")
            .preempts);
  CHECK(faults("'preemption': 'Always'") ==
        Lines{"invalid-value spec.preemption is Always, want a name in every resource selector for "
              "that"});
}

TEST_CASE("faults that the schema and the webhook of Karmada would find") {
  const auto [fields, line] = GENERATE(table<std::string, std::string>({
      {"'priority': 'high'", "wrong-type spec.priority is a text, want a whole number"},
      {"'priority': 1.5", "wrong-type spec.priority is a number, want a whole number"},
      {"'priority': 2147483648",
       "invalid-value spec.priority is 2147483648, want -2147483648 to 2147483647"},
      {"'conflictResolution': 'Ignore'",
       "invalid-value spec.conflictResolution is \"Ignore\", want one of Abort, Overwrite"},
      {"'preemption': 'Sometimes'",
       "invalid-value spec.preemption is \"Sometimes\", want one of Always, Never"},
      {"'activationPreference': 'Eager'",
       "invalid-value spec.activationPreference is \"Eager\", want one of Lazy"},
      {"'preserveResourcesOnDeletion': 'no'",
       "wrong-type spec.preserveResourcesOnDeletion is a text, want true or false"},
      {"'propagateDeps': 'no'", "wrong-type spec.propagateDeps is a text, want true or false"},
      {"'association': 1", "wrong-type spec.association is a number, want true or false"},
      {"'dependentOverrides': 'a'", "wrong-type spec.dependentOverrides is a text, want a list"},
      {"'dependentOverrides': ['a', 1]",
       "wrong-type spec.dependentOverrides[1] is a number, want a text"},
      {"'schedulerName': 1", "wrong-type spec.schedulerName is a number, want a text"},
      {"'suspension': true", "wrong-type spec.suspension is a truth value, want a map"},
      {"'suspension': {'dispatching': 'true'}",
       "wrong-type spec.suspension.dispatching is a text, want true or false"},
      {"'suspension': {'dispatchingOnClusters': ['a']}",
       "wrong-type spec.suspension.dispatchingOnClusters is a list, want a map"},
      {"'suspension': {'dispatching': true, 'dispatchingOnClusters': {'clusterNames': ['a']}}",
       "invalid-value spec.suspension.dispatching is true and dispatchingOnClusters has names, "
       "want one of them"},
      {"'schedulePriority': {'priorityClassSource': 'PodPriorityClass', 'priorityClassName': 'a'}",
       "invalid-value spec.schedulePriority.priorityClassSource is \"PodPriorityClass\", want one "
       "of KubePriorityClass"},
      {"'schedulePriority': {'priorityClassName': 'a'}",
       "missing-field spec.schedulePriority.priorityClassSource is missing, want one of "
       "KubePriorityClass"},
      {"'schedulePriority': {'priorityClassSource': 'KubePriorityClass'}",
       "missing-field spec.schedulePriority.priorityClassName is missing, want a text"},
      {"'placement': []", "wrong-type spec.placement is a list, want a map"},
      {failing_over,
       "invalid-value spec.propagateDeps is missing, want true when failover.application is set"},
      {failing_over + ", 'propagateDeps': false",
       "invalid-value spec.propagateDeps is false, want true when failover.application is set"},
      {"'prority': 1", "unknown-field spec.prority is not a known field (did you mean priority?)"},
  }));
  INFO(fields);
  CHECK(faults(fields) == Lines{line});
}

TEST_CASE("what has no effect yet is a warning") {
  const auto [fields, line] = GENERATE(table<std::string, std::string>({
      {"'schedulerName': 'mine'",
       "no-effect-yet spec.schedulerName is \"mine\", want default-scheduler: there is no other "
       "scheduler here"},
      {"'failover': {'cluster': {}}",
       "no-effect-yet spec.failover has no effect yet: nothing fails over by itself"},
  }));
  INFO(fields);
  CHECK(warnings(fields) == Lines{line});
}

TEST_CASE("what has an effect is no warning") {
  CHECK(warnings("'activationPreference': 'Lazy', 'propagateDeps': true, 'failover': {}, "
                 "'dependentOverrides': ['a'], 'suspension': {'dispatching': true}, "
                 "'schedulePriority': {'priorityClassSource': 'KubePriorityClass', "
                 "'priorityClassName': 'a'}, 'placement': {'replicaScheduling': {}}")
            .empty());
}

TEST_CASE("selectors are required, and those of a namespaced policy stay in its namespace") {
  const auto [spec, message] = GENERATE(table<std::string, std::string>({
      {"{}", "spec.resourceSelectors is empty, want at least one selector"},
      {"{'resourceSelectors': []}", "spec.resourceSelectors is empty, want at least one selector"},
      {"{'resourceSelectors': {}}", "spec.resourceSelectors is a map, want a list"},
      {"{'resourceSelectors': ['ConfigMap']}", "spec.resourceSelectors[0] is a text, want a map"},
      {"{'resourceSelectors': [{'kind': 'ConfigMap'}]}",
       "spec.resourceSelectors[0].apiVersion is missing, want a text"},
      {"{'resourceSelectors': [{'apiVersion': 'v1'}]}",
       "spec.resourceSelectors[0].kind is missing, want a text"},
      {"{'resourceSelectors': [{'apiVersion': 'v1', 'kind': 'ConfigMap', 'namespace': 'x'}]}",
       "spec.resourceSelectors[0].namespace is \"x\", want the policy's own namespace \"shop\""},
      {"{'resourceSelectors': [{'apiVersion': 'v1', 'kind': 'ConfigMap', 'labelSelector': "
       "{'matchLabels': {'a b': 'c'}}}]}",
       "spec.resourceSelectors[0].labelSelector.matchLabels has the key \"a b\": want letters, "
       "digits, '-', '_' or '.', with a letter or digit at both ends"},
      {"[]", "spec is a list, want a map"},
  }));
  Problems problems;
  INFO(spec);
  CHECK_FALSE(read_propagation_policy(policy_file("shop", "p", spec), problems));
  for (const std::string& line : test::lines(problems)) UNSCOPED_INFO(line);
  REQUIRE_FALSE(problems.empty());
  CHECK(problems[0].message == message);
}

TEST_CASE("faults stand at their place in the file") {
  Problems problems;
  read_propagation_policy(
      policy_file("shop", "p",
                  "{\n" + every_config +
                      ",\n'priority': 'high',\n'placement': {'clusterTolerations': [\n"
                      "{'operator': 'Gt'}],\n'spreadConstraints': [{'maxGroups': 1},\n"
                      "{'spreadByField': 'region', 'maxGroups': -1}]},\n'failover': {\n"
                      "'application': {}}}"),
      problems);
  CHECK(
      test::lines(problems) ==
      std::vector<std::string>{
          "3:13 wrong-type spec.priority is a text, want a whole number",
          "5:14 invalid-value spec.placement.clusterTolerations[0].operator is \"Gt\", want Equal "
          "or Exists",
          "7:42 invalid-value spec.placement.spreadConstraints[1].maxGroups is -1, want 0 or "
          "more",
          "8:13 invalid-value spec.propagateDeps is missing, want true when failover.application "
          "is set",
          "~8:13 no-effect-yet spec.failover has no effect yet: nothing fails over by itself",
          "9:16 missing-field spec.failover.application.decisionConditions is missing, want a "
          "map",
      });
  for (const Problem& problem : problems) {
    CHECK(problem.object == "PropagationPolicy.policy.karmada.io/shop/p");
    CHECK(problem.where.file == "test.json");
  }
}
