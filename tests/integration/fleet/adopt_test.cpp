#include "tests/integration/fleet/hands.h"
#include "tests/integration/fleet/world.h"

#include <catch2/catch.hpp>

// Objects that stood on the cluster before, and how they become ours.
namespace flotilla::tests {
namespace {

const std::string member = "eu-prod";
const std::string one = "ConfigMap team/one";
constexpr const char* last_applied = "kubectl.kubernetes.io/last-applied-configuration";

const std::string team_space = "{apiVersion: v1, kind: Namespace, metadata: {name: team}}";

// As `kubectl apply` leaves it, with a field that git does not know.
const std::string by_kubectl = R"(apiVersion: v1
kind: ConfigMap
metadata:
  name: one
  namespace: team
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"data":{"value":"old","gone":"x"}}'
data: {value: old, gone: x}
)";

// A world with these on the cluster, whose policy overwrites.
World overwriting_world() {
  World world = small_world({member});
  write_policy(world, "everywhere", {"v1 ConfigMap", "v1 Namespace"},
               "  conflictResolution: Overwrite\n");
  world.commit("what is there is ours");
  create(*world.members, member, team_space);
  return world;
}

}  // namespace

TEST_CASE("an object of kubectl apply is adopted as if it had been ours", "[conflict]") {
  World world = overwriting_world();
  SECTION("applied by the client") {
    create(*world.members, member, by_kubectl, "kubectl-client-side-apply");
  }
  SECTION("applied by the server") { apply_as(*world.members, member, "kubectl", by_kubectl); }
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  const Json::Value live = read_live(*world.members, member, one);
  CHECK(live["data"]["value"].asString() == "1");
  CHECK_FALSE(live["data"].isMember("gone"));
  CHECK_FALSE(live["metadata"]["annotations"].isMember(last_applied));
  CHECK(owners_of(live, "f:data f:value") == std::set<std::string>{"flotilla Apply"});
  CHECK(inventory_item(world, member, one)["origin"].asString() == "adopted");
}

TEST_CASE("without Overwrite an existing object is left exactly as it is", "[conflict]") {
  World world = small_world({member});
  create(*world.members, member, team_space);
  create(*world.members, member, by_kubectl, "kubectl-client-side-apply");
  const std::string version = version_of(*world.members, member, one);
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 2);
  CHECK(contains(run.err, "ConfigMap/team/one"));
  CHECK(version_of(*world.members, member, one) == version);
  // Its namespace is not ours either, and still holds what is.
  CHECK(contains(run.err, "Namespace/team"));
  CHECK(is_live(*world.members, member, "ConfigMap team/two"));
  CHECK_FALSE(inventory_names(world, member).contains(one));
}

TEST_CASE("that an object was adopted outlives all memory", "[conflict]") {
  World world = overwriting_world();
  create(*world.members, member, by_kubectl, "kubectl-client-side-apply");
  REQUIRE(world.run_once().code == 0);
  world.lose_data_dir();
  world.lose_status_branch();
  world.repo.write("config/one.yaml", config_map("one", "2"));
  world.commit("changed");
  CHECK(world.run_once().code == 0);
  CHECK(value_of(*world.members, member, one) == "2");
  CHECK(inventory_item(world, member, one)["origin"].asString() == "adopted");
  CHECK(inventory_item(world, member, "ConfigMap team/two")["origin"].asString() == "created");
}

}  // namespace flotilla::tests
