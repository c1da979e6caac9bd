#include "tests/integration/fleet/hands.h"
#include "tests/integration/fleet/world.h"

#include <catch2/catch.hpp>

// `flotilla get` across members.
namespace flotilla::tests {
namespace {

using namespace std::chrono_literals;

Outcome get(const World& world, const Arguments& more) {
  Arguments arguments = {"get", "--repo", world.repo.path().string(), "--kubeconfig",
                         world.kubeconfig.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return flotilla(arguments);
}

World filled_world() {
  World world = small_world({"eu-prod", "us-prod"});
  REQUIRE(world.run_once().code == 0);
  create(*world.members, "eu-prod",
         "{apiVersion: v1, kind: ConfigMap, metadata: {name: theirs, namespace: team, labels: "
         "{who: them}}, data: {a: b}}");
  return world;
}

// The first words of each line.
std::vector<std::string> heads(const std::string& text, std::size_t words) {
  std::vector<std::string> found;
  for (const std::string& line : lines_of(text)) {
    std::string head;
    std::size_t count = 0;
    for (const std::string& word : split(line, ' ')) {
      if (word.empty()) continue;
      if (count++ == words) break;
      head += (head.empty() ? "" : " ") + word;
    }
    found.push_back(head);
  }
  return found;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("get lists objects of all members in one table", "[get]") {
  World world = filled_world();
  // Kubernetes puts kube-root-ca.crt into every namespace where its controllers run.
  const Outcome managed = get(world, {"cm", "-n", "team", "--managed"});
  INFO(managed.text());
  CHECK(managed.code == 0);
  CHECK(heads(managed.out, 3) == Lines{"CLUSTER NAME DATA", "eu-prod one 1", "eu-prod two 1",
                                       "us-prod one 1", "us-prod two 1"});
  for (const std::string kind : {"configmaps", "ConfigMap", "configmap"})
    CHECK(heads(get(world, {kind, "-n", "team", "--managed"}).out, 2) == heads(managed.out, 2));
  const Outcome theirs = get(world, {"configmaps", "-A", "-l", "who=them"});
  INFO(theirs.text());
  CHECK(heads(theirs.out, 3) == Lines{"CLUSTER NAMESPACE NAME", "eu-prod team theirs"});
  const Outcome one = get(world, {"cm", "one", "-n", "team", "--clusters", "us-prod"});
  CHECK(heads(one.out, 2) == Lines{"CLUSTER NAME", "us-prod one"});
  const Outcome several = get(world, {"ns,cm", "-A", "--managed", "--clusters", "eu-prod"});
  INFO(several.text());
  CHECK(heads(several.out, 2) == Lines{"CLUSTER NAME", "eu-prod namespace/team",
                                       "CLUSTER NAMESPACE", "eu-prod team", "eu-prod team"});
}

TEST_CASE("get in JSON, YAML and by name says of each object where it is", "[get]") {
  World world = filled_world();
  const Outcome json = get(world, {"cm/one", "-n", "team", "-o", "json"});
  INFO(json.text());
  const Json::Value list = parse_json_text(json.out);
  CHECK(list["kind"].asString() == "List");
  REQUIRE(list["items"].size() == 2);
  CHECK(list["items"][1]["metadata"]["annotations"]["flotilla.dev/cluster"].asString() ==
        "us-prod");
  CHECK(list["items"][1]["data"]["value"].asString() == "1");
  CHECK(list["items"][1]["kind"].asString() == "ConfigMap");
  CHECK_FALSE(list["items"][1]["metadata"].isMember("managedFields"));
  CHECK(get(world, {"cm", "-n", "team", "--managed", "-o", "name"}).out ==
        "eu-prod ConfigMap/team/one\neu-prod ConfigMap/team/two\n"
        "us-prod ConfigMap/team/one\nus-prod ConfigMap/team/two\n");
  CHECK(contains(get(world, {"cm", "-n", "team", "-o", "yaml"}).out,
                 "flotilla.dev/cluster: us-prod"));
}

TEST_CASE("get tells what is not there", "[get]") {
  World world = filled_world();
  const Outcome none = get(world, {"secrets", "-n", "team"});
  INFO(none.text());
  CHECK(none.code == 0);
  CHECK(none.out.empty());
  CHECK(none.err == "No resources found in team namespace.\n");
  const Outcome unknown = get(world, {"widgets"});
  CHECK(unknown.code == 2);
  CHECK(unknown.err == "error: the kind \"widgets\" is not served by eu-prod, us-prod\n");
  const Outcome missing = get(world, {"cm", "nothing", "-n", "team"});
  CHECK(missing.code == 2);
  CHECK(missing.err == "error: ConfigMap/team/nothing is on none of 2 clusters\n");
  // What is on one of them is no error.
  const Outcome theirs = get(world, {"cm", "theirs", "-n", "team"});
  CHECK(theirs.code == 0);
  CHECK(theirs.err.empty());
  const Outcome nobody = get(world, {"cm", "--clusters", "ap"});
  CHECK(nobody.code == 2);
  CHECK(contains(nobody.err,
                 "there is no cluster \"ap\" in the repository, want one of: eu-prod, us-prod"));
}

TEST_CASE("get reads the clusters from the status branch too", "[get]") {
  World world = filled_world();
  const Outcome managed =
      get(world, {"cm", "-n", "team", "--managed", "--ref", status_branch, "-o", "name"});
  INFO(managed.text());
  CHECK(managed.code == 0);
  CHECK(lines_of(managed.out).size() == 4);
}

TEST_CASE("a cluster that does not answer is told, and the others are shown", "[get]") {
  World world = filled_world();
  const bool hangs = GENERATE(false, true);
  if (hangs)
    world.members->hang("eu-prod", true);
  else
    world.members->stop("eu-prod");
  const Outcome shown = get(world, {"cm", "-n", "team", "--managed", "--request-timeout", "2s"});
  if (hangs)
    world.members->hang("eu-prod", false);
  else
    world.members->start("eu-prod");
  INFO(shown.text());
  CHECK(shown.code == 3);
  CHECK(contains(shown.err, "error: cluster eu-prod: "));
  CHECK(heads(shown.out, 2) == Lines{"CLUSTER NAME", "us-prod one", "us-prod two"});
  CHECK(shown.took < 30s);
}

TEST_CASE("a credential that is not good enough is for a person", "[get]") {
  World world = filled_world();
  ContextChange change;
  change.member = "eu-prod";
  change.token = "wrong";
  write_kubeconfig(*world.members, world.kubeconfig, change);
  const Outcome shown = get(world, {"cm", "-n", "team", "--managed"});
  INFO(shown.text());
  CHECK(shown.code == 2);
  CHECK(contains(shown.err, "error: cluster eu-prod: "));
  CHECK_FALSE(contains(shown.err, "wrong"));
  CHECK(heads(shown.out, 2) == Lines{"CLUSTER NAME", "us-prod one", "us-prod two"});
}

}  // namespace flotilla::tests
