#include "overrides/overriders/containers.h"

#include "overrides/policy.h"
#include "tests/support/documents.h"
#include "tests/support/problems.h"

using namespace flotilla;
using namespace flotilla::overrides;

namespace {

// The names of the containers whose image, command or args overriders with these annotations reach.
std::string reached(const std::string& words, const std::string& object) {
  Problems problems;
  const auto policy = read_override_policy(
      test::object("{'kind': 'OverridePolicy', 'metadata': {'name': 'p', 'annotations': {"
                   "'flotilla.dev/override-containers': '" +
                   words +
                   "'}}, 'spec': {'overrideRules': [{'overriders': {'imageOverrider': "
                   "[{'component': 'Tag', 'operator': 'add', 'value': 'x'}], 'argsOverrider': "
                   "[{'containerName': 'a', 'operator': 'add', 'value': ['x']}]}}]}}"),
      problems);
  REQUIRE(policy);
  Json::Value tree = test::tree(object);
  for (const Overrider& overrider : policy->rules[0].overriders)
    if (const auto done = overrider.apply(tree, Cluster{}); !done)
      return "error: " + done.error().message;
  return replace_all(canonical_json(tree), "\"", "'");
}

const std::string plain = "{'image': 'i', 'name': 'a'}";
const std::string changed = "{'args':['x'],'image':'i:x','name':'a'}";

std::string pod(const std::string& containers, const std::string& init,
                const std::string& ephemeral) {
  return "{'kind':'Pod','spec':{'containers':[" + containers + "],'ephemeralContainers':[" +
         ephemeral + "],'initContainers':[" + init + "]}}";
}

}  // namespace

TEST_CASE("other lists of a pod spec on request") {
  const std::string same = "{'image':'i','name':'a'}";
  const std::string object = pod(plain, plain, plain);
  CHECK(reached("initContainers", object) == pod(changed, changed, same));
  CHECK(reached("ephemeralContainers", object) == pod(changed, same, changed));
  CHECK(reached(" ephemeralContainers ,initContainers", object) == pod(changed, changed, changed));
  CHECK(reached("CronJob", object) == pod(changed, same, same));
}

TEST_CASE("CronJobs and other pod specs on request") {
  const std::string cron =
      "{'kind':'CronJob','spec':{'jobTemplate':{'spec':{'template':{'spec':{'containers':[";
  const std::string same = "{'image':'i','name':'a'}";
  CHECK(reached("CronJob", cron + plain + "]}}}}}}") == cron + changed + "]}}}}}}");
  CHECK(reached("/spec/jobTemplate/spec/template/spec", cron + plain + "]}}}}}}") ==
        cron + changed + "]}}}}}}");
  CHECK(reached("initContainers", cron + plain + "]}}}}}}") == cron + same + "]}}}}}}");
  const std::string list = "{'kind':'Foo','pods':[{'containers':[";
  CHECK(reached("/pods/0, /pods/7", list + plain + "]}]}") == list + changed + "]}]}");
  CHECK(reached("CronJob, /spec/jobTemplate/spec/template/spec", cron + plain + "]}}}}}}") ==
        cron + changed + "]}}}}}}");  // once
  CHECK(reached("/metadata/name", "{'kind': 'Foo', 'metadata': {'name': 'x'}}") ==
        "error: /metadata/name is a text, want a pod spec");
  CHECK(reached("initContainers", "{'kind': 'Pod', 'spec': {'initContainers': 'x'}}") ==
        "error: initContainers is a text, want a list");
}
