#include "overrides/overriders/expand.h"

#include "overrides/policy.h"
#include "tests/support/documents.h"
#include "tests/support/problems.h"

using namespace flotilla;
using namespace flotilla::overrides;

namespace {

Cluster member() {
  Cluster cluster;
  cluster.name = "eu-1";
  cluster.region = "eu";
  cluster.zones = {"a", "b"};
  cluster.labels = {{"env", "prod"}, {"x.io/tier", "web"}, {"empty", ""}};
  cluster.object = std::make_shared<const Object>(test::object(
      "{'kind': 'Cluster', 'metadata': {'name': 'eu-1', 'annotations': {'domain': 'eu.shop'}}}"));
  return cluster;
}

}  // namespace

TEST_CASE("facts of the cluster in a text") {
  const auto [text, wanted] = GENERATE(table<std::string, std::string>({
      {"plain", "plain"},
      {"", ""},
      {"${cluster.name}", "eu-1"},
      {"a-${cluster.name}-${cluster.region}.b", "a-eu-1-eu.b"},
      {"${cluster.zone}", "a"},
      {"${cluster.zones}", "a,b"},
      {"${cluster.labels['env']}", "prod"},
      {"${cluster.labels[\"x.io/tier\"]}", "web"},
      {"${cluster.labels['empty']:-x}", ""},
      {"${cluster.labels['none']:-x y}", "x y"},
      {"${cluster.labels['none']:-}", ""},
      {"${cluster.labels['env']:-x}", "prod"},
      {"${cluster.provider:-bare}", "bare"},
      {"${cluster.annotations['domain']}", "eu.shop"},
      {"$${cluster.name}", "${cluster.name}"},
      {"$$$${HOME}$$", "$${HOME}$"},
      {"$5 $(VAR) $", "$5 $(VAR) $"},
      {"$$${cluster.name}", "$eu-1"},
  }));
  INFO(text);
  const auto expanded = expand(text, member());
  REQUIRE(expanded);
  CHECK(*expanded == wanted);
}

TEST_CASE("texts that cannot be expanded") {
  const auto [text, message] = GENERATE(table<std::string, std::string>({
      {"${HOME}", "found ${HOME}, want cluster.name, region"},
      {"${cluster.kind}", "found ${cluster.kind}, want cluster.name"},
      {"${cluster.names}", "found ${cluster.names}, want cluster.name"},
      {"${cluster.labels}", "found ${cluster.labels}, want"},
      {"${cluster.labels[env]}", "found ${cluster.labels[env]}, want"},
      {"${cluster.labels['env}", "found ${cluster.labels['env}, want"},
      {"${cluster.labels['env'}", "found ${cluster.labels['env'}, want"},
      {"${cluster.name", "found a ${ without a }"},
      {"pa${ssword", "found a ${ without a }"},
      {"${cluster.region:-${cluster.name}}",
       "found a ${ in the default of ${cluster.region:-${cluster.name}, want a text (a default "
       "ends "
       "at the first })"},
      {"${cluster.name!}", "found \"!\" in ${cluster.name!}, want } or :-"},
      {"${cluster.provider}",
       "the cluster has no value for ${cluster.provider} "
       "(${cluster.provider:-default} gives one)"},
      {"x ${cluster.labels['none']}", "the cluster has no value for ${cluster.labels['none']}"},
      {"${cluster.annotations['none']}", "the cluster has no value for"},
      {"${", "found a ${ without a }"},
      {"${}", "found ${}, want"},
  }));
  INFO(text);
  const auto expanded = expand(text, member());
  REQUIRE_FALSE(expanded);
  CHECK_THAT(expanded.error().message, Catch::StartsWith(message));
}

TEST_CASE("a cluster without a file has no annotations") {
  CHECK_FALSE(expand("${cluster.annotations['domain']}", Cluster{}));
}

namespace {

// Applies the overriders of a policy that expands.
std::string outcome(const std::string& overriders, const std::string& object,
                    const std::string& expand = "true") {
  Problems problems;
  const auto policy = read_override_policy(
      test::object("{'kind': 'OverridePolicy', 'metadata': {'name': 'p', 'annotations': "
                   "{'flotilla.dev/expand': '" +
                   expand + "'}}, 'spec': {'overrideRules': [{'overriders':\n" + overriders +
                   "}]}}"),
      problems);
  if (!policy) return "fault: " + join(test::lines(problems), "; ");
  Json::Value tree = test::tree(object);
  for (const Overrider& overrider : policy->rules[0].overriders)
    if (const auto done = overrider.apply(tree, member()); !done) return to_string(done.error());
  return replace_all(canonical_json(tree), "\"", "'");
}

}  // namespace

TEST_CASE("values of every overrider are expanded, and nothing else of it") {
  CHECK(outcome("{'imageOverrider': [{'component': 'Registry', 'operator': 'replace', 'value': "
                "'${cluster.region}.reg'}]}",
                "{'kind': 'Pod', 'spec': {'containers': [{'image': 'a'}]}}") ==
        "{'kind':'Pod','spec':{'containers':[{'image':'eu.reg/a'}]}}");
  CHECK(outcome("{'argsOverrider': [{'containerName': 'a', 'operator': 'add', 'value': "
                "['--at=${cluster.name}', '$$x']}], 'commandOverrider': [{'containerName': "
                "'${cluster.name}', 'operator': 'add', 'value': ['x']}]}",
                "{'kind': 'Pod', 'spec': {'containers': [{'name': 'a'}]}}") ==
        "{'kind':'Pod','spec':{'containers':[{'args':['--at=eu-1','$x'],'name':'a'}]}}");
  CHECK(outcome("{'labelsOverrider': [{'operator': 'add', 'value': {'at': '${cluster.name}'}}], "
                "'annotationsOverrider': [{'operator': 'add', 'value': {'d': "
                "'${cluster.annotations[\\'domain\\']}'}}]}",
                "{'metadata': {}}") ==
        "{'metadata':{'annotations':{'d':'eu.shop'},'labels':{'at':'eu-1'}}}");
  CHECK(outcome("{'plaintext': [{'operator': 'add', 'path': '/${cluster.name}', 'value': "
                "{'${cluster.name}': ['${cluster.zone}', 1]}}]}",
                "{}") == "{'${cluster.name}':{'${cluster.name}':['a',1]}}");
  CHECK(outcome("{'fieldOverrider': [{'fieldPath': '/c', 'yaml': [{'subPath': '/z', 'operator': "
                "'add', 'value': '${cluster.zones}'}]}]}",
                "{'c': 'a: 1'}") == "{'c':'a: 1\\nz: a,b\\n'}");
}

TEST_CASE("without the annotation texts stay literal") {
  const std::string annotate =
      "{'annotationsOverrider': [{'operator': 'add', 'value': {'d': '${cluster.name} $$'}}]}";
  CHECK(outcome(annotate, "{'metadata': {}}", "false") ==
        "{'metadata':{'annotations':{'d':'${cluster.name} $$'}}}");
  CHECK_THAT(outcome("{'labelsOverrider': [{'operator': 'add', 'value': {'d': "
                     "'${cluster.name}'}}]}",
                     "{}", "false"),
             Catch::Contains("has the value \"${cluster.name}\""));
}

TEST_CASE("an error of an expansion names its place") {
  CHECK_THAT(outcome("{'plaintext': [\n{'operator': 'add', 'path': '/a', 'value': {'b':\n "
                     "'${cluster.labels[\\'none\\']}'}}]}",
                     "{}"),
             Catch::StartsWith("test.json:4:2: the cluster has no value for"));
}

TEST_CASE("what comes out of an expansion is held to the rules of a file") {
  CHECK_THAT(outcome("{'labelsOverrider': [{'operator': 'add', 'value': {'at': "
                     "'${cluster.zones}'}}]}",
                     "{'metadata': {}}"),
             Catch::Contains("value has the value \"a,b\": want letters") &&
                 Catch::Contains("after the cluster's facts were filled in"));
}

TEST_CASE("what an expansion cannot change is checked when the policy is read") {
  CHECK_THAT(outcome("{'labelsOverrider': [{'operator': 'set', 'value': {'a': "
                     "'${cluster.name}'}}]}",
                     "{}"),
             Catch::StartsWith("fault: ") && Catch::Contains("operator is \"set\""));
}
