#include "tests/integration/fleet/hands.h"
#include "tests/integration/fleet/world.h"

#include <catch2/catch.hpp>

#include <regex>

// Deletions that a person has to confirm.
namespace flotilla::tests {
namespace {

const std::string member = "eu-prod";

std::string numbered(int number) { return "n" + std::to_string(number); }

// small_world and so many ConfigMaps more, applied. Its files are many/n0.yaml and so on.
World many_world(int count, const std::string& fleet_spec = "") {
  World world = small_world({member});
  write_fleet(world, fleet_spec);
  for (int i = 0; i < count; ++i)
    world.repo.write("many/" + numbered(i) + ".yaml", config_map(numbered(i), "1"));
  world.commit("many");
  REQUIRE(world.run_once().code == 0);
  return world;
}

std::string remove_many(World& world, int count) {
  for (int i = 0; i < count; ++i) world.repo.remove("many/" + numbered(i) + ".yaml");
  return world.repo.commit("remove " + std::to_string(count));
}

int many_left(const World& world) {
  int left = 0;
  for (const std::string& name : names_on(*world.members, member))
    if (name.starts_with("ConfigMap team/n")) ++left;
  return left;
}

std::string digest_in(const std::string& text) {
  std::smatch match;
  if (!std::regex_search(text, match, std::regex("sha256:[0-9a-f]{12}"))) return "";
  return match.str();
}

void confirm(World& world, const std::string& text) {
  write_fleet(world, "  confirmDeletions: \"" + text + "\"\n");
  world.commit("confirmed");
}

}  // namespace

TEST_CASE("many deletions at once are held, shown, and released by a commit", "[guard]") {
  World world = many_world(15);
  const std::string commit = remove_many(world, 12);
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 4);
  CHECK(many_left(world) == 15);
  CHECK(contains(run.err, "confirmDeletions"));
  const std::string readme = world.status_file("README.md");
  INFO(readme);
  const std::string digest = digest_in(readme);
  REQUIRE_FALSE(digest.empty());
  CHECK(contains(readme, "12 of 18"));
  CHECK(contains(readme, commit.substr(0, 7)));
  const Json::Value item = inventory_item(world, member, "ConfigMap team/n0");
  CHECK(item["state"].asString() == "HeldForDeletion");
  CHECK(inventory_item(world, member, "ConfigMap team/one")["state"].asString() == "Applied");

  SECTION("with the commit") { confirm(world, commit.substr(0, 7)); }
  SECTION("with the digest") { confirm(world, digest); }
  SECTION("in a list, and later commits do not undo it") {
    write_fleet(world, "  confirmDeletions: [\"" + digest + "\", \"" + commit + "\"]\n");
    world.commit("confirmed");
    world.repo.write("config/three.yaml", config_map("three", "3"));
    world.commit("something else");
  }
  const Outcome released = world.run_once();
  INFO(released.text());
  CHECK(released.code == 0);
  CHECK(many_left(world) == 3);
  CHECK(is_live(*world.members, member, "ConfigMap team/one"));
  CHECK_FALSE(inventory_names(world, member).contains("ConfigMap team/n0"));
}

TEST_CASE("another commit or another digest confirms nothing", "[guard]") {
  World world = many_world(15);
  const std::string before = lines_of(world.repo.git({"rev-parse", "HEAD"})).front();
  remove_many(world, 12);
  REQUIRE(world.run_once().code == 4);
  const std::string wrong = GENERATE("", "sha256:0123456789ab");
  confirm(world, wrong.empty() ? before : wrong);
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 4);
  CHECK(many_left(world) == 15);
}

TEST_CASE("a confirmed commit confirms no later deletion", "[guard]") {
  World world = many_world(30);
  const std::string commit = remove_many(world, 12);
  confirm(world, commit);
  REQUIRE(world.run_once().code == 0);
  REQUIRE(many_left(world) == 18);
  for (int i = 12; i < 24; ++i) world.repo.remove("many/" + numbered(i) + ".yaml");
  world.commit("twelve more");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 4);
  CHECK(many_left(world) == 18);
}

TEST_CASE("what is held is not held any longer when it is wanted again", "[guard]") {
  World world = many_world(15);
  remove_many(world, 12);
  REQUIRE(world.run_once().code == 4);
  world.repo.git({"revert", "--no-edit", "HEAD"});
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  CHECK(many_left(world) == 15);
  CHECK(inventory_item(world, member, "ConfigMap team/n0")["state"].asString() == "Applied");
}

TEST_CASE("deletions within one of the limits go on", "[guard]") {
  World world = many_world(GENERATE(11, 40));  // 10 of 14: few. 12 of 43: a small part.
  const int before = many_left(world);
  const int count = before == 11 ? 10 : 12;
  remove_many(world, count);
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  CHECK(many_left(world) == before - count);
}

TEST_CASE("the limits are the Fleet's", "[guard]") {
  World world = many_world(5, "  deletionGuard: {count: 1, percent: 10}\n");
  remove_many(world, 2);
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 4);
  CHECK(many_left(world) == 5);
}

TEST_CASE("everything is never deleted unconfirmed", "[guard]") {
  World world = small_world({member});
  REQUIRE(world.run_once().code == 0);
  world.repo.remove("config");
  world.repo.remove("team.yaml");
  const std::string commit = world.repo.commit("nothing is left");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 4);
  CHECK(is_live(*world.members, member, "ConfigMap team/one"));
  confirm(world, commit);
  const Outcome released = world.run_once();
  INFO(released.text());
  CHECK(released.code == 0);
  CHECK_FALSE(is_live(*world.members, member, "ConfigMap team/one"));
}

TEST_CASE("a Namespace, a definition and a claim are held alone", "[guard]") {
  World world = small_world({member});
  also_select(world, {"apiextensions.k8s.io/v1 CustomResourceDefinition",
                      "shop.example.com/v1alpha1 Promotion", "v1 PersistentVolumeClaim"});
  world.repo.write("gone/side.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: side}\n");
  world.repo.write("gone/in-side.yaml", config_map("in-side", "1", "side"));
  world.repo.write("gone/definition.yaml", promotion_definition());
  world.repo.write("gone/sale.yaml", promotion("sale"));
  world.repo.write("gone/disk.yaml",
                   "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: disk, namespace: "
                   "team}\nspec:\n  accessModes: [ReadWriteOnce]\n"
                   "  resources: {requests: {storage: 1Gi}}\n");
  world.commit("to be removed");
  REQUIRE(world.run_once().code == 0);
  world.repo.remove("gone");
  const std::string commit = world.repo.commit("removed");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 4);
  CHECK_FALSE(is_live(*world.members, member, "ConfigMap side/in-side"));
  CHECK_FALSE(is_live(*world.members, member, "Promotion team/sale"));
  const std::set<std::string> held = {"CustomResourceDefinition promotions.shop.example.com",
                                      "Namespace side", "PersistentVolumeClaim team/disk"};
  for (const std::string& name : held) {
    INFO(name);
    CHECK_FALSE(read_live(*world.members, member, name)["metadata"].isMember("deletionTimestamp"));
    CHECK(inventory_item(world, member, name)["state"].asString() == "HeldForDeletion");
  }
  confirm(world, commit);
  const Outcome released = world.run_once();
  INFO(released.text());
  CHECK(released.code == 0);
  for (const std::string& name : held) {
    INFO(name);
    const Json::Value live = read_live(*world.members, member, name);
    CHECK((live.isNull() || live["metadata"].isMember("deletionTimestamp")));
  }
}

}  // namespace flotilla::tests
