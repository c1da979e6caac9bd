#include "tests/integration/fleet/hands.h"
#include "tests/integration/fleet/world.h"

#include <catch2/catch.hpp>

// Deletions that wait, that take long, and that are refused.
namespace flotilla::tests {
namespace {

const std::string member = "eu-prod";
const std::string two = "ConfigMap team/two";

constexpr const char* all_but_delete = R"({"apiVersion":"rbac.authorization.k8s.io/v1",
"kind":"ClusterRole","metadata":{"name":"all-but-delete"},"rules":[{"apiGroups":["*"],
"resources":["*"],"verbs":["get","list","watch","create","update","patch"]}]})";
constexpr const char* limited_may = R"({"apiVersion":"rbac.authorization.k8s.io/v1",
"kind":"ClusterRoleBinding","metadata":{"name":"limited"},
"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"all-but-delete"},
"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"limited"}]})";

}  // namespace

TEST_CASE("what is replaced goes when the new is ready", "[prune]") {
  World world = small_world({member});
  also_select(world, {"apiextensions.k8s.io/v1 CustomResourceDefinition",
                      "shop.example.com/v1alpha1 Promotion"});
  write_fleet(world, "  readinessTimeout: 2s\n  health: {statusGrace: 1h}\n");
  world.repo.write("definition.yaml", promotion_definition());
  world.repo.write("far.yaml", config_map("far", "1", "default"));
  world.commit("promotions");
  REQUIRE(world.run_once().code == 0);
  world.repo.remove("config/two.yaml");
  world.repo.remove("far.yaml");
  world.repo.write("sale.yaml", promotion("sale"));
  world.commit("a sale instead of two");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 3);
  CHECK(is_live(*world.members, member, two));
  CHECK_FALSE(is_live(*world.members, member, "ConfigMap default/far"));  // in another namespace
  CHECK(inventory_names(world, member).contains(two));
  CHECK(contains(world.status_file("README.md"), "Promotion.shop.example.com/team/sale"));

  write_status(*world.members, member, "Promotion team/sale",
               R"({"conditions":[{"type":"Ready","status":"True"}]})");
  const Outcome again = world.run_once();
  INFO(again.text());
  CHECK(again.code == 0);
  CHECK_FALSE(is_live(*world.members, member, two));
}

TEST_CASE("nothing is deleted while its replacement is refused", "[prune]") {
  World world = small_world({member});
  also_select(world, {"apps/v1 Deployment"});
  REQUIRE(world.run_once().code == 0);
  std::string bad = deployment("bad");
  bad.replace(bad.find("replicas"), 8, "replica");
  world.repo.write("bad.yaml", bad);
  world.repo.remove("config/two.yaml");
  world.commit("bad instead of two");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 2);
  CHECK(is_live(*world.members, member, two));
  CHECK(inventory_names(world, member).contains(two));
}

TEST_CASE("a deletion that a finalizer delays is followed", "[prune]") {
  World world = small_world({member});
  REQUIRE(world.run_once().code == 0);
  edit(*world.members, member, two, R"({"metadata":{"finalizers":["example.com/wait"]}})",
       "their-controller");
  world.repo.remove("config/two.yaml");
  world.commit("two is gone");
  for (int pass = 1; pass <= 2; ++pass) {
    INFO("pass " << pass);
    const Outcome run = world.run_once();
    INFO(run.text());
    CHECK(run.code != 2);
    const Json::Value item = inventory_item(world, member, two);
    CHECK(item["state"].asString() == "Deleting");
    CHECK(contains(world.status_file("README.md"), "team/two"));
  }
  CHECK(contains(inventory_item(world, member, two)["message"].asString(), "example.com/wait"));

  edit(*world.members, member, two, R"({"metadata":{"finalizers":null}})", "their-controller");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  CHECK_FALSE(is_live(*world.members, member, two));
  CHECK_FALSE(inventory_names(world, member).contains(two));
}

TEST_CASE("what is still being deleted and wanted again is made again", "[prune]") {
  World world = small_world({member});
  REQUIRE(world.run_once().code == 0);
  edit(*world.members, member, two, R"({"metadata":{"finalizers":["example.com/wait"]}})",
       "their-controller");
  const std::string uid = uid_of(*world.members, member, two);
  delete_live(*world.members, member, two);
  const Outcome waiting = world.run_once();
  INFO(waiting.text());
  CHECK(waiting.code == 3);
  edit(*world.members, member, two, R"({"metadata":{"finalizers":null}})", "their-controller");
  CHECK(world.run_once().code == 0);
  CHECK(is_live(*world.members, member, two));
  CHECK(uid_of(*world.members, member, two) != uid);
}

TEST_CASE("a refused deletion stays in the inventory", "[prune]") {
  World world = small_world({member});
  const std::string token = world.members->limited_token(member);
  if (token.empty()) {
    WARN("these members know no such user");
    return;
  }
  create(*world.members, member, all_but_delete);
  create(*world.members, member, limited_may);
  write_kubeconfig(*world.members, world.kubeconfig, {.member = member, .token = token});
  REQUIRE(world.run_once().code == 0);
  world.repo.remove("config/two.yaml");
  world.commit("two is gone");
  for (int pass = 1; pass <= 2; ++pass) {
    INFO("pass " << pass);
    const Outcome run = world.run_once();
    INFO(run.text());
    CHECK(run.code == 2);
    CHECK(contains(run.err, "team/two"));
    CHECK(contains(run.err, "cannot delete"));
    CHECK(is_live(*world.members, member, two));
    CHECK(inventory_names(world, member).contains(two));
  }
  write_kubeconfig(*world.members, world.kubeconfig);
  CHECK(world.run_once().code == 0);
  CHECK_FALSE(is_live(*world.members, member, two));
}

}  // namespace flotilla::tests
