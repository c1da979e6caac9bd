#include "tests/integration/fleet/hands.h"
#include "tests/integration/fleet/world.h"

#include <catch2/catch.hpp>

#include <regex>

// A repository that seems to want nothing any more deletes nothing until that is confirmed.
namespace flotilla::tests {
namespace {

const std::vector<std::string> two_members = {"eu-prod", "us-prod"};
const std::set<std::string> before = {"ConfigMap team/one", "ConfigMap team/two", "Namespace team"};

World applied_world() {
  World world = small_world(two_members);
  REQUIRE(world.run_once().code == 0);
  return world;
}

void check_all_there(const World& world) {
  for (const std::string& member : two_members) {
    INFO(member);
    CHECK(workload_names(*world.members, member) == before);
    for (const std::string& name : before) {
      INFO(name);
      const Json::Value live = read_live(*world.members, member, name);
      CHECK_FALSE(live["metadata"].isMember("deletionTimestamp"));
    }
  }
}

// Nobody empties namespaces on bare API servers: one that is being deleted is as good as gone.
void check_all_gone(const World& world, const std::string& member) {
  INFO(member);
  for (const std::string& name : before) {
    INFO(name);
    const Json::Value live = read_live(*world.members, member, name);
    CHECK((live.isNull() || live["metadata"].isMember("deletionTimestamp")));
  }
}

std::string digest_in(const std::string& text) {
  std::smatch match;
  if (!std::regex_search(text, match, std::regex("sha256:[0-9a-f]{12}"))) return "";
  return match.str();
}

void confirm(World& world, const std::string& text) {
  write_fleet(world, "  confirmDeletions: [\"" + text + "\"]\n");
  world.commit("confirmed");
}

}  // namespace

TEST_CASE("an empty repository deletes nothing until that is confirmed", "[vanish]") {
  World world = applied_world();
  for (const std::string path : {"fleet.yaml", "clusters", "team.yaml", "config", "policies"})
    world.repo.remove(path);
  const std::string commit = world.repo.commit("nothing");
  for (const bool forgetful : {false, true}) {
    INFO((forgetful ? "without its data folder" : "with all it has"));
    if (forgetful) world.lose_data_dir();
    const Outcome run = world.run_once();
    INFO(run.text());
    CHECK(run.code == 4);
    CHECK(contains(run.err, "confirmDeletions"));
    CHECK(contains(world.status_file("README.md"), "eu-prod"));
    CHECK_FALSE(digest_in(world.status_file("README.md")).empty());
    check_all_there(world);
  }
  confirm(world, commit);
  const Outcome released = world.run_once();
  INFO(released.text());
  CHECK(released.code == 0);
  for (const std::string& member : two_members) check_all_gone(world, member);
}

TEST_CASE("a broken policy folder deletes nothing", "[vanish]") {
  World world = applied_world();
  const std::string broken = GENERATE("spec: [", "{{ template }}", "\xff\xfe");
  world.repo.write("policies/everywhere.yaml", broken);
  world.repo.write("config/three.yaml", config_map("three", "3"));
  world.commit("broken");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 2);
  CHECK(contains(run.err, "policies/everywhere.yaml"));
  CHECK(contains(world.status_file("README.md"), "policies/everywhere.yaml"));
  check_all_there(world);
  world.lose_data_dir();
  world.lose_status_branch();
  CHECK(world.run_once().code == 2);
  check_all_there(world);
}

TEST_CASE("a removed policy folder deletes nothing until that is confirmed", "[vanish]") {
  World world = applied_world();
  world.repo.remove("policies");
  const std::string commit = world.repo.commit("no policies");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 4);
  const std::string digest = digest_in(world.status_file("README.md"));
  CHECK_FALSE(digest.empty());
  CHECK(inventory_item(world, "eu-prod", "ConfigMap team/one")["state"].asString() ==
        "HeldForDeletion");
  check_all_there(world);
  // The commit touched no file of these objects, and still it is the one that removed them.
  confirm(world, commit);
  const Outcome released = world.run_once();
  INFO(released.text());
  CHECK(released.code == 0);
  for (const std::string& member : two_members) check_all_gone(world, member);
}

TEST_CASE("a deleted Cluster file deletes nothing until that is confirmed", "[vanish]") {
  World world = applied_world();
  world.repo.remove("clusters/us-prod.yaml");
  const std::string commit = world.repo.commit("no us-prod");
  world.members->forget_requests();
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 4);
  CHECK(contains(run.err, "us-prod"));
  CHECK(writes_on(*world.members, "us-prod").empty());
  check_all_there(world);
  const std::string readme = world.status_file("README.md");
  INFO(readme);
  CHECK(contains(readme, "us-prod"));
  CHECK(inventory_names(world, "us-prod") == before);
  const std::string digest = digest_in(readme);
  REQUIRE_FALSE(digest.empty());

  SECTION("with the commit") { confirm(world, commit); }
  SECTION("with the digest") { confirm(world, digest); }
  const Outcome released = world.run_once();
  INFO(released.text());
  CHECK(released.code == 0);
  check_all_gone(world, "us-prod");
  CHECK(workload_names(*world.members, "eu-prod") == before);

  // Where namespaces do go, the cluster is forgotten.
  if (is_live(*world.members, "us-prod", "Namespace team")) return;
  CHECK(world.run_once().code == 0);
  CHECK_FALSE(is_live(*world.members, "us-prod", "ConfigMap flotilla-system/small"));
  CHECK(world.status_file("clusters/us-prod.yaml").empty());
  CHECK(world.status_file("inventory/us-prod.yaml").empty());
}

TEST_CASE("a Cluster file that comes back goes on as if nothing had been", "[vanish]") {
  World world = applied_world();
  world.repo.remove("clusters/us-prod.yaml");
  world.commit("no us-prod");
  REQUIRE(world.run_once().code == 4);
  world.repo.git({"revert", "--no-edit", "HEAD"});
  world.members->forget_requests();
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  CHECK(writes_on(*world.members, "us-prod").empty());
  check_all_there(world);
}

}  // namespace flotilla::tests
