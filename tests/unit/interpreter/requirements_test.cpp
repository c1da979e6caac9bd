#include "render/document/json.h"
#include "render/interpreter/native.h"
#include "tests/support/documents.h"

using namespace flotilla;
using interpreter::native::pod_requirements;

namespace {

// Of a pod template with this spec.
std::string requirements(const std::string& spec) {
  const auto result = pod_requirements(test::tree("{'spec': " + spec + "}"));
  return result ? canonical_json(*result) : "error: " + result.error().message;
}

// What this ResourceRequirements asks for, in a pod of one container.
std::string request(const std::string& resources) {
  return requirements("{'containers': [{'name': 'a', 'resources': " + resources + "}]}");
}

// The result in single quotes, for reading.
std::string only_request(const std::string& amounts) {
  return canonical_json(test::tree("{'resourceRequest': " + amounts + "}"));
}

}  // namespace

TEST_CASE("the request of a pod with one container") {
  const auto [resources, wanted] = GENERATE(table<const char*, const char*>({
      {"{'requests': {'cpu': '500m', 'memory': '1Gi'}}", "{'cpu': '500m', 'memory': '1Gi'}"},
      {"{'requests': {'cpu': 2, 'memory': 1073741824}}", "{'cpu': '2', 'memory': '1Gi'}"},
      {"{'requests': {'cpu': 0.5}}", "{'cpu': '500m'}"},
      {"{'requests': {'cpu': '1000m'}}", "{'cpu': '1'}"},
      // Rounded up to a millicore and to a unit.
      {"{'requests': {'cpu': '100u', 'memory': '1500m'}}", "{'cpu': '1m', 'memory': '2'}"},
      {"{'requests': {'memory': '1.5Gi'}}", "{'memory': '1536Mi'}"},
      {"{'requests': {'memory': '128974848'}}", "{'memory': '123Mi'}"},
      {"{'requests': {'memory': '1e3', 'cpu': '1e3'}}", "{'cpu': '1k', 'memory': '1k'}"},
      // Bytes are counted in powers of 1024, however they were written.
      {"{'requests': {'memory': '2e3', 'cpu': '2e3', 'ephemeral-storage': '128M'}}",
       "{'cpu': '2k', 'memory': '2000', 'ephemeral-storage': '125000Ki'}"},
      // A limit without a request is a request; a request goes before its limit.
      {"{'limits': {'cpu': '2', 'memory': '2Gi'}, 'requests': {'cpu': '1'}}",
       "{'cpu': '1', 'memory': '2Gi'}"},
      {"{'limits': {'cpu': '2'}, 'requests': null}", "{'cpu': '2'}"},
      // A zero total is no request, also when a limit stands beside it.
      {"{'limits': {'cpu': '2'}, 'requests': {'cpu': '0', 'memory': '1Mi'}}", "{'memory': '1Mi'}"},
      {"{'requests': {'cpu': null, 'memory': '1Mi'}}", "{'memory': '1Mi'}"},
      {"{'requests': {'cpu': '-1', 'memory': '1Mi'}}", "{'memory': '1Mi'}"},
      // The names that count.
      {"{'requests': {'ephemeral-storage': '2Gi', 'pods': '3'}}",
       "{'ephemeral-storage': '2Gi', 'pods': '3'}"},
      {"{'limits': {'nvidia.com/gpu': 1, 'hugepages-2Mi': '4Mi'}}",
       "{'hugepages-2Mi': '4Mi', 'nvidia.com/gpu': '1'}"},
      {"{'limits': {'attachable-volumes-aws-ebs': '2000'}}",
       "{'attachable-volumes-aws-ebs': '2k'}"},
      {"{'requests': {'cpu': '1', 'storage': '1Gi', 'requests.example.com/a': '1', 'gpu': '1', "
       "'a.kubernetes.io/b': '1', 'a/b/c': '1', '/b': '1', 'a/': '1'}}",
       "{'cpu': '1'}"},
      // What does not count may be anything.
      {"{'requests': {'cpu': '1', 'gpu': 'many'}}", "{'cpu': '1'}"},
  }));
  INFO(resources);
  CHECK(request(resources) == only_request(wanted));
}

TEST_CASE("containers are rounded up before they are summed") {
  CHECK(requirements("{'containers': [{'resources': {'requests': {'cpu': '0.5m'}}},"
                     "{'resources': {'requests': {'cpu': '0.5m'}}}]}") ==
        only_request("{'cpu': '2m'}"));
  CHECK(requirements("{'containers': [{'resources': {'requests': {'memory': '500m'}}},"
                     "{'resources': {'limits': {'memory': '500m'}}}], "
                     "'overhead': {'memory': '500m', 'cpu': '0.1m'}}") ==
        only_request("{'cpu': '1m', 'memory': '3'}"));
}

TEST_CASE("init containers count by the largest, overhead on top") {
  const std::string containers =
      "'containers': [{'resources': {'requests': {'cpu': '100m', 'memory': '100Mi'}}},"
      "{'resources': {'requests': {'cpu': '200m'}, 'limits': {'cpu': '1', 'memory': '28Mi'}}}]";
  CHECK(requirements("{" + containers + "}") == only_request("{'cpu': '300m', 'memory': '128Mi'}"));
  const std::string init =
      "'initContainers': [{'resources': {'requests': {'cpu': '250m', 'memory': '256Mi'}}},"
      "{'resources': {'limits': {'cpu': '1', 'example.com/a': 2}}}, {'name': 'bare'}]";
  CHECK(requirements("{" + containers + ", " + init + "}") ==
        only_request("{'cpu': '1', 'memory': '256Mi', 'example.com/a': '2'}"));
  CHECK(requirements("{" + containers + ", " + init +
                     ", 'overhead': {'cpu': '10m', 'memory': '1Mi', 'unknown': '1'}}") ==
        only_request("{'cpu': '1010m', 'memory': '257Mi', 'example.com/a': '2'}"));
}

TEST_CASE("the node claim of a pod") {
  CHECK(requirements("{'nodeSelector': {'disk': 'ssd'}, 'tolerations': [{'key': 'a'}], 'affinity': "
                     "{'nodeAffinity': {'requiredDuringSchedulingIgnoredDuringExecution': "
                     "{'nodeSelectorTerms': []}}}}") ==
        canonical_json(test::tree(
            "{'nodeClaim': {'hardNodeAffinity': {'nodeSelectorTerms': []}, 'nodeSelector': "
            "{'disk': 'ssd'}, 'tolerations': [{'key': 'a'}]}}")));
  CHECK(requirements("{'nodeSelector': {'disk': 'ssd'}, 'affinity': {'podAffinity': {}}, "
                     "'containers': [{'resources': {'requests': {'cpu': 1}}}]}") ==
        canonical_json(test::tree("{'nodeClaim': {'nodeSelector': {'disk': 'ssd'}}, "
                                  "'resourceRequest': {'cpu': '1'}}")));
}

TEST_CASE("a pod that asks for nothing has no requirements") {
  const auto spec = GENERATE(
      as<std::string>(), "{}", "null", "{'containers': [{'name': 'a'}]}", "{'containers': null}",
      "{'containers': [{'resources': {}}], 'priorityClassName': 'high'}",
      "{'containers': [{'resources': {'requests': {'cpu': '0', 'other': '1'}}}]}",
      "{'nodeSelector': {}, 'tolerations': [], 'affinity': {'nodeAffinity': "
      "{'preferredDuringSchedulingIgnoredDuringExecution': []}}}");
  INFO(spec);
  CHECK(requirements(spec) == "null");
  CHECK(pod_requirements(test::tree("{}"))->isNull());
  CHECK(pod_requirements(Json::Value())->isNull());
}

TEST_CASE("the priority class is not copied") {
  CHECK(requirements("{'priorityClassName': 'high', 'containers': [{'resources': {'requests': "
                     "{'cpu': 1}}}]}") == only_request("{'cpu': '1'}"));
}

TEST_CASE("fields of a wrong type are errors that name them") {
  const auto [spec, wanted] = GENERATE(table<const char*, const char*>({
      {"'x'", "spec is a text, want a map"},
      {"{'containers': {}}", "spec.containers is a map, want a list"},
      {"{'containers': ['a']}", "spec.containers[0] is a text, want a map"},
      {"{'initContainers': [{}, {'resources': []}]}",
       "spec.initContainers[1].resources is a list, want a map"},
      {"{'containers': [{'resources': {'limits': 3}}]}",
       "spec.containers[0].resources.limits is a number, want a map"},
      {"{'containers': [{'resources': {'requests': {'cpu': 'many'}}}]}",
       "spec.containers[0].resources.requests.cpu: \"many\" is no quantity, want a number with a "
       "suffix such as 500m, 2, 1.5Gi or 12e6"},
      {"{'overhead': {'memory': true}}",
       "spec.overhead.memory: found a truth value, want a quantity such as 500m or 1.5Gi"},
      {"{'nodeSelector': 'ssd'}", "spec.nodeSelector is a text, want a map"},
      {"{'tolerations': {}}", "spec.tolerations is a map, want a list"},
      {"{'affinity': {'nodeAffinity': []}}", "spec.affinity.nodeAffinity is a list, want a map"},
  }));
  INFO(spec);
  CHECK(requirements(spec) == std::string("error: ") + wanted);
  CHECK_FALSE(pod_requirements(Json::Value("x")));
}

TEST_CASE("sums beyond int64 are capped") {
  CHECK(requirements("{'containers': [{'resources': {'requests': {'memory': '7Ei'}}},"
                     "{'resources': {'requests': {'memory': '7Ei'}}}]}") ==
        only_request("{'memory': '9223372036854775807'}"));
}
