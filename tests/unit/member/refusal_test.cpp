#include "tests/unit/member/scene.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using Catch::Matchers::Contains;
using member::State;

namespace {

const std::string settings =
    "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'settings','namespace':'NS'},"
    "'data':{'color':'red'}}";

const std::string space = "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'NS'}}";

}  // namespace

TEST_CASE("a wrong object is refused") {
  test::Scene scene;
  const auto object = scene.apply(scene.manifest(replace_all(settings, "'red'", "7")));
  CHECK(object.state == State::refused);
  CHECK_THAT(object.message, Contains("color"));
  CHECK_FALSE(scene.report.error);
}

TEST_CASE("an object in a namespace that is being deleted waits") {
  test::Scene scene;
  scene.create_as("somebody",
                  "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'held',"
                  "'namespace':'NS','finalizers':['example.org/hold']}}");
  scene.delete_as_other(space);
  CHECK(scene.apply(scene.manifest(settings)).state == State::waiting);
}

TEST_CASE("a missing namespace is made, waited for, or a reason") {
  test::Scene scene;
  const std::string nowhere = replace_all(settings, "'NS'", "'NS-new'");
  SECTION("made where the repository has none") {
    CHECK(scene.apply(scene.manifest(nowhere)).state == State::applied);
    const ObjectKey made =
        scene.key("{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'NS-new'}}");
    CHECK(scene.inventory.at(made).origin == "implicit");
  }
  SECTION("waited for where it comes from the repository") {
    scene.decision.work["eu"].manifests.push_back(
        scene.manifest("{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'NS-new'}}"));
    const auto object = scene.apply(scene.manifest(nowhere));
    CHECK(object.state == State::waiting);
    CHECK(object.message == "waits for Namespace/" + scene.space + "-new");
  }
}

TEST_CASE("a kind that went meanwhile is waited for, and discovery is known to be stale") {
  test::Scene scene;
  scene.discovery.kinds[{"example.org", "Widget"}] = {
      {"example.org", "v1", "Widget", "widgets", true, {}}};
  const auto object = scene.apply(scene.manifest(
      "{'apiVersion':'example.org/v1','kind':'Widget','metadata':{'name':'a','namespace':'NS'}}"));
  CHECK(object.state == State::waiting);
  CHECK_THAT(object.message, Contains("does not serve example.org/v1 Widget any more"));
  CHECK(scene.stale_discovery);
}

TEST_CASE("a credential that is not accepted is a fault of the cluster, not of the object") {
  test::Scene scene;
  scene.use_token("wrong");
  scene.apply(scene.manifest(settings));
  REQUIRE(scene.report.error);
  CHECK(scene.report.error->code == Code::unauthorized);
}

TEST_CASE("what a cluster that does not answer did to an object is said alike in every pass") {
  using namespace std::chrono_literals;
  test::Scene scene;
  kube::Access access = scene.access();
  access.server = "https://127.0.0.1:1";
  kube::ClientOptions options;
  options.failures_to_open = 1;
  options.first_rest = 60s;
  options.patience = 100ms;
  kube::Loop loop;
  kube::Client client(loop, access, options);
  member::Order order;
  order.cluster = "eu";
  order.decision = std::make_shared<const decision::Decision>(scene.decision);
  decision::InventoryItem item;
  item.key = scene.key(settings);
  std::set<std::string> messages;
  for (int pass = 0; pass < 3; ++pass) {
    decision::Inventory inventory;
    member::Report report;
    member::Applier applier(client, order, "id", inventory, report);
    applier.use(scene.discovery);
    loop.run(applier.remove(item));
    REQUIRE(report.error);
    messages.insert(report.error->message);
    messages.insert(report.objects.at(item.key).message);
  }
  REQUIRE(messages.size() == 2);
  CHECK_THAT(*messages.begin(), Contains("connection refused"));
  CHECK(*messages.rbegin() == "it could not be deleted: " + *messages.begin());
}
