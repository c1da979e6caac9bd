#include "render/document/json.h"
#include "tests/unit/status/world.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::tests;
using member::State;

namespace {

const std::string path = "bindings/shop/web-deployment.yaml";

const status::AggregatedItem& item_of(const World& world, const std::string& cluster) {
  return world.memory.aggregated.at(web).at(cluster);
}

Json::Value json(const std::string& text) { return parse_json(text).value(); }

void interpret(World& world) {
  world.decision.interpreter = std::make_shared<const interpreter::Interpreter>();
  world.object("eu", web).status = json(R"({"replicas":2,"readyReplicas":1})");
  world.object("us", web).status = json(R"({"replicas":3,"readyReplicas":3})");
}

}  // namespace

TEST_CASE("what is not applied has no status and an unknown health") {
  World world;
  member::ObjectReport& object = world.object("us", web, State::conflict);
  object.status = json(R"({"replicas":2})");
  object.message = "field .spec.replicas is owned by helm";
  world.write();
  CHECK_FALSE(item_of(world, "us").applied);
  CHECK(item_of(world, "us").status.isNull());
  CHECK(item_of(world, "us").health == "Unknown");
  CHECK(item_of(world, "us").message == object.message);
  CHECK(world.memory.binding_conditions.at(web).back().reason == "FullyAppliedFailed");
}

TEST_CASE("what drifted is applied, and says what drifted and by whom") {
  World world;
  world.object("us", web, State::drifted).drift = {lost(".spec.replicas", "kubectl", "scale")};
  const status::Files files = world.write();
  CHECK(item_of(world, "us").applied);
  CHECK(item_of(world, "us").health == "Healthy");
  CHECK(item_of(world, "us").message ==
        "drifted: .spec.replicas by kubectl (scale) at 2026-11-21T10:00:00Z");
  CHECK(says(files.at(path), "reason: FullyAppliedSuccess"));
  CHECK(says(files.at("README.md"), "# Fleet shop: ready"));
}

TEST_CASE("what a cluster said last stays while it is unreachable") {
  World world;
  world.object("us", web).status = json(R"({"replicas":2})");
  world.write();
  world.lose("us");
  world.write();
  CHECK(item_of(world, "us").applied);
  CHECK(get_int(item_of(world, "us").status, "replicas") == 2);
  CHECK(item_of(world, "us").health == "Healthy");
  CHECK(item_of(world, "us").message.empty());
}

TEST_CASE("what was never applied on an unreachable cluster says that it is unreachable") {
  World world;
  world.lose("us");
  const status::Files files = world.write();
  CHECK_FALSE(item_of(world, "us").applied);
  CHECK(item_of(world, "us").message == "cluster us is unreachable: connection refused");
  CHECK(says(files.at(path), "reason: FullyAppliedFailed"));
}

TEST_CASE("a pass that ended before it knew the objects takes nothing back") {
  World world;
  world.write();
  world.lose("us");
  world.reports["us"].reached = true;
  world.write();
  CHECK(item_of(world, "us").applied);
  CHECK(entry_of(world, "us", web) != nullptr);
}

TEST_CASE("the status of a Secret never reaches the branch") {
  World world;
  decision::Binding binding;
  binding.object = {"", "Secret", "shop", "pass"};
  binding.api_version = "v1";
  binding.name = "pass-secret";
  binding.schedule = {{{"eu", {}}}, "", true, "Success", "done"};
  world.decision.bindings.push_back(binding);
  world.object("eu", binding.object).status = json(R"({"copied":"hunter2"})");
  for (const auto& [name, content] : world.write()) {
    INFO(name);
    CHECK_FALSE(says(content, "hunter2"));
  }
}

TEST_CASE("a binding shows the status that Karmada would write into the template") {
  World world;
  interpret(world);
  const status::Files files = world.write();
  INFO(files.at(path));
  const Json::Value& status = world.memory.template_status.at(web);
  CHECK(get_int(status, "replicas") == 5);
  CHECK(get_int(status, "readyReplicas") == 4);
  CHECK(world.changed_later().empty());

  world.object("us", web).status = json(R"({"replicas":1})");
  world.write();
  CHECK(get_int(world.memory.template_status.at(web), "replicas") == 3);
  CHECK(get_int(world.memory.template_status.at(web), "readyReplicas") == 1);
}

TEST_CASE("the template's status is computed anew when an item or a setting changed, else kept") {
  World world;
  interpret(world);
  world.write();
  world.memory.template_status[web]["replicas"] = 77;
  CHECK(says(status::status_files(world.state(), world.memory).at(path), "replicas: 77"));
  world.decision.settings_digest = "sha256:other";
  CHECK_FALSE(says(status::status_files(world.state(), world.memory).at(path), "replicas: 77"));
}

TEST_CASE("a LoadBalancer's addresses come together in the template's status") {
  World world;
  world.decision.interpreter = std::make_shared<const interpreter::Interpreter>();
  decision::Binding binding;
  binding.object = {"", "Service", "shop", "front"};
  binding.api_version = "v1";
  binding.name = "front-service";
  binding.schedule = {{{"eu", {}}, {"us", {}}}, "", true, "Success", "done"};
  world.decision.bindings.push_back(binding);
  manifest::Manifest manifest;
  manifest.key = binding.object;
  manifest.json = std::make_shared<const std::string>(
      R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"front","namespace":"shop"},)"
      R"("spec":{"type":"LoadBalancer"}})");
  for (const char* cluster : {"eu", "us"}) {
    world.decision.work[cluster].manifests.push_back(manifest);
    world.object(cluster, binding.object).status =
        json(std::string(R"({"loadBalancer":{"ingress":[{"hostname":")") + cluster +
             R"(.example.com"}]}})");
  }
  const status::Files files = world.write();
  INFO(files.at("bindings/shop/front-service.yaml"));
  const Json::Value* addresses =
      find_path(world.memory.template_status.at(binding.object), {"loadBalancer", "ingress"});
  REQUIRE(addresses != nullptr);
  CHECK(addresses->size() == 2);
}

TEST_CASE("a kind without a rule has no template status") {
  World world;
  world.decision.interpreter = std::make_shared<const interpreter::Interpreter>();
  decision::Binding binding;
  binding.object = config("plain");
  binding.api_version = "v1";
  binding.name = "plain-configmap";
  binding.schedule = {{{"eu", {}}}, "", true, "Success", "done"};
  world.decision.bindings.push_back(binding);
  world.object("eu", binding.object);
  CHECK_FALSE(says(world.write().at("bindings/shop/plain-configmap.yaml"), "templateStatus"));
}

TEST_CASE("a binding that was never scheduled says nothing of being applied") {
  World world;
  decision::Binding binding = world.decision.bindings[0];
  binding.policy = {"shop", "everywhere", "policy.yaml"};
  binding.schedule = {{}, "", false, "NoClusterFit", "0/2 clusters are available"};
  world.decision.bindings.clear();
  world.decision.bindings.push_back(binding);
  world.write();
  REQUIRE(world.memory.binding_conditions.at(web).size() == 1);
  CHECK(world.memory.binding_conditions.at(web).front().reason == "NoClusterFit");

  binding.schedule.last_scheduled_time = "2026-01-01T00:00:00Z";
  world.decision.bindings.clear();
  world.decision.bindings.push_back(binding);
  world.write();
  CHECK(world.memory.binding_conditions.at(web).back().reason == "FullyAppliedFailed");
}
