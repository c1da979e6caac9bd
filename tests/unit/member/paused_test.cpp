#include "tests/unit/kube/run.h"
#include "tests/unit/member/one_member.h"

#include <catch2/catch.hpp>

#include <algorithm>

// Passes that only look: by a suspension in the repository, by a hold on the member.
using namespace flotilla;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using member::State;
using test::config_map;
using test::OneMember;

namespace {

const std::string maps = "/api/v1/namespaces/shop/configmaps/";
const std::string system_maps = "/api/v1/namespaces/flotilla-system/configmaps";
const std::string parent = system_maps + "/flotilla";
const std::string hold_path = parent + "?fieldManager=kubectl-annotate";
const ObjectKey one{"", "ConfigMap", "shop", "one"};
const ObjectKey two{"", "ConfigMap", "shop", "two"};
const ObjectKey three{"", "ConfigMap", "shop", "three"};
const ObjectKey shop{"", "Namespace", "", "shop"};
using Keys = std::vector<ObjectKey>;

void unguarded(decision::Decision& decision) { decision.guard.count = 1000; }

member::Report paused_pass(OneMember& scene) {
  member::Order order = scene.order();
  order.paused = "suspended: audit (Fleet.spec.suspend)";
  return test::run(scene.loop, scene.member->pass(order));
}

void set_hold(OneMember& scene, const std::string& value) {
  REQUIRE(scene.send("PATCH", hold_path,
                     "{'metadata':{'annotations':{'flotilla.dev/hold':" + value + "}}}") == 200);
}

// Until `done`, as long as the loop has something to do.
bool soon(OneMember& scene, const std::function<bool()>& done) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!done() && std::chrono::steady_clock::now() < limit)
    scene.loop.run(scene.loop.sleep(std::chrono::milliseconds(20)));
  return done();
}

}  // namespace

TEST_CASE("a paused pass says what it would do and writes nothing") {
  OneMember scene;
  scene.settings = unguarded;
  for (const char* name : {"one", "two"})
    scene.files[std::string(name) + ".yaml"] = config_map(name);
  scene.files["own.yaml"] = config_map("own");
  scene.commit();
  REQUIRE(scene.pass().created.size() == 4);
  REQUIRE(scene.send("POST", "/api/v1/namespaces/shop/configmaps",
                     "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'theirs'}}",
                     "application/json") == 201);
  scene.files["one.yaml"] = config_map("one", "2");
  scene.files.erase("two.yaml");
  scene.files["three.yaml"] = config_map("three");
  scene.files["theirs.yaml"] = config_map("theirs");
  scene.files["far.yaml"] =
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: far, namespace: "
      "elsewhere}\n";
  scene.commit();
  scene.requests();
  const member::Report report = paused_pass(scene);
  CHECK(scene.writes() == 0);
  CHECK(report.suspended == "suspended: audit (Fleet.spec.suspend)");
  CHECK_FALSE(report.held_on_member);
  CHECK(report.planned.created ==
        Keys{{"", "ConfigMap", "elsewhere", "far"}, three, {"", "Namespace", "", "elsewhere"}});
  CHECK(report.planned.configured == Keys{one});
  CHECK(report.planned.pruned == Keys{two});
  CHECK(report.planned.conflicts == Keys{{"", "ConfigMap", "shop", "theirs"}});
  CHECK(report.planned.unchanged == 1);
  CHECK(report.created.empty());
  for (const ObjectKey& key : {one, two, three}) {
    INFO(to_string(key));
    CHECK(report.objects.at(key).state == State::waiting);
    CHECK_THAT(report.objects.at(key).message, StartsWith("suspended: audit"));
    CHECK_FALSE(member::drift_stands(report.objects.at(key)));
  }
  CHECK_THAT(report.objects.at(three).message, EndsWith("; not there yet"));
  CHECK_FALSE(member::wants_retry(report));
  CHECK_FALSE(scene.member->due());

  SECTION("and all of it is done as soon as it is over") {
    scene.files.erase("theirs.yaml");
    scene.commit();
    const member::Report after = scene.pass();
    CHECK(after.suspended.empty());
    CHECK(after.planned.empty());
    CHECK(after.configured == Keys{one});
    CHECK(after.pruned == Keys{two});
    CHECK(after.created.size() == 3);
  }
}

TEST_CASE("a paused pass on a cluster that has nothing makes nothing") {
  OneMember scene;
  scene.files["one.yaml"] = config_map("one");
  scene.commit();
  const member::Report report = paused_pass(scene);
  CHECK(scene.writes() == 0);
  CHECK(report.planned.created == Keys{one, shop});
  CHECK_FALSE(report.has_inventory);
  CHECK(scene.live(parent).isNull());
}

TEST_CASE("drift on a paused cluster is told and not corrected") {
  OneMember scene;
  scene.files["one.yaml"] = config_map("one");
  scene.files["two.yaml"] = config_map("two");
  scene.commit();
  scene.member->follow([] {});
  scene.pass();
  REQUIRE(scene.send("PATCH", maps + "one", "{'data':{'value':'9'}}") == 200);
  REQUIRE(scene.send("DELETE", maps + "two") == 200);
  member::Report report;
  REQUIRE(soon(scene, [&] {
    report = paused_pass(scene);
    return report.planned.configured == Keys{one} && report.planned.created == Keys{two};
  }));
  CHECK_THAT(report.objects.at(one).message, Contains(".data.value"));
  CHECK(report.objects.at(one).drift.size() == 1);
  CHECK_FALSE(report.objects.at(two).drift_time.empty());
  CHECK_THAT(report.objects.at(two).message, EndsWith("; changed on the cluster: deleted"));
  CHECK(member::drift_stands(report.objects.at(one)));
  CHECK(member::drift_stands(report.objects.at(two)));
  const std::string seen = report.objects.at(one).drift_time;
  CHECK(paused_pass(scene).objects.at(one).drift_time == seen);
  CHECK(scene.live(maps + "one")["data"]["value"] == "9");
  // A newer version that waits too does not make it good.
  scene.files["one.yaml"] = config_map("one", "10");
  scene.commit();
  CHECK_THAT(paused_pass(scene).objects.at(one).message,
             Contains("; changed on the cluster: .data.value"));
  const member::Report after = scene.pass();
  CHECK(after.configured == Keys{one});
  CHECK(after.created == Keys{two});
  scene.files["one.yaml"] = config_map("one", "11");
  scene.commit();
  CHECK_FALSE(member::drift_stands(paused_pass(scene).objects.at(one)));
}

TEST_CASE("a suspended object is left alone while others go on") {
  OneMember scene;
  scene.settings = unguarded;
  scene.files["one.yaml"] = config_map("one");
  scene.files["two.yaml"] = config_map("two");
  scene.commit();
  scene.pass();
  const auto marked = [](const char* name) {
    std::string text = config_map(name, "2");
    return text.replace(text.find("namespace: shop"), 15,
                        "namespace: shop, annotations: {flotilla.dev/suspend: audit}");
  };
  scene.files["one.yaml"] = marked("one");
  scene.files["two.yaml"] = config_map("two", "2");
  scene.files["three.yaml"] = marked("three");
  scene.commit();
  REQUIRE(scene.send("PATCH", maps + "one", "{'data':{'value':'9'}}") == 200);
  member::Report report = scene.pass();
  CHECK(report.configured == Keys{two});
  CHECK(report.created.empty());
  const std::string why = "suspended: audit (flotilla.dev/suspend on the object)";
  CHECK(report.objects.at(one).message == why);
  CHECK(report.objects.at(one).state == State::applied);
  CHECK(report.objects.at(one).on_cluster);
  CHECK(report.objects.at(three).message == why);
  CHECK_FALSE(report.objects.at(three).on_cluster);
  CHECK_FALSE(member::wants_retry(report));
  CHECK(scene.live(maps + "one")["data"]["value"] == "9");
  scene.files["one.yaml"] = config_map("one", "2");
  scene.commit();
  report = scene.pass();
  CHECK(report.configured == Keys{one});
  CHECK(report.objects.at(one).message.empty());
}

TEST_CASE("a hold on the member is asked for with each pass where nothing is watched") {
  OneMember scene;
  scene.files["one.yaml"] = config_map("one");
  scene.commit();
  scene.pass();
  set_hold(scene, "'maintenance'");
  scene.files["one.yaml"] = config_map("one", "2");
  scene.files["two.yaml"] = config_map("two");
  scene.commit();
  scene.requests();
  member::Report report = scene.pass();
  CHECK(scene.writes() == 0);
  CHECK(report.held_on_member);
  CHECK_THAT(report.suspended, StartsWith("held on the cluster by kubectl-annotate since 20"));
  CHECK_THAT(report.suspended, Contains(": maintenance"));
  CHECK_FALSE(report.held_since.empty());
  CHECK(report.planned.configured == Keys{one});
  CHECK(report.planned.created == Keys{two});
  SECTION("until it is taken off") {
    set_hold(scene, "null");
    report = scene.pass();
    CHECK_FALSE(report.held_on_member);
    CHECK(report.configured == Keys{one});
  }
  SECTION("or says no") {
    set_hold(scene, "'false'");
    CHECK(scene.pass().configured == Keys{one});
  }
  SECTION("an empty one counts") {
    set_hold(scene, "''");
    CHECK(scene.pass().held_on_member);
  }
}

TEST_CASE("a hold may stand before there is an inventory, and our writes leave it") {
  OneMember scene;
  REQUIRE(scene.send("POST", "/api/v1/namespaces",
                     "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'flotilla-system'}}",
                     "application/json") == 201);
  REQUIRE(scene.send("POST", system_maps,
                     "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'flotilla',"
                     "'annotations':{'flotilla.dev/hold':'not yet'}}}",
                     "application/json") == 201);
  scene.files["one.yaml"] = config_map("one");
  scene.commit();
  member::Report report = scene.pass();
  CHECK(report.held_on_member);
  CHECK_FALSE(report.has_inventory);
  CHECK(scene.writes() == 0);
  CHECK(report.planned.created == Keys{one, shop});
  set_hold(scene, "'no'");
  CHECK(scene.pass().created == Keys{one, shop});
  // Our own annotations came beside it, and neither growing nor shrinking takes it off.
  scene.files["secret.yaml"] =
      "apiVersion: v1\nkind: Secret\nmetadata: {name: two, namespace: shop}\n";
  scene.settings = unguarded;
  scene.commit();
  scene.pass();
  scene.files.erase("secret.yaml");
  scene.commit();
  CHECK(scene.pass().pruned.size() == 1);
  const Json::Value annotations = scene.live(parent)["metadata"]["annotations"];
  CHECK(annotations["flotilla.dev/hold"] == "no");
  CHECK(annotations["applyset.kubernetes.io/contains-group-kinds"] == "ConfigMap,Namespace");
}

TEST_CASE("a hold is noticed by a watch, and so is its end") {
  OneMember scene;
  scene.files["one.yaml"] = config_map("one");
  scene.commit();
  int told = 0;
  scene.member->follow([&] { ++told; });
  scene.pass();
  REQUIRE(soon(scene, [&] { return scene.member->is_live(); }));
  scene.loop.run(scene.loop.sleep(std::chrono::milliseconds(300)));
  told = 0;
  scene.requests();
  set_hold(scene, "'maintenance'");
  REQUIRE(soon(scene, [&] { return told > 0; }));
  scene.files["one.yaml"] = config_map("one", "2");
  scene.commit();
  CHECK(scene.pass().held_on_member);
  CHECK(scene.requests().empty());
  told = 0;
  set_hold(scene, "null");
  REQUIRE(soon(scene, [&] { return told > 0; }));
  CHECK(scene.pass().configured == Keys{one});
}

TEST_CASE("a hold ends the pass under way at its next object") {
  OneMember scene;
  for (int i = 0; i < 40; ++i) {
    const std::string name = "map-" + std::to_string(i);
    scene.files[name + ".yaml"] = config_map(name);
  }
  scene.commit();
  kube::ClientOptions options;
  options.concurrency = 1;
  scene.member.reset();
  kube::Access access;
  access.server = scene.server->server_url();
  access.peer.ca_pem = scene.server->ca_pem();
  access.token = scene.server->token();
  scene.client = std::make_unique<kube::Client>(scene.loop, access, options);
  scene.member = std::make_unique<member::Member>(*scene.client);
  scene.member->follow([] {});
  scene.pass();
  REQUIRE(soon(scene, [&] { return scene.member->is_live(); }));
  for (auto& [path, text] : scene.files)
    if (path.starts_with("map-")) text.replace(text.find("\"1\""), 3, "\"2\"");
  scene.commit();
  bool held = false;
  // Asked before each object: after the tenth somebody holds the cluster, and the watch has time
  // to tell.
  int asked = 0;
  scene.superseded = [&] {
    if (++asked == 12) {
      set_hold(scene, "'stop'");
      held = true;
    }
    return false;
  };
  const member::Report report = scene.pass();
  scene.superseded = [] { return false; };
  REQUIRE(held);
  CHECK(report.configured.size() < 40);
  const member::Report next = scene.pass();
  CHECK(next.held_on_member);
  CHECK(next.configured.empty());
  CHECK(next.planned.configured.size() == 40 - report.configured.size());
}
