#include "tests/unit/interpreter/native_cases.h"

using namespace flotilla;
namespace native = interpreter::native;

TEST_CASE("how many replicas a template asks for") {
  const auto [kind, fields, wanted] = GENERATE(table<const char*, const char*, const char*>({
      {"Deployment", "'spec': {'replicas': 3}", "3"},
      {"Deployment", "'spec': {'replicas': 0}", "0"},
      {"Deployment", "'spec': {}", "0"},
      {"Deployment", "", "0"},
      {"Deployment", "'spec': {'replicas': null}", "0"},
      {"Deployment", "'spec': {'replicas': 2.0}", "2"},
      {"ReplicaSet", "'spec': {'replicas': 4}", "4"},
      {"StatefulSet", "'spec': {'replicas': 5}", "5"},
      {"Job", "'spec': {'parallelism': 3, 'completions': 5}", "3"},
      {"Job", "'spec': {'parallelism': 5, 'completions': 3}", "3"},
      {"Job", "'spec': {'parallelism': 5}", "5"},
      {"Job", "'spec': {'completions': 3}", "0"},
      {"Job", "'spec': {'parallelism': 2, 'completions': 0}", "0"},
      {"Pod", "", "1"},

      {"Deployment", "'spec': {'replicas': '3'}",
       "error: spec.replicas is a text, want a whole number"},
      {"Deployment", "'spec': {'replicas': 2.5}",
       "error: spec.replicas is a number, want a whole number"},
      {"Deployment", "'spec': {'replicas': 3000000000}",
       "error: spec.replicas is a number, want a number of 32 bits"},
      {"StatefulSet", "'spec': []", "error: spec is a list, want a map"},
      {"Job", "'spec': {'parallelism': true}",
       "error: spec.parallelism is a truth value, want a whole number"},
      {"Job", "'spec': {'parallelism': 1, 'completions': {}}",
       "error: spec.completions is a map, want a whole number"},
      {"ReplicaSet", "'spec': {'template': 'x'}", "error: spec.template is a text, want a map"},
  }));
  INFO(kind << " with " << fields);
  const auto replicas = native::replicas(test::native_object(kind, fields));
  CHECK((replicas ? std::to_string(replicas->count) : "error: " + replicas.error().message) ==
        wanted);
}

TEST_CASE("what a replica needs is taken from its pod template") {
  const std::string pod =
      "'spec': {'containers': [{'name': 'a', 'resources': {'requests': {'cpu': '250m'}}}]}";
  const auto [kind, fields] = GENERATE_COPY(table<std::string, std::string>({
      {"Deployment", "'spec': {'template': {" + pod + "}}"},
      {"ReplicaSet", "'spec': {'template': {" + pod + "}}"},
      {"StatefulSet", "'spec': {'template': {" + pod + "}}"},
      {"Job", "'spec': {'template': {" + pod + "}}"},
      {"Pod", pod},
  }));
  INFO(kind);
  const auto replicas = native::replicas(test::native_object(kind, fields));
  REQUIRE(replicas);
  CHECK(canonical_json(replicas->requirements) == R"({"resourceRequest":{"cpu":"250m"}})");
}

TEST_CASE("a template that asks for nothing has no requirements") {
  const auto replicas = native::replicas(test::native_object("Deployment", "'spec': {}"));
  REQUIRE(replicas);
  CHECK(replicas->requirements.isNull());
}

TEST_CASE("a fault of the pod template is told with its place") {
  const auto replicas = native::replicas(
      test::native_object("Deployment", "'spec': {'template': {'spec': {'containers': {}}}}"));
  REQUIRE(!replicas);
  CHECK(to_string(replicas.error()) ==
        "spec.containers is a map, want a list (while reading the pod template)");
}

TEST_CASE("setting the replicas") {
  const auto [kind, fields, wanted] = GENERATE(table<const char*, const char*, const char*>({
      {"Deployment", "'spec': {'replicas': 3, 'paused': true}",
       "'spec': {'replicas': 7, 'paused': true}"},
      {"ReplicaSet", "'spec': {'replicas': 3}", "'spec': {'replicas': 7}"},
      {"StatefulSet", "'spec': {'replicas': 3}", "'spec': {'replicas': 7}"},
      {"Job", "'spec': {'parallelism': 3, 'completions': 9}",
       "'spec': {'parallelism': 7, 'completions': 9}"},
      // No API server has filled these in.
      {"Deployment", "'spec': {'paused': true}", "'spec': {'replicas': 7, 'paused': true}"},
      {"Deployment", "'spec': {'replicas': null}", "'spec': {'replicas': 7}"},
      {"Job", "'spec': {}", "'spec': {'parallelism': 7}"},
      {"StatefulSet", "", "'spec': {'replicas': 7}"},

      {"Deployment", "'spec': {'replicas': '3'}",
       "error: spec.replicas is a text, want a whole number"},
      {"Job", "'spec': 'x'", "error: spec is a text, want a map"},
  }));
  INFO(kind << " with " << fields);
  CHECK(test::shown(native::revise(test::native_object(kind, fields), 7)) == test::wanted(wanted));
}

TEST_CASE("what an API server would fill in") {
  const auto [kind, fields, wanted] = GENERATE(table<const char*, const char*, const char*>({
      {"Deployment", "'spec': {}", "'spec': {'replicas': 1}"},
      {"Deployment", "", "'spec': {'replicas': 1}"},
      {"Deployment", "'spec': {'replicas': null}", "'spec': {'replicas': 1}"},
      {"Deployment", "'spec': {'replicas': 0}", "'spec': {'replicas': 0}"},
      {"ReplicaSet", "'spec': {}", "'spec': {'replicas': 1}"},
      {"StatefulSet", "'spec': {}", "'spec': {'replicas': 1}"},
      {"DaemonSet", "'spec': {}", "'spec': {}"},
      {"Job", "'spec': {}", "'spec': {'parallelism': 1, 'completions': 1}"},
      {"Job", "'spec': {'parallelism': 3}", "'spec': {'parallelism': 3}"},
      {"Job", "'spec': {'completions': 3}", "'spec': {'parallelism': 1, 'completions': 3}"},
      {"Job", "'spec': {'parallelism': 2, 'completions': 3}",
       "'spec': {'parallelism': 2, 'completions': 3}"},
      {"Service", "'spec': {}", "'spec': {'type': 'ClusterIP'}"},
      {"Service", "'spec': {'type': 'LoadBalancer'}", "'spec': {'type': 'LoadBalancer'}"},
      {"ConfigMap", "'data': {}", "'data': {}"},
      {"Deployment", "'spec': 'wrong'", "'spec': 'wrong'"},
  }));
  INFO(kind << " with " << fields);
  Json::Value object = test::native_object(kind, fields);
  native::set_defaults(object);
  CHECK(test::shown(object) == test::wanted(wanted));
}

TEST_CASE("other versions of a native kind get no defaults") {
  Json::Value object = test::tree("{'apiVersion': 'apps/v1beta1', 'kind': 'Deployment'}");
  native::set_defaults(object);
  CHECK(!object.isMember("spec"));
}
