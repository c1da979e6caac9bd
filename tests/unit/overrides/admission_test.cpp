#include "overrides/cluster.h"
#include "overrides/policy.h"
#include "tests/support/documents.h"
#include "tests/support/problems.h"

using namespace flotilla;
using namespace flotilla::overrides;

// What Karmada's admission lets through although it cannot work (karmada-semantics 4 and 28): a
// warning when it is read, and an error only for objects that it is applied to.
namespace {

std::optional<OverridePolicy> read(const std::string& spec, Problems& problems) {
  return read_override_policy(
      test::object("{'apiVersion': 'policy.karmada.io/v1alpha1', 'kind': 'OverridePolicy', "
                   "'metadata': {'name': 'p', 'namespace': 'shop'}, 'spec': " +
                   spec + "}"),
      problems);
}

std::string applied(const Overrider& overrider, const std::string& text) {
  Json::Value object = test::tree(text);
  const auto done = overrider.apply(object, {});
  return done ? canonical_json(object) : "error: " + done.error().message;
}

}  // namespace

TEST_CASE("the overriders of the deprecated form are not validated") {
  using Row = std::tuple<std::string, std::string, std::string>;
  const auto [overriders, warning,
              outcome] = GENERATE(table<std::string, std::string, std::string>({
      Row{"{'labelsOverrider': [{'operator': 'add', 'value': {'a': '-'}}]}",
          "labelsOverrider[0].value has the value \"-\"",
          R"({"kind":"Foo","metadata":{"labels":{"a":"-"}},"text":"{}"})"},
      Row{"{'annotationsOverrider': [{'operator': 'add', 'value': {'a b': 'c'}}]}",
          "annotationsOverrider[0].value has the key \"a b\"",
          R"({"kind":"Foo","metadata":{"annotations":{"a b":"c"}},"text":"{}"})"},
      Row{"{'fieldOverrider': [{'fieldPath': 'text', 'json': [{'subPath': '/a', 'operator': "
          "'remove'}]}]}",
          "fieldOverrider[0].fieldPath the path \"text\" does not begin with '/'",
          "error: the path \"text\" does not begin with '/'"},
      Row{"{'fieldOverrider': [{'fieldPath': '/text', 'json': [{'subPath': '/a', 'operator': "
          "'add'}]}]}",
          "fieldOverrider[0].json[0].value is missing",
          R"({"kind":"Foo","metadata":{},"text":"{\"a\":null}"})"},
      Row{"{'imageOverrider': [{'component': 'Tag', 'operator': 'remove', 'predicate': {'path': "
          "'text'}}]}",
          "imageOverrider[0].predicate.path is \"text\", want a path that begins with '/'",
          "error: predicate path is \"text\", want a path that begins with '/'"},
  }));
  INFO(overriders);
  Problems problems;
  const auto policy = read("{'overriders': " + overriders + "}", problems);
  REQUIRE(policy);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].severity == Severity::warning);
  CHECK_THAT(problems[0].message, Catch::StartsWith("spec.overriders." + warning));
  CHECK(applied(policy->rules[0].overriders[0], "{'kind': 'Foo', 'metadata': {}, 'text': '{}'}") ==
        outcome);

  Problems strict;
  CHECK_FALSE(read("{'overrideRules': [{'overriders': " + overriders + "}]}", strict));
}

TEST_CASE("a path that only rendering needs is a warning") {
  const std::string overriders = GENERATE(
      as<std::string>(), "{'plaintext': [{'path': 'spec/image', 'operator': 'remove'}]}",
      "{'fieldOverrider': [{'fieldPath': '', 'yaml': [{'subPath': '/a', 'operator': 'remove'}]}]}");
  Problems problems;
  const auto policy = read("{'overrideRules': [{'overriders': " + overriders + "}]}", problems);
  REQUIRE(policy);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].severity == Severity::warning);
  CHECK_THAT(applied(policy->rules[0].overriders[0], "{'kind': 'Foo'}"),
             Catch::StartsWith("error: the "));
}

TEST_CASE("a Cluster with a credential may leave its address out") {
  const auto object = std::make_shared<const Object>(
      test::object("{'apiVersion': 'cluster.karmada.io/v1alpha1', 'kind': 'Cluster', 'metadata': "
                   "{'name': 'm1'}, 'spec': {'syncMode': 'Push', 'secretRef': {'namespace': 'a', "
                   "'name': 'b'}}}"));
  Problems problems;
  CHECK(read_cluster(object, problems));
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].severity == Severity::warning);
  CHECK(problems[0].message ==
        "spec.apiEndpoint is missing, want the address of the server that spec.secretRef is for");
}
