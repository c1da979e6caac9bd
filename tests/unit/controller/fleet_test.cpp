#include "reconciler/controller/fleet.h"

#include "reconciler/simulator/simulator.h"
#include "render/catalog/catalog.h"
#include "tests/support/git_servers/sandbox.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <map>

using namespace flotilla;
using namespace flotilla::testing;
using namespace std::chrono_literals;

namespace {

const std::string eu =
    "apiVersion: cluster.karmada.io/v1alpha1\nkind: Cluster\nmetadata: {name: eu}\n"
    "spec: {syncMode: Push}\n";
std::string eu_at(const std::string& endpoint) {
  return "apiVersion: cluster.karmada.io/v1alpha1\nkind: Cluster\nmetadata: {name: eu}\n"
         "spec: {syncMode: Push, apiEndpoint: \"" +
         endpoint + "\"}\n";
}
const std::string all =
    "apiVersion: policy.karmada.io/v1alpha1\nkind: ClusterPropagationPolicy\n"
    "metadata: {name: all}\nspec:\n  resourceSelectors: [{apiVersion: v1, kind: ConfigMap}]\n"
    "  placement: {clusterAffinity: {clusterNames: [eu]}}\n";
const ObjectKey one{"", "ConfigMap", "shop", "one"};

// A fleet of one embedded cluster.
struct World {
  Sandbox box;
  std::unique_ptr<simulator::Simulator> server = *simulator::Simulator::start({});
  kube::Loop loop;
  std::map<std::string, std::string> files{
      {"eu.yaml", eu},
      {"all.yaml", all},
      {"one.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, namespace: shop}\n"}};
  std::unique_ptr<controller::Fleet> fleet;
  std::string revision = "main@sha1:1";
  std::size_t seen = 0;
  int quiet = 0;

  World() {
    controller::Options options;
    options.kubeconfig = box / "kubeconfig";
    options.interval = 60s;
    options.request_timeout = 2s;
    write_kubeconfig();
    fleet = std::make_unique<controller::Fleet>(loop, options);
  }
  ~World() {
    loop.post([&] {
      fleet->stop();
      loop.stop();
    });
    loop.run();
  }

  void write_kubeconfig() const {
    std::ofstream(box / "kubeconfig")
        << simulator::kubeconfig({{"eu", server->server_url(), server->ca_pem(), server->token()}});
  }

  void push() {
    catalog::MemoryTree tree;
    for (const auto& [path, text] : files) tree.write(path, text);
    decision::Snapshot snapshot;
    snapshot.catalog = catalog::load_catalog(tree, nullptr).value();
    snapshot.revision = revision;
    for (const std::string& text : decision::confirmations_in(snapshot.catalog))
      snapshot.confirmations.push_back({text, {}, {}});
    controller::Decided decided;
    decided.decision = std::make_shared<const decision::Decision>(decision::decide(snapshot, {}));
    fleet->want(std::move(decided));
  }

  bool eventually(const std::function<bool()>& condition) {
    for (int i = 0; i < 1000 && !condition(); ++i) loop.run(loop.sleep(10ms));
    return condition();
  }

  const member::Report& report() const { return *fleet->reports().at("eu"); }
  bool is_known() const {
    return fleet->reports().contains("eu") && report().objects.contains(one) &&
           report().objects.at(one).on_cluster;
  }
  // Settled, and for a while nothing was asked of the server.
  bool is_at_rest() {
    const std::size_t before = server->requests().size();
    quiet = fleet->settled() && before == seen ? quiet + 1 : 0;
    seen = before;
    return quiet > 50;
  }
  std::size_t requests(const std::string& part) const {
    std::size_t count = 0;
    for (const auto& request : server->requests())
      count += request.target.find(part) != std::string::npos ? 1U : 0U;
    return count;
  }
  std::size_t watches() const { return requests("configmaps?watch=1"); }
};

}  // namespace

TEST_CASE("what is known of a cluster outlasts any number of passes that do not reach it") {
  World world;
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
  World world;
  world.fleet->keep_going();
  world.push();
  REQUIRE(world.eventually([&] { return world.is_known() && world.watches() > 0; }));
  world.files.erase("eu.yaml");
  world.push();
  REQUIRE(world.eventually([&] { return world.fleet->reports().empty(); }));
  world.loop.run(world.loop.sleep(50ms));  // its work ends
  world.files["eu.yaml"] = eu;
  world.server->forget_requests();
  world.push();
  REQUIRE(world.eventually([&] { return world.is_known(); }));
  CHECK(world.eventually([&] { return world.watches() > 0; }));
}

TEST_CASE("a confirmation releases what is held, though nothing else has changed") {
  World world;
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
  World world;
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
