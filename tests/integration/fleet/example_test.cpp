#include "tests/integration/fleet/world.h"

#include <catch2/catch.hpp>

#include <algorithm>

// examples/repo-layout on its three members: what a first run does, that a second one does nothing,
// and that each change in git changes what it says and no more.
namespace flotilla::tests {
namespace {

// What a pass over an unchanged fleet may send: contract.md, "run".
bool is_allowed_when_idle(const SeenRequest& request, const std::string& owner) {
  if (request.writes()) return false;
  if (request.resource.empty()) return true;  // discovery, /readyz, /version, ...
  if (request.name == "kube-system" && request.resource == "namespaces") return true;
  if (request.namespace_name == "flotilla-system" && request.name == owner) return true;
  if (!request.name.empty()) return false;
  return contains(request.query, "labelSelector=") &&
         contains(request.query, "applyset.kubernetes.io%2Fpart-of");
}

std::vector<std::string> forbidden_when_idle(const World& world, const std::string& owner) {
  std::vector<std::string> found;
  for (const std::string& member : world.members->names())
    for (const SeenRequest& request : world.members->requests(member))
      if (!is_allowed_when_idle(request, owner))
        found.push_back(member + ": " + to_string(request) + "?" + request.query);
  return found;
}

const std::vector<std::string> none;

std::string managed_by(const Json::Value& object) {
  return object["metadata"]["labels"]["app.kubernetes.io/managed-by"].asString();
}

void check_marks(const World& world, const std::string& cluster) {
  const LiveObjects live = live_objects(*world.members, cluster);
  REQUIRE(live.contains("ConfigMap flotilla-system/shop-fleet"));
  const Json::Value& parent = live.at("ConfigMap flotilla-system/shop-fleet");
  const std::string id = parent["metadata"]["labels"]["applyset.kubernetes.io/id"].asString();
  CHECK_FALSE(id.empty());
  for (const std::string& name : example_objects_on(cluster)) {
    INFO(cluster << ": " << name);
    const Json::Value& object = live.at(name);
    CHECK(managed_by(object) == "flotilla");
    CHECK(object["metadata"]["labels"]["applyset.kubernetes.io/part-of"].asString() == id);
  }
  const std::set<std::string> recorded = recorded_group_kinds(live, "shop-fleet");
  CHECK(recorded == owned_objects(live).group_kinds);
}

void check_status_branch(const World& world) {
  const std::vector<std::string> files = world.repo.files_of(status_branch);
  const auto has = [&](const std::string& file) { return std::ranges::count(files, file) == 1; };
  CHECK(has("README.md"));
  CHECK(has("fleet.yaml"));
  CHECK(has("bindings/shop/catalog-deployment.yaml"));
  CHECK(has("bindings/_cluster/shop-namespace.yaml"));
  for (const std::string& cluster : world.members->names()) {
    INFO(cluster);
    CHECK(has("clusters/" + cluster + ".yaml"));
    CHECK(inventory_names(world, cluster) == example_objects_on(cluster));
  }
  const std::string head = lines_of(world.repo.git({"rev-parse", "main"})).front();
  CHECK(contains(world.repo.git({"log", "-1", "--format=%B", status_branch}),
                 "Flotilla-Revision: main@sha1:" + head));
}

}  // namespace

TEST_CASE("the example is applied where its README says, and nowhere else") {
  const World world = example_world();
  const Outcome run = world.run_once();
  INFO(run.text());
  REQUIRE(run.code == 0);
  for (const std::string& cluster : world.members->names()) {
    INFO(cluster);
    CHECK(workload_names(*world.members, cluster) == example_objects_on(cluster));
    check_marks(world, cluster);
  }
  check_status_branch(world);
}

TEST_CASE("a second run writes nothing and reads no object singly") {
  const World world = example_world();
  REQUIRE(world.run_once().code == 0);
  // The first runs see Deployments and CRDs on their way to ready; from then on nothing changes.
  REQUIRE(world.run_once().code == 0);
  const std::string head = world.repo.git({"rev-parse", status_branch});

  for (const bool fresh : {false, true}) {
    INFO((fresh ? "with a fresh data directory" : "with its data directory"));
    if (fresh) world.lose_data_dir();
    world.members->forget_requests();
    const Outcome run = world.run_once();
    INFO(run.text());
    CHECK(run.code == 0);
    CHECK(forbidden_when_idle(world, "shop-fleet") == none);
    CHECK(world.repo.git({"rev-parse", status_branch}) == head);
  }
}

TEST_CASE("a changed image is written to exactly its object on exactly its clusters") {
  World world = example_world();
  REQUIRE(world.run_once().code == 0);
  world.repo.replace("apps/shop/catalog/deployment.yaml", "catalog:2.4.1", "catalog:2.4.2");
  world.commit("catalog 2.4.2");
  world.members->forget_requests();
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  const std::vector<std::string> one_write = {"PATCH deployments shop/catalog"};
  CHECK(writes_on(*world.members, "eu-prod") == one_write);
  CHECK(writes_on(*world.members, "us-prod") == one_write);
  CHECK(writes_on(*world.members, "ap-staging") == none);  // an override sets its tag
  const LiveObjects live = live_objects(*world.members, "eu-prod");
  CHECK(live.at("Deployment shop/catalog")["spec"]["template"]["spec"]["containers"][0]["image"] ==
        "eu.registry.example.com/shop/catalog:2.4.2");
}

TEST_CASE("a removed template is removed from the members") {
  World world = example_world();
  REQUIRE(world.run_once().code == 0);
  world.repo.remove("apps/shop/promotions/spring-sale.yaml");
  world.commit("the sale is over");
  world.members->forget_requests();
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  for (const std::string& cluster : world.members->names()) {
    INFO(cluster);
    std::set<std::string> expected = example_objects_on(cluster);
    expected.erase("Promotion shop/spring-sale");
    CHECK(workload_names(*world.members, cluster) == expected);
    CHECK(inventory_names(world, cluster) == expected);
    const std::vector<std::string> writes = writes_on(*world.members, cluster);
    CHECK(std::ranges::count(writes, "DELETE promotions shop/spring-sale") == 1);
  }
}

TEST_CASE("a cluster taken out of a policy loses the objects, and no other does") {
  World world = example_world();
  REQUIRE(world.run_once().code == 0);
  world.repo.replace("policies/propagation/free-shipping.yaml", "        - ap-staging\n",
                     "        - ap-staging\n        - eu-prod\n");
  world.commit("no free shipping in the EU");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  for (const std::string& cluster : world.members->names()) {
    INFO(cluster);
    std::set<std::string> expected = example_objects_on(cluster);
    if (cluster == "eu-prod") expected.erase("Promotion shop/free-shipping");
    CHECK(workload_names(*world.members, cluster) == expected);
  }
}

TEST_CASE("what run applies is what render prints") {
  const World world = example_world();
  const Outcome render = flotilla({"render", "--repo", world.repo.path().string(), "-o", "json"});
  INFO(render.err);
  REQUIRE(render.code == 0);
  const Json::Value printed = parse_json_text(render.out);
  CHECK(printed["errors"].empty());
  REQUIRE(world.run_once().code == 0);
  for (const std::string& cluster : world.members->names()) {
    const LiveObjects live = live_objects(*world.members, cluster);
    std::set<std::string> names;
    for (const Json::Value& manifest : printed["manifests"][cluster]) {
      const std::string name = name_of(manifest);
      names.insert(name);
      INFO(cluster << ": " << name);
      REQUIRE(live.contains(name));
      CHECK(first_difference(manifest, live.at(name)) == "");
    }
    CHECK(names == example_objects_on(cluster));
  }
}

}  // namespace flotilla::tests
