#include "overrides/policy.h"

#include "tests/support/documents.h"
#include "tests/support/problems.h"

using namespace flotilla;
using namespace flotilla::overrides;

namespace {

Object policy_file(const std::string& spec, const std::string& kind = "OverridePolicy") {
  const std::string place = kind == "OverridePolicy" ? ", 'namespace': 'shop'" : "";
  return test::object("{'apiVersion': 'policy.karmada.io/v1alpha1', 'kind': '" + kind +
                      "', 'metadata': {'name': 'p'" + place + "}, 'spec': " + spec + "}");
}

std::vector<std::string> kinds(const OverrideRule& rule) {
  std::vector<std::string> names;
  for (const Overrider& overrider : rule.overriders) names.push_back(overrider.kind);
  return names;
}

}  // namespace

TEST_CASE("an OverridePolicy is read whole, its overriders in the order in which they run") {
  Problems problems;
  const auto policy =
      read_override_policy(policy_file("{'resourceSelectors': [{'apiVersion': 'apps/v1', 'kind': "
                                       "'Deployment'}], 'overrideRules': [{'targetCluster': "
                                       "{'clusterNames': ['a']}, 'overriders': {'plaintext': "
                                       "[{'path': '/a', 'operator': 'remove'}, {'path': '/b', "
                                       "'operator': 'remove'}], 'annotationsOverrider': "
                                       "[{'operator': 'add', 'value': {'a': 'b'}}], "
                                       "'labelsOverrider': [{'operator': 'add', 'value': {'a': "
                                       "'b'}}], 'imageOverrider': [{'component': 'Tag', "
                                       "'operator': 'remove'}, {'component': 'Registry', "
                                       "'operator': 'remove'}], 'commandOverrider': []}}, "
                                       "{'overriders': {}}]}"),
                           problems);
  for (const std::string& line : test::lines(problems)) UNSCOPED_INFO(line);
  REQUIRE(policy);
  CHECK(problems.empty());
  CHECK(policy->namespace_ == "shop");
  CHECK(policy->name == "p");
  CHECK(policy->source.file == "test.json");
  REQUIRE(policy->selectors.size() == 1);
  CHECK(policy->selectors[0].namespace_ == "shop");
  REQUIRE(policy->rules.size() == 2);
  CHECK(policy->rules[0].target_cluster->cluster_names == std::vector<std::string>{"a"});
  CHECK(kinds(policy->rules[0]) == std::vector<std::string>{"imageOverrider", "imageOverrider",
                                                            "labelsOverrider",
                                                            "annotationsOverrider", "plaintext"});
  CHECK_FALSE(policy->rules[1].target_cluster);
}

TEST_CASE("a ClusterOverridePolicy has no namespace and leaves its selectors alone") {
  Problems problems;
  const auto policy =
      read_override_policy(policy_file("{'resourceSelectors': [{'apiVersion': 'v1', 'kind': "
                                       "'Secret', 'namespace': 'any'}, {'apiVersion': 'v1', "
                                       "'kind': 'Namespace'}]}",
                                       "ClusterOverridePolicy"),
                           problems);
  REQUIRE(policy);
  CHECK(policy->namespace_.empty());
  CHECK(policy->selectors[0].namespace_ == "any");
  CHECK(policy->selectors[1].namespace_.empty());
}

TEST_CASE("the old form is one rule") {
  Problems problems;
  const std::string overriders =
      "'overriders': {'labelsOverrider': [{'operator': 'add', 'value': {'a': 'b'}}]}";
  const auto policy = read_override_policy(
      policy_file("{'targetCluster': {'exclude': ['x']}, " + overriders + "}"), problems);
  REQUIRE(policy);
  REQUIRE(policy->rules.size() == 1);
  CHECK(policy->rules[0].target_cluster->exclude == std::vector<std::string>{"x"});
  CHECK(kinds(policy->rules[0]) == std::vector<std::string>{"labelsOverrider"});

  SECTION("with an empty overrideRules too") {
    CHECK(read_override_policy(policy_file("{'overrideRules': [], " + overriders + "}"), problems)
              ->rules.size() == 1);
  }
  SECTION("but not beside rules") {
    CHECK_FALSE(read_override_policy(
        policy_file("{'overrideRules': [{'overriders': {}}], " + overriders + "}"), problems));
    CHECK(test::has_error(problems, "invalid-value",
                          "spec.overriders and spec.overrideRules are both set"));
    problems.clear();
    CHECK_FALSE(read_override_policy(
        policy_file("{'overrideRules': [{'overriders': {}}], 'targetCluster': {}}"), problems));
    CHECK(test::has_error(problems, "invalid-value",
                          "spec.targetCluster and spec.overrideRules are both set"));
  }
}

TEST_CASE("all faults of a policy are found in one pass") {
  Problems problems;
  CHECK_FALSE(read_override_policy(
      policy_file("{\n'resourceSelectors': [{'kind': 'X'}, {'apiVersion': 'v1', 'kind': 'X', "
                  "'namespace': 'other'}],\n"
                  "'overrideRules': [{'targetCluster': {'clusterNames': 'a'}, 'overriders': "
                  "{'imageOverrider': [{'component': "
                  "'Host', 'operator': 'add'}], 'plaintext': 'x'}},\n{'target': 1}], 'more': 2}"),
      problems));
  CHECK(problems.size() == 8);
  CHECK(test::has_error(problems, "missing-field",
                        "spec.resourceSelectors[0].apiVersion is missing"));
  CHECK(test::has_error(problems, "invalid-value",
                        "spec.resourceSelectors[1].namespace is \"other\""));
  CHECK(test::has_error(problems, "wrong-type",
                        "spec.overrideRules[0].targetCluster.clusterNames is a text"));
  CHECK(test::has_error(problems, "invalid-value", "imageOverrider[0].component is \"Host\""));
  CHECK(test::has_error(problems, "wrong-type",
                        "spec.overrideRules[0].overriders.plaintext is a text, want a list"));
  CHECK(test::has_error(problems, "missing-field", "spec.overrideRules[1].overriders is missing"));
  CHECK(test::has_error(problems, "unknown-field",
                        "spec.overrideRules[1].target is not a known field"));
  CHECK(test::has_error(problems, "unknown-field", "spec.more is not a known field"));
  for (const Problem& p : problems) CHECK(p.object == "OverridePolicy.policy.karmada.io/shop/p");
}

TEST_CASE("a policy without spec, or with one of a wrong type") {
  Problems problems;
  CHECK_FALSE(
      read_override_policy(test::object("{'apiVersion': 'policy.karmada.io/v1alpha1', 'kind': "
                                        "'OverridePolicy', 'metadata': {'name': 'p'}}"),
                           problems));
  CHECK(test::has_error(problems, "missing-field", "spec is missing, want a map"));
  problems.clear();
  CHECK_FALSE(read_override_policy(policy_file("[]"), problems));
  CHECK(test::has_error(problems, "wrong-type", "spec is a list, want a map"));
}

TEST_CASE("annotations that extend a policy are checked") {
  const auto [annotations, message] = GENERATE(table<const char*, const char*>({
      {"{'flotilla.dev/expand': 'yes'}",
       "metadata.annotations[\"flotilla.dev/expand\"] is \"yes\", want \"true\" or \"false\""},
      {"{'flotilla.dev/expand': true}", "is a truth value, want \"true\" or \"false\""},
      {"{'flotilla.dev/override-containers': 'sidecars'}",
       "metadata.annotations[\"flotilla.dev/override-containers\"] has \"sidecars\", want "
       "initContainers, ephemeralContainers, CronJob or JSON pointers"},
      {"{'flotilla.dev/override-containers': ''}", "has \"\", want initContainers"},
      {"{'flotilla.dev/override-containers': 1}", "is a number, want a text"},
  }));
  INFO(annotations);
  Problems problems;
  CHECK_FALSE(read_override_policy(
      test::object("{'kind': 'OverridePolicy', 'metadata': {'name': 'p', 'annotations': " +
                   std::string(annotations) + "}, 'spec': {}}"),
      problems));
  REQUIRE(problems.size() == 1);
  CHECK_THAT(problems[0].message, Catch::Contains(message));
  CHECK(problems[0].where.column > 50);
}
