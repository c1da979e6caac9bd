#include "tests/integration/fleet/hands.h"
#include "tests/integration/fleet/world.h"

#include <catch2/catch.hpp>

// What is ours is known on the cluster, whatever happens to git, to its URL and to definitions.
namespace flotilla::tests {
namespace {

const std::string member = "eu-prod";
const std::string definition = "CustomResourceDefinition promotions.shop.example.com";
const std::string sale = "Promotion team/sale";

Outcome run_elsewhere(const World& world, const std::filesystem::path& repo) {
  return flotilla({"run", "--once", "--repo", repo.string(), "--kubeconfig",
                   world.kubeconfig.string(), "--data-dir",
                   (world.folder.path() / "elsewhere").string()});
}

// A fleet of another name that wants team/one as well.
WorkTree rival(const World& world, const std::string& policy_spec) {
  WorkTree other;
  other.write("fleet.yaml",
              "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata:\n  name: rival\n");
  other.write("clusters/eu-prod.yaml", cluster_file(member));
  other.write("config/one.yaml", config_map("one", "rival"));
  other.write("config/mine.yaml", config_map("mine", "x"));
  other.write("policies/all.yaml",
              "apiVersion: policy.karmada.io/v1alpha1\nkind: ClusterPropagationPolicy\n"
              "metadata: {name: all}\nspec:\n" +
                  policy_spec + "  resourceSelectors: [{apiVersion: v1, kind: ConfigMap}]\n");
  other.commit("a rival");
  REQUIRE(world.run_once().code == 0);
  return other;
}

World shop_world() {
  World world = small_world({member});
  also_select(world, {"apiextensions.k8s.io/v1 CustomResourceDefinition",
                      "shop.example.com/v1alpha1 Promotion"});
  world.repo.write("shop/definition.yaml", promotion_definition());
  world.repo.write("shop/sale.yaml", promotion("sale"));
  world.commit("promotions");
  REQUIRE(world.run_once().code == 0);
  REQUIRE(is_live(*world.members, member, sale));
  return world;
}

}  // namespace

TEST_CASE("two repositories do not fight over an object that both want", "[inventory]") {
  const std::string policy_spec = GENERATE("", "  conflictResolution: Overwrite\n");
  INFO("the rival's policy: " << policy_spec);
  World world = small_world({member});
  const WorkTree other = rival(world, policy_spec);
  const Outcome first = run_elsewhere(world, other.path());
  INFO(first.text());
  CHECK(first.code == 2);
  CHECK(contains(first.err, "ConfigMap/team/one"));
  const std::string version = version_of(*world.members, member, "ConfigMap team/one");
  for (int round = 1; round <= 3; ++round) {
    INFO("round " << round);
    CHECK(world.run_once().code == 0);
    CHECK(run_elsewhere(world, other.path()).code == 2);
  }
  CHECK(version_of(*world.members, member, "ConfigMap team/one") == version);
  CHECK(value_of(*world.members, member, "ConfigMap team/one") == "1");
  CHECK(is_live(*world.members, member, "ConfigMap team/mine"));
  CHECK(contains(other.show(status_branch, "README.md"), "team/one"));
}

TEST_CASE("a repository that moved to another URL goes on with what it had", "[inventory]") {
  World world = small_world({member});
  REQUIRE(world.run_once().code == 0);
  const std::filesystem::path moved = world.folder.path() / "moved.git";
  world.repo.git({"clone", "--quiet", "--bare", "--single-branch", "--branch", "main",
                  world.repo.path().string(), moved.string()});
  world.members->forget_requests();
  const Outcome run = run_elsewhere(world, moved);
  INFO(run.text());
  CHECK(run.code == 0);
  CHECK(writes_on(*world.members, member).empty());
  CHECK(is_live(*world.members, member, "ConfigMap team/two"));
}

TEST_CASE("a definition deleted by hand comes back, and its objects", "[inventory]") {
  const World world = shop_world();
  delete_live(*world.members, member, definition);
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  CHECK(is_live(*world.members, member, sale));
  CHECK(inventory_names(world, member).contains(sale));
}

TEST_CASE("objects whose definition somebody removed are no trouble", "[inventory]") {
  World world = shop_world();
  delete_live(*world.members, member, definition);
  world.repo.remove("shop");
  world.commit("no promotions any more");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK((run.code == 0 || run.code == 4));  // a server may take a moment to delete a definition
  const Outcome again = world.run_once();
  INFO(again.text());
  CHECK(again.code == 0);
  CHECK(inventory_names(world, member) ==
        std::set<std::string>{"ConfigMap team/one", "ConfigMap team/two", "Namespace team"});
}

TEST_CASE("without status branch and data folder nothing is lost and nothing written",
          "[inventory]") {
  World world = shop_world();
  world.repo.remove("shop/sale.yaml");
  world.commit("the sale is over");
  world.lose_data_dir();
  world.lose_status_branch();
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  CHECK_FALSE(is_live(*world.members, member, sale));
  world.lose_data_dir();
  world.lose_status_branch();
  world.members->forget_requests();
  CHECK(world.run_once().code == 0);
  CHECK(writes_on(*world.members, member).empty());
  CHECK(inventory_names(world, member).contains(definition));
}

}  // namespace flotilla::tests
