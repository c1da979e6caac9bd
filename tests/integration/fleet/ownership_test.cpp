#include "tests/integration/fleet/world.h"

#include <catch2/catch.hpp>

// What belongs to somebody else is not taken and not deleted.
namespace flotilla::tests {
namespace {

std::string overwriting_policy() {
  return "apiVersion: policy.karmada.io/v1alpha1\nkind: PropagationPolicy\nmetadata:\n"
         "  name: two\n  namespace: team\nspec:\n  conflictResolution: Overwrite\n  priority: 1\n  "
         "preemption: Always\n"
         "  resourceSelectors:\n    - apiVersion: v1\n      kind: ConfigMap\n      name: two\n";
}

void make_by_hand(const Members& members, const std::string& member) {
  const KubeReply space = members.call(
      member, {.verb = "POST",
               .path = "/api/v1/namespaces",
               .body = R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"team"}})"});
  REQUIRE(space.status == 201);
  const KubeReply map = members.call(
      member, {.verb = "POST",
               .path = "/api/v1/namespaces/team/configmaps",
               .body = R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"two"},)"
                       R"("data":{"value":"theirs","more":"theirs too"}})"});
  REQUIRE(map.status == 201);
}

Json::Value data_of_two(const Members& members) {
  return live_objects(members, "eu-prod").at("ConfigMap team/two")["data"];
}

}  // namespace

TEST_CASE(
    "an object that somebody else made is a conflict, and adopted only when a policy says so") {
  World world = small_world({"eu-prod"});
  make_by_hand(*world.members, "eu-prod");
  world.repo.remove("team.yaml");
  world.commit("the namespace is theirs");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 2);
  CHECK(contains(run.err, "team/two"));
  CHECK(contains(run.err, "Overwrite"));  // the way out
  CHECK(data_of_two(*world.members)["value"].asString() == "theirs");
  CHECK(names_on(*world.members, "eu-prod").contains("ConfigMap team/one"));
  CHECK_FALSE(inventory_names(world, "eu-prod").contains("ConfigMap team/two"));
  CHECK(contains(world.status_file("bindings/team/two-configmap.yaml"), "applied: false"));

  world.repo.write("policies/two.yaml", overwriting_policy());
  world.commit("it is to be ours");
  const Outcome adopting = world.run_once();
  INFO(adopting.text());
  CHECK(adopting.code == 0);
  CHECK(data_of_two(*world.members)["value"].asString() == "2");
  CHECK(data_of_two(*world.members)["more"].asString() == "theirs too");  // a field we do not set
  CHECK(inventory_item(world, "eu-prod", "ConfigMap team/two")["origin"].asString() == "adopted");
  CHECK(inventory_item(world, "eu-prod", "ConfigMap team/one")["origin"].asString() == "created");
}

TEST_CASE("a conflicting object is not deleted when it leaves the repository") {
  World world = small_world({"eu-prod"});
  make_by_hand(*world.members, "eu-prod");
  REQUIRE(world.run_once().code == 2);
  world.repo.remove("config/two.yaml");
  world.commit("never mind");
  world.run_once();
  CHECK(data_of_two(*world.members)["value"].asString() == "theirs");
}

TEST_CASE("an object deleted by hand comes back, one made anew by somebody else is not deleted") {
  World world = small_world({"eu-prod"});
  REQUIRE(world.run_once().code == 0);
  REQUIRE(world.members->call("eu-prod", {.verb = "DELETE", .path = path_of("ConfigMap team/one")})
              .status == 200);
  CHECK(world.run_once().code == 0);
  CHECK(names_on(*world.members, "eu-prod").contains("ConfigMap team/one"));

  REQUIRE(world.members->call("eu-prod", {.verb = "DELETE", .path = path_of("ConfigMap team/two")})
              .status == 200);
  REQUIRE(world.members
              ->call("eu-prod",
                     {.verb = "POST",
                      .path = "/api/v1/namespaces/team/configmaps",
                      .body = R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"two"},)"
                              R"("data":{"value":"theirs"}})"})
              .status == 201);
  world.repo.remove("config/two.yaml");
  world.commit("two is gone");
  CHECK(world.run_once().code == 0);
  CHECK(data_of_two(*world.members)["value"].asString() == "theirs");
}

TEST_CASE("another repository under the same name is an error, not a take-over") {
  World world = small_world({"eu-prod"});
  REQUIRE(world.run_once().code == 0);
  WorkTree other;
  other.write("fleet.yaml",
              "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata:\n  name: small\n");
  other.write("clusters/eu-prod.yaml", cluster_file("eu-prod"));
  other.write("config/mine.yaml", config_map("mine", "x", "default"));
  other.write("policies/everywhere.yaml", read_file(world.repo / "policies/everywhere.yaml"));
  other.commit("another fleet of that name");
  world.members->forget_requests();
  const Outcome run =
      flotilla({"run", "--once", "--repo", other.path().string(), "--kubeconfig",
                world.kubeconfig.string(), "--data-dir", (world.folder.path() / "other").string()});
  INFO(run.text());
  CHECK(run.code == 2);
  CHECK(contains(run.err, "small"));
  CHECK(contains(run.err, "repository"));
  CHECK(writes_on(*world.members, "eu-prod").empty());
  CHECK(names_on(*world.members, "eu-prod").contains("ConfigMap team/two"));
  CHECK(world.run_once().code == 0);  // the first one goes on
}

TEST_CASE("two fleets of different names live side by side") {
  World world = small_world({"eu-prod"});
  REQUIRE(world.run_once().code == 0);
  WorkTree other;
  other.write("fleet.yaml",
              "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata:\n  name: second\n");
  other.write("clusters/eu-prod.yaml", cluster_file("eu-prod"));
  other.write("config/mine.yaml", config_map("mine", "x"));
  other.write("config/one.yaml", config_map("one", "not yours"));
  other.write("policies/everywhere.yaml", read_file(world.repo / "policies/everywhere.yaml"));
  other.commit("another fleet");
  const Outcome run =
      flotilla({"run", "--once", "--repo", other.path().string(), "--kubeconfig",
                world.kubeconfig.string(), "--data-dir", (world.folder.path() / "other").string()});
  INFO(run.text());
  CHECK(run.code == 2);  // one is the first fleet's
  const LiveObjects live = live_objects(*world.members, "eu-prod");
  CHECK(live.contains("ConfigMap team/mine"));
  CHECK(live.at("ConfigMap team/one")["data"]["value"].asString() == "1");
  CHECK(world.run_once().code == 0);
  CHECK(names_on(*world.members, "eu-prod").contains("ConfigMap team/mine"));
}

TEST_CASE("a missing namespace is made, marked as implicit, and stays") {
  World world = small_world({"eu-prod"});
  world.repo.write("config/far.yaml", config_map("far", "1", "far-away"));
  world.commit("into a namespace that nobody made");
  const Outcome run = world.run_once();
  INFO(run.text());
  REQUIRE(run.code == 0);
  CHECK(names_on(*world.members, "eu-prod").contains("ConfigMap far-away/far"));
  CHECK(inventory_item(world, "eu-prod", "Namespace far-away")["origin"].asString() == "implicit");

  world.repo.remove("config/far.yaml");
  world.commit("back again");
  CHECK(world.run_once().code == 0);
  const LiveObjects live = live_objects(*world.members, "eu-prod");
  CHECK_FALSE(live.contains("ConfigMap far-away/far"));
  REQUIRE(live.contains("Namespace far-away"));
  CHECK_FALSE(live.at("Namespace far-away")["metadata"].isMember("deletionTimestamp"));
}

TEST_CASE("a field that another manager applied is not taken from it") {
  World world = small_world({"eu-prod"});
  REQUIRE(world.run_once().code == 0);
  const KubeReply theirs = world.members->call(
      "eu-prod",
      {.verb = "PATCH",
       .path = path_of("ConfigMap team/one") + "?fieldManager=tuner&force=true",
       .body =
           R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one","namespace":"team"},)"
           R"("data":{"value":"tuned"}})",
       .content_type = "application/apply-patch+yaml"});
  REQUIRE(theirs.status == 200);
  world.repo.write("config/one.yaml", config_map("one", "changed"));
  world.repo.write("config/two.yaml", config_map("two", "changed"));
  world.commit("both changed");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 2);
  CHECK(contains(run.err, "tuner"));
  CHECK(contains(world.status_file("README.md"), "tuner"));
  const LiveObjects live = live_objects(*world.members, "eu-prod");
  CHECK(live.at("ConfigMap team/one")["data"]["value"].asString() == "tuned");
  CHECK(live.at("ConfigMap team/two")["data"]["value"].asString() == "changed");
}

TEST_CASE("a field that somebody edited by hand is taken back with the next change") {
  World world = small_world({"eu-prod"});
  REQUIRE(world.run_once().code == 0);
  const KubeReply edit = world.members->call(
      "eu-prod", {.verb = "PATCH",
                  .path = path_of("ConfigMap team/one") + "?fieldManager=kubectl-edit",
                  .body = R"({"data":{"value":"by hand"}})",
                  .content_type = "application/merge-patch+json"});
  REQUIRE(edit.status == 200);
  world.repo.write("config/one.yaml", config_map("one", "changed"));
  world.commit("changed");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  const LiveObjects live = live_objects(*world.members, "eu-prod");
  CHECK(live.at("ConfigMap team/one")["data"]["value"].asString() == "changed");
}

TEST_CASE("a repository without a Fleet owns its objects as flotilla") {
  World world = small_world({"eu-prod"});
  world.repo.remove("fleet.yaml");
  world.commit("no name");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  CHECK(names_on(*world.members, "eu-prod").contains("ConfigMap flotilla-system/flotilla"));
}

TEST_CASE("two controllers at once come to one end") {
  const World world = example_world();
  Arguments other = {flotilla_program(),
                     "run",
                     "--once",
                     "--repo",
                     world.repo.path().string(),
                     "--kubeconfig",
                     world.kubeconfig.string(),
                     "--data-dir",
                     (world.folder.path() / "other").string()};
  Process second(other, world.folder.path() / "other.log");
  const Outcome first = world.run_once();
  REQUIRE(second.exits_within(std::chrono::seconds(60)));
  INFO(first.text() << read_file(second.log()));
  CHECK(first.code == 0);
  CHECK(exit_code(*second.exited()) == 0);
  for (const std::string& cluster : world.members->names()) {
    INFO(cluster);
    CHECK(workload_names(*world.members, cluster) == example_objects_on(cluster));
    CHECK(inventory_names(world, cluster) == example_objects_on(cluster));
  }
}

}  // namespace flotilla::tests
