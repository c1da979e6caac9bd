#include "tests/unit/member/one_member.h"

#include <catch2/catch.hpp>

#include <algorithm>

// What passes of one Member leave to the next.
using namespace flotilla;
using Catch::Matchers::Contains;
using member::State;
using test::config_map;
using test::deployment;
using test::OneMember;

namespace {

const std::string maps = "/api/v1/namespaces/shop/configmaps/";

simulator::Options bare() {
  simulator::Options options;
  options.controllers = false;  // no Deployment becomes ready
  return options;
}

// Nothing is held by the guard.
void unguarded(decision::Decision& decision) { decision.guard.count = 1000; }

const member::ObjectReport& report_of(const member::Report& report, const ObjectKey& key) {
  INFO(to_string(key));
  REQUIRE(report.objects.contains(key));
  return report.objects.at(key);
}

const ObjectKey one{"", "ConfigMap", "shop", "one"};
const ObjectKey web{"apps", "Deployment", "shop", "web"};

}  // namespace

TEST_CASE("what never became ready does not stand in the way of its own deletion") {
  OneMember scene(bare());
  scene.settings = unguarded;
  scene.files["one.yaml"] = config_map("one");
  scene.files["web.yaml"] = deployment("web");
  scene.commit();
  REQUIRE(scene.pass().created.size() == 3);
  scene.files.erase("web.yaml");
  scene.commit();
  const member::Report report = scene.pass();
  CHECK(report.pruned == std::vector<ObjectKey>{web});
}

TEST_CASE("an object that is left deleted (drift: Report) holds back no other deletion") {
  OneMember scene(bare());
  scene.settings = unguarded;
  scene.files["fleet.yaml"] =
      "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: flotilla}\n"
      "spec: {drift: Report}\n";
  for (const char* name : {"one", "two", "three"})
    scene.files[std::string(name) + ".yaml"] = config_map(name);
  scene.commit();
  scene.pass();
  REQUIRE(scene.send("DELETE", maps + "one") == 200);
  scene.files.erase("two.yaml");
  scene.commit();
  const member::Report report = scene.pass();
  CHECK(report_of(report, one).state == State::drifted);
  CHECK(report.pruned.size() == 1);

  SECTION("also if a pass was stopped as soon as it had looked") {
    scene.superseded = [] { return true; };
    scene.pass();
    scene.superseded = [] { return false; };
    const member::Report next = scene.pass();
    CHECK(report_of(next, one).state == State::drifted);
    CHECK(next.created.empty());
  }
}

TEST_CASE("a digest that confirms deletions goes on holding when only half of them were done") {
  OneMember scene(bare());
  for (const char* name : {"one", "two", "three"})
    scene.files[std::string(name) + ".yaml"] = config_map(name);
  scene.commit();
  scene.pass();
  for (const char* name : {"one", "two", "three"}) scene.files.erase(std::string(name) + ".yaml");
  scene.commit();
  const std::string digest = scene.pass().held_digest;
  REQUIRE_FALSE(digest.empty());
  scene.forget_all();

  // Confirmed before any inventory says that they were held; and stopped after the first.
  scene.settings = [&](decision::Decision& decision) {
    decision.confirmations = {{digest, {}, {}}};
  };
  scene.commit();
  scene.superseded = [&] { return scene.live(maps + "two").isNull(); };
  kube::ClientOptions options;
  options.concurrency = 1;
  scene.member.reset();
  kube::Access access;
  access.server = scene.server->server_url();
  access.peer.ca_pem = scene.server->ca_pem();
  access.token = scene.server->token();
  scene.client = std::make_unique<kube::Client>(scene.loop, access, options);
  scene.member = std::make_unique<member::Member>(*scene.client);
  const member::Report half = scene.pass();
  REQUIRE(half.pruned.size() == 1);
  REQUIRE(report_of(half, one).on_cluster);
  CHECK(report_of(half, one).item.held == digest);

  auto inventory = std::make_shared<decision::Inventory>();
  for (const auto& [key, object] : half.objects)
    if (object.on_cluster) (*inventory)[key] = object.item;
  scene.forget_all();
  scene.remembered = inventory;
  scene.superseded = [] { return false; };
  CHECK(scene.pass().pruned.size() == 2);
}

TEST_CASE("what is wanted again is not held any longer") {
  OneMember scene(bare());
  scene.files["one.yaml"] = config_map("one");
  scene.commit();
  scene.pass();
  auto inventory = std::make_shared<decision::Inventory>();
  (*inventory)[one].held = "sha256:0123456789ab";
  scene.remembered = inventory;
  const member::Report report = scene.pass();
  CHECK(report_of(report, one).item.held.empty());
}

TEST_CASE("a kind that is not served is looked for again, and not with every pass") {
  OneMember scene;
  scene.files["one.yaml"] = config_map("one");
  scene.files["widget.yaml"] =
      "apiVersion: example.org/v1\nkind: Widget\nmetadata: {name: left, namespace: shop}\n";
  scene.commit();
  scene.member->follow([] {});
  const ObjectKey widget{"example.org", "Widget", "shop", "left"};
  CHECK(report_of(scene.pass(), widget).state == State::refused);
  for (int i = 0; i < 3; ++i) {
    scene.requests();
    CHECK(report_of(scene.pass(), widget).state == State::refused);
    const auto asked = scene.requests();
    CHECK(std::ranges::none_of(asked, [](const std::string& request) {
      return request.starts_with("GET /api?") || request == "GET /api" || request == "GET /apis" ||
             request == "GET /version";
    }));
    CHECK(scene.member->due());
  }
}

TEST_CASE("what only a commit mends is not tried again because a status moves") {
  OneMember scene(bare());
  scene.files["web.yaml"] = deployment("web");
  scene.commit();
  scene.member->follow([] {});
  scene.pass();
  const std::string path = "/apis/apps/v1/namespaces/shop/deployments/web";
  std::string& file = scene.files["web.yaml"];
  file.replace(file.find("{app: web}"), 10, "{app: web, tier: front}");
  scene.commit();
  REQUIRE(report_of(scene.pass(), web).state == State::refused);
  scene.requests();
  REQUIRE(scene.send("PATCH", path + "/status", "{'status':{'observedGeneration':1}}") == 200);
  CHECK(report_of(scene.pass(), web).state == State::refused);
  CHECK(scene.writes() == 0);
}

TEST_CASE("somebody else's object in the way is looked at again some day") {
  OneMember scene(bare());
  REQUIRE(scene.send("POST", "/api/v1/namespaces",
                     "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'shop'}}",
                     "application/json") == 201);
  REQUIRE(scene.send("POST", "/api/v1/namespaces/shop/configmaps",
                     "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'one'}}",
                     "application/json") == 201);
  scene.files["one.yaml"] = config_map("one");
  scene.commit();
  REQUIRE(report_of(scene.pass(), one).state == State::conflict);
  scene.requests();
  CHECK(report_of(scene.pass(), one).state == State::conflict);
  CHECK(scene.writes() == 0);
  REQUIRE(scene.member->due());
  CHECK(*scene.member->due() < std::chrono::steady_clock::now() + std::chrono::minutes(6));
}

TEST_CASE("a kind that takes the place of another is watched") {
  OneMember scene(bare());
  scene.settings = unguarded;
  scene.files["one.yaml"] = config_map("one");
  scene.commit();
  bool told = false;
  scene.member->follow([&] { told = true; });
  scene.pass();
  scene.files.erase("one.yaml");
  scene.files["two.yaml"] =
      "apiVersion: v1\nkind: Secret\nmetadata: {name: two, namespace: shop}\n";
  scene.commit();
  REQUIRE(scene.pass().created.size() == 1);
  scene.pass();
  scene.loop.run(scene.loop.sleep(std::chrono::milliseconds(200)));
  told = false;
  REQUIRE(scene.send("DELETE", "/api/v1/namespaces/shop/secrets/two") == 200);
  for (int i = 0; i < 100 && !told; ++i)
    scene.loop.run(scene.loop.sleep(std::chrono::milliseconds(20)));
  CHECK(told);
}

TEST_CASE("a lost inventory parent is made up for and written again") {
  OneMember scene(bare());
  scene.settings = unguarded;
  scene.files["one.yaml"] = config_map("one");
  scene.files["two.yaml"] =
      "apiVersion: v1\nkind: Secret\nmetadata: {name: two, namespace: shop}\n";
  scene.commit();
  const member::Report first = scene.pass();
  auto inventory = std::make_shared<decision::Inventory>();
  for (const auto& [key, object] : first.objects) (*inventory)[key] = object.item;
  scene.remembered = inventory;
  const std::string parent = "/api/v1/namespaces/flotilla-system/configmaps/flotilla";
  REQUIRE(scene.send("DELETE", parent) == 200);
  scene.forget_all();
  SECTION("by what the cluster has") {
    CHECK(scene.pass().objects.size() == 3);
    CHECK_FALSE(scene.live(parent).isNull());
  }
  SECTION("by what the status branch has, where nothing of a kind is wanted any more") {
    scene.files.erase("two.yaml");
    scene.commit();
    CHECK(scene.pass().pruned.size() == 1);
    CHECK(scene.live("/api/v1/namespaces/shop/secrets/two").isNull());
    CHECK_FALSE(scene.live(parent).isNull());
  }
}
