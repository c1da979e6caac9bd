#include "tests/integration/fleet/hands.h"
#include "tests/integration/fleet/world.h"

#include <catch2/catch.hpp>

// An empty controller takes over: nothing moves, nothing is made or deleted that need not be.
namespace flotilla::tests {
namespace {

const std::string eu = "eu-prod";
const std::string us = "us-prod";
const std::string ap = "ap-staging";
const std::vector<std::string> all = {ap, eu, us};
const std::string divided = "Deployment team/divided";
const std::string spread = "Deployment team/spread";
const std::string divided_policy = "policies/divided.yaml";

Outcome recover(const World& world, const Arguments& more = {}) {
  Arguments arguments = {"recover",
                         "--repo",
                         world.repo.path().string(),
                         "--kubeconfig",
                         world.kubeconfig.string(),
                         "--data-dir",
                         world.data_dir.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return flotilla(arguments);
}

std::string capacity(int pods) {
  return "  syncMode: Push\nstatus:\n  resourceSummary:\n    allocatable: {cpu: \"100\", memory: "
         "100Gi, pods: \"" +
         std::to_string(pods) + "\"}\n";
}

void write_capacities(World& world, int ap_pods, int eu_pods, int us_pods) {
  world.repo.write("clusters/ap-staging.yaml", cluster_file(ap, capacity(ap_pods)));
  world.repo.write("clusters/eu-prod.yaml", cluster_file(eu, capacity(eu_pods)));
  world.repo.write("clusters/us-prod.yaml", cluster_file(us, capacity(us_pods)));
}

std::string placed(const World& world, const std::string& name) {
  std::string text;
  for (const std::string& member : all) {
    const Json::Value live = read_live(*world.members, member, name);
    if (!live.isNull())
      text += member + ":" + std::to_string(live["spec"]["replicas"].asInt()) + " ";
  }
  return text;
}

std::map<std::string, std::string> uids(const World& world) {
  std::map<std::string, std::string> ids;
  for (const std::string& member : all)
    for (const auto& [name, live] : live_objects(*world.members, member))
      ids[member + " " + name] = live["metadata"]["uid"].asString();
  return ids;
}

// Placed while eu-prod had the most room; by now us-prod has, so a first decision would differ.
World world_placed_otherwise() {
  World world = small_world(all);
  write_capacities(world, 1, 20, 3);
  world.repo.write("divided.yaml", deployment("divided", "example.com/c:1", {}, "divided"));
  world.repo.write("spread.yaml", deployment("spread", "example.com/c:1", {}, "spread"));
  write_policy(world, "divided", {"apps/v1 Deployment divided"},
               "  placement:\n    replicaScheduling: {replicaSchedulingType: Divided, "
               "replicaDivisionPreference: Aggregated}\n");
  write_policy(world, "spread", {"apps/v1 Deployment spread"},
               "  placement:\n    spreadConstraints: [{spreadByField: cluster, minGroups: 1, "
               "maxGroups: 1}]\n    replicaScheduling: {replicaSchedulingType: Divided, "
               "replicaDivisionPreference: Aggregated}\n");
  world.commit("two deployments");
  REQUIRE(world.run_once().code == 0);
  CHECK(placed(world, divided) == "eu-prod:3 ");
  CHECK(placed(world, spread) == "eu-prod:3 ");
  write_capacities(world, 1, 4, 200);
  world.commit("there is more room in us-prod");
  REQUIRE(world.run_once().code == 0);
  REQUIRE(placed(world, divided) == "eu-prod:3 ");
  const std::string first =
      flotilla({"render", "--repo", world.repo.path().string(), "--cluster", us}).out;
  for (const char* name : {"name: divided", "name: spread"}) REQUIRE(contains(first, name));
  return world;
}

}  // namespace

TEST_CASE("an empty controller takes over without a write and nothing moves", "[recover]") {
  const bool branch_lost = GENERATE(false, true);
  INFO("the status branch is lost: " << branch_lost);
  const World world = world_placed_otherwise();
  const auto before = uids(world);
  world.lose_data_dir();
  if (branch_lost) world.lose_status_branch();
  world.members->forget_requests();
  const Outcome shown = recover(world, {"--dry-run"});
  INFO(shown.text());
  CHECK(shown.code == 0);
  CHECK(contains(shown.out, "0 would move"));
  CHECK(contains(shown.out, branch_lost ? "none: placements are read off the members" : "found"));
  CHECK(world.repo.has(status_branch) != branch_lost);
  const bool by_run = GENERATE(false, true);
  const Outcome done = by_run ? world.run_once() : recover(world);
  INFO(done.text());
  CHECK(done.code == 0);
  for (const std::string& member : all) CHECK(writes_on(*world.members, member).empty());
  CHECK(uids(world) == before);
  CHECK(placed(world, divided) == "eu-prod:3 ");
  CHECK(placed(world, spread) == "eu-prod:3 ");
  CHECK(contains(world.status_file("bindings/team/divided-deployment.yaml"), "name: eu-prod"));
}

TEST_CASE("what a first pass would leave alone for a suspension is shown as no change",
          "[recover]") {
  World world = small_world(all);
  REQUIRE(world.run_once().code == 0);
  write_fleet(world, "  suspend: {reason: audit}\n");
  world.repo.remove("config/two.yaml");
  world.commit("two is gone, and nothing is written");
  const Outcome shown = recover(world, {"--dry-run"});
  INFO(shown.text());
  CHECK(shown.code == 3);
  CHECK(contains(shown.out, "eu-prod, would be deleted if it were not suspended:\n"));
  CHECK(contains(shown.out, "suspended: audit"));
  CHECK(world.run_once().code == 3);
}

TEST_CASE("what was removed while no controller ran is pruned through the guard", "[recover]") {
  World world = world_placed_otherwise();
  world.repo.remove("config/two.yaml");
  world.commit("two is gone");
  world.lose_data_dir();
  world.lose_status_branch();
  const Outcome shown = recover(world, {"--dry-run", "-o", "json"});
  INFO(shown.text());
  CHECK(shown.code == 1);
  const Json::Value document = parse_json_text(shown.out);
  CHECK_FALSE(document["statusBranch"].asBool());
  CHECK(document["placements"]["moved"].empty());
  CHECK(document["clusters"][1]["name"] == eu);
  CHECK(document["clusters"][1]["prune"][0] == "ConfigMap/team/two");
  CHECK(is_live(*world.members, eu, "ConfigMap team/two"));
  CHECK(recover(world).code == 0);
  CHECK_FALSE(is_live(*world.members, eu, "ConfigMap team/two"));
  CHECK(placed(world, divided) == "eu-prod:3 ");

  // Everything at once waits for a person.
  world.repo.remove("config");
  world.repo.remove("divided.yaml");
  world.repo.remove("spread.yaml");
  world.repo.remove("team.yaml");
  world.commit("nothing is left");
  world.lose_data_dir();
  world.lose_status_branch();
  CHECK(recover(world, {"--dry-run"}).code == 4);
  CHECK(recover(world).code == 4);
  CHECK(is_live(*world.members, eu, "ConfigMap team/one"));
}

}  // namespace flotilla::tests
