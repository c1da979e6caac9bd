#include "reconciler/controller/fleet.h"

#include "tests/unit/controller/one_cluster.h"

using namespace flotilla;
using namespace flotilla::tests;
using namespace std::chrono_literals;

TEST_CASE("what is known of a cluster outlasts any number of passes that do not reach it") {
  OneCluster world;
  world.push();
  world.loop.run(world.fleet->pass_once());
  REQUIRE(world.is_known());
  // Its credential is gone, and it is looked for because the server is another one.
  std::ofstream(world.box / "kubeconfig") << "nothing";
  world.files["eu.yaml"] = eu_at("https://127.0.0.1:1");
  world.push();
  for (int i = 0; i < 3; ++i) {
    world.loop.run(world.fleet->pass_once());
    CHECK(world.report().error);
    CHECK_FALSE(world.report().reached);
    CHECK(world.is_known());
  }
}

TEST_CASE("a cluster that left the repository and came back is watched again") {
  OneCluster world;
  world.fleet->keep_going();
  world.push();
  REQUIRE(world.eventually([&] { return world.is_known() && world.watches() > 0; }));
  world.files.erase("eu.yaml");
  world.push();
  REQUIRE(world.eventually([&] { return world.fleet->reports().empty(); }));
  world.loop.run(world.loop.sleep(50ms));  // its work ends
  world.files["eu.yaml"] = eu_file;
  world.server->forget_requests();
  world.push();
  REQUIRE(world.eventually([&] { return world.is_known(); }));
  CHECK(world.eventually([&] { return world.watches() > 0; }));
}

TEST_CASE("a confirmation releases what is held, though nothing else has changed") {
  OneCluster world;
  world.fleet->keep_going();
  world.files["fleet.yaml"] =
      "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: f}\n"
      "spec:\n  deletionGuard: {count: 1, percent: 1}\n";
  world.files["two.yaml"] =
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: two, namespace: shop}\n";
  world.push();
  REQUIRE(world.eventually([&] { return world.is_known() && world.fleet->settled(); }));
  world.files.erase("one.yaml");
  world.files.erase("two.yaml");
  world.push();
  REQUIRE(world.eventually([&] { return !world.report().held_digest.empty(); }));
  REQUIRE(world.eventually([&] { return world.is_at_rest(); }));
  world.files["fleet.yaml"] += "  confirmDeletions: \"" + world.report().held_digest + "\"\n";
  world.push();
  CHECK(world.eventually([&] { return !world.is_known() && world.report().held_digest.empty(); }));
}

TEST_CASE("what a cluster refused is tried again with a new commit, and not by itself") {
  OneCluster world;
  world.fleet->keep_going();
  world.files["misfit.yaml"] =
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: misfit, namespace: shop}\n"
      "spec:\n  selector: {matchLabels: {app: a}}\n"
      "  template: {metadata: {labels: {app: b}}, spec: {containers: [{name: a, image: a}]}}\n";
  world.files["all.yaml"].replace(world.files["all.yaml"].find("]\n"), 1,
                                  ", {apiVersion: apps/v1, kind: Deployment}]");
  world.push();
  const ObjectKey misfit{"apps", "Deployment", "shop", "misfit"};
  REQUIRE(world.eventually([&] {
    return world.is_known() && world.report().objects.contains(misfit) &&
           world.report().objects.at(misfit).state == member::State::refused;
  }));
  REQUIRE(world.eventually([&] { return world.is_at_rest(); }));
  world.server->forget_requests();
  world.push();
  REQUIRE(world.eventually([&] { return world.is_at_rest(); }));
  CHECK(world.requests("/misfit") == 0);
  world.revision = "main@sha1:2";
  world.push();
  CHECK(world.eventually([&] { return world.requests("/misfit") > 0; }));
}

TEST_CASE("a commit says whether Nodes and Pods of a cluster are counted") {
  OneCluster world;
  world.fleet->keep_going();
  const auto fleet_file = [](const std::string& capacity) {
    return "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: f}\n"
           "spec:\n  capacity: " +
           capacity + "\n";
  };
  const auto is_counted = [&] {
    const auto observed = world.fleet->observed().find("eu");
    return observed != world.fleet->observed().end() && observed->second->isMember("nodeSummary");
  };
  const auto is_ready = [&] { return world.fleet->observed().contains("eu"); };
  world.files["fleet.yaml"] = fleet_file("Off");
  world.push();
  REQUIRE(world.eventually([&] { return is_ready() && world.is_at_rest(); }));
  CHECK_FALSE(is_counted());
  CHECK(world.requests("/nodes") == 0);
  world.files["fleet.yaml"] = fleet_file("On");
  world.push();
  CHECK(world.eventually(is_counted));
  world.files["fleet.yaml"] = fleet_file("Off");
  world.push();
  CHECK(world.eventually([&] { return is_ready() && !is_counted(); }));
}
