#include "tests/integration/fleet/hands.h"
#include "tests/integration/fleet/world.h"

#include <catch2/catch.hpp>

#include <algorithm>

// In which order objects come, and who waits for whom.
namespace flotilla::tests {
namespace {

const std::string member = "eu-prod";
const std::vector<std::string> shop_kinds = {"apiextensions.k8s.io/v1 CustomResourceDefinition",
                                             "shop.example.com/v1alpha1 Promotion",
                                             "apps/v1 Deployment"};

const std::string ready = R"({"conditions":[{"type":"Ready","status":"True"}]})";
const std::string stalled = R"({"conditions":[{"type":"Stalled","status":"True",)"
                            R"("reason":"Broken","message":"it cannot be sold"}]})";

// A refused object: the field replica does not exist.
std::string misspelt() {
  std::string text = deployment("misspelt");
  return text.replace(text.find("replicas"), 8, "replica");
}

// A world whose policy takes Promotions too, with their definition on the cluster.
World shop_world(const std::string& fleet_spec) {
  World world = small_world({member});
  also_select(world, shop_kinds);
  write_fleet(world, fleet_spec);
  world.repo.write("definition.yaml", promotion_definition());
  world.commit("promotions");
  return world;
}

std::size_t index_of(const std::vector<SeenRequest>& requests, const std::string& text) {
  const auto found = std::ranges::find(
      requests, text, [](const SeenRequest& request) { return to_string(request); });
  return static_cast<std::size_t>(found - requests.begin());
}

const std::string never = "  readinessTimeout: 2s\n  health: {statusGrace: 1h}\n";

}  // namespace

TEST_CASE("a definition, its objects, a namespace and what is in it arrive in one run", "[order]") {
  World world = small_world({member});
  also_select(world, shop_kinds);
  // By name and by file they come in the worst order.
  world.repo.write("a/sale.yaml", promotion("a-sale"));
  world.repo.write("a/settings.yaml", config_map("a-settings", "1", "later"));
  world.repo.write("z/definition.yaml", promotion_definition());
  world.repo.write("z/later.yaml", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: later\n");
  world.commit("everything at once");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  CHECK(is_live(*world.members, member, "Promotion team/a-sale"));
  CHECK(is_live(*world.members, member, "ConfigMap later/a-settings"));
  CHECK(inventory_item(world, member, "Namespace later")["origin"].asString() == "created");
}

TEST_CASE("a wave goes when the one before is ready", "[order][slow]") {
  World world = shop_world("  health: {statusGrace: 1s}\n");
  REQUIRE(world.run_once().code == 0);
  world.repo.write("a.yaml", annotated_map("a-second", {"argocd.argoproj.io/sync-wave: \"2\""}));
  world.repo.write("b.yaml", promotion("b-first", {"flotilla.dev/wave: \"1\""}));
  world.commit("two waves");
  world.members->forget_requests();
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  CHECK(is_live(*world.members, member, "ConfigMap team/a-second"));
  const std::vector<SeenRequest> requests = world.members->requests(member);
  const std::size_t first = index_of(requests, "PATCH promotions team/b-first");
  const std::size_t second = index_of(requests, "PATCH configmaps team/a-second");
  CHECK(first < second);
  CHECK(second < requests.size());
}

TEST_CASE("a wave that never becomes ready holds the next one and nothing else", "[order]") {
  World world = shop_world(never);
  world.repo.write("a.yaml", annotated_map("a-second", {"flotilla.dev/wave: \"2\""}));
  world.repo.write("b.yaml", promotion("b-first", {"argocd.argoproj.io/sync-wave: \"1\""}));
  world.repo.write("config/three.yaml", config_map("three", "3"));
  write_policy(world, "apart", {"v1 ConfigMap elsewhere"}, "  priority: 1\n");
  world.repo.write("elsewhere.yaml", annotated_map("elsewhere", {"flotilla.dev/wave: \"3\""}));
  world.commit("two waves, and one of another policy");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 3);
  CHECK_FALSE(is_live(*world.members, member, "ConfigMap team/a-second"));
  CHECK(is_live(*world.members, member, "ConfigMap team/three"));
  CHECK(is_live(*world.members, member, "ConfigMap team/elsewhere"));
  CHECK(contains(world.status_file("README.md"), "team/a-second"));
  CHECK(contains(world.status_file("README.md"),
                 "waits for Promotion.shop.example.com/team/b-first"));
  CHECK(contains(world.status_file("bindings/team/a-second-configmap.yaml"), "waits for"));
  CHECK_FALSE(inventory_names(world, member).contains("ConfigMap team/a-second"));

  write_status(*world.members, member, "Promotion team/b-first", ready);
  const Outcome again = world.run_once();
  INFO(again.text());
  CHECK(again.code == 0);
  CHECK(is_live(*world.members, member, "ConfigMap team/a-second"));
}

TEST_CASE("depends-on waits for what it names", "[order]") {
  World world = shop_world(never);
  world.repo.write("gate.yaml", promotion("gate"));
  world.repo.write("a.yaml",
                   annotated_map("a-theirs", {"config.kubernetes.io/depends-on: "
                                              "shop.example.com/namespaces/team/Promotion/gate"}));
  world.repo.write("b.yaml", annotated_map("b-ours", {"flotilla.dev/depends-on: "
                                                      "ConfigMap/team/one, "
                                                      "Promotion.shop.example.com/team/gate"}));
  world.repo.write("c.yaml", annotated_map("c-far", {"flotilla.dev/depends-on: "
                                                     "ConfigMap/team/b-ours"}));
  world.repo.write("d.yaml", annotated_map("d-met", {"flotilla.dev/depends-on: Namespace/team"}));
  world.commit("dependants");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 3);
  for (const std::string name : {"a-theirs", "b-ours", "c-far"}) {
    INFO(name);
    CHECK_FALSE(is_live(*world.members, member, "ConfigMap team/" + name));
    CHECK(contains(world.status_file("bindings/team/" + name + "-configmap.yaml"), "waits for"));
  }
  CHECK(is_live(*world.members, member, "ConfigMap team/d-met"));

  write_status(*world.members, member, "Promotion team/gate", ready);
  const Outcome again = world.run_once();
  INFO(again.text());
  CHECK(again.code == 0);
  CHECK(is_live(*world.members, member, "ConfigMap team/c-far"));
}

TEST_CASE("objects that depend on each other are an error with the path", "[order]") {
  World world = small_world({member});
  world.repo.write("config/one.yaml",
                   annotated_map("one", {"flotilla.dev/depends-on: ConfigMap/team/two"}));
  world.repo.write("config/two.yaml",
                   annotated_map("two", {"flotilla.dev/depends-on: ConfigMap/team/three"}));
  world.repo.write("config/three.yaml",
                   annotated_map("three", {"flotilla.dev/depends-on: ConfigMap/team/one"}));
  world.repo.write("config/four.yaml", config_map("four", "4"));
  world.commit("round and round");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 2);
  const std::string path = "ConfigMap/team/one → ConfigMap/team/two → ConfigMap/team/three";
  CHECK(contains(run.err, path));
  CHECK(contains(world.status_file("README.md"), path));
  CHECK(is_live(*world.members, member, "ConfigMap team/four"));
  CHECK_FALSE(is_live(*world.members, member, "ConfigMap team/one"));
  const Outcome vet = flotilla({"vet", "--repo", world.repo.path().string()});
  INFO(vet.text());
  CHECK(vet.code == 2);
  CHECK(contains(vet.text(), path));
}

TEST_CASE("what was refused holds its dependants and nobody else", "[order]") {
  World world = shop_world("  readinessTimeout: 2s\n");
  world.repo.write("bad.yaml", misspelt());
  world.repo.write("after.yaml", annotated_map("after", {"flotilla.dev/depends-on: "
                                                         "Deployment.apps/team/misspelt"}));
  world.repo.write("config/three.yaml", config_map("three", "3"));
  world.commit("one is refused");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 2);
  CHECK_FALSE(is_live(*world.members, member, "ConfigMap team/after"));
  CHECK(is_live(*world.members, member, "ConfigMap team/three"));
  CHECK(contains(world.status_file("bindings/team/after-configmap.yaml"),
                 "waits for Deployment.apps/team/misspelt"));
}

TEST_CASE("what failed holds its dependants, and is not waited for", "[order]") {
  World world = shop_world("  readinessTimeout: 60s\n  health: {statusGrace: 1h}\n");
  world.repo.write("gate.yaml", promotion("gate"));
  world.commit("the gate");
  REQUIRE(world.run_once().code == 0);
  write_status(*world.members, member, "Promotion team/gate", stalled);
  world.repo.write("after.yaml", annotated_map("after", {"flotilla.dev/depends-on: "
                                                         "Promotion.shop.example.com/team/gate"}));
  world.commit("behind the gate");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.took < std::chrono::seconds(30));
  CHECK(run.code == 3);
  CHECK_FALSE(is_live(*world.members, member, "ConfigMap team/after"));
  CHECK(contains(world.status_file("bindings/team/after-configmap.yaml"), "which failed"));
}

TEST_CASE("a dependency that is not on the cluster is an error", "[order]") {
  World world = small_world({member});
  world.repo.write("config/three.yaml",
                   annotated_map("three", {"flotilla.dev/depends-on: ConfigMap/team/nowhere"}));
  world.commit("depends on nothing there");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 2);
  CHECK(contains(run.err, "ConfigMap/team/nowhere"));
  CHECK_FALSE(is_live(*world.members, member, "ConfigMap team/three"));
  CHECK(is_live(*world.members, member, "ConfigMap team/two"));
}

}  // namespace flotilla::tests
