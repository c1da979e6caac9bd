#include "tests/unit/member/scene.h"

#include <catch2/catch.hpp>

#include <thread>

using namespace flotilla;
using Catch::Matchers::Contains;
using member::State;

namespace {

// A ConfigMap that says of itself that it never changes.
std::string frozen(const std::string& color, const std::string& metadata = "") {
  return "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'settings','namespace':'NS'" +
         metadata + "},'immutable':true,'data':{'color':'" + color + "'}}";
}

std::string claim(const std::string& size, const std::string& mode) {
  return "{'apiVersion':'v1','kind':'PersistentVolumeClaim',"
         "'metadata':{'name':'disk','namespace':'NS'},'spec':{'accessModes':['" +
         mode + "'],'resources':{'requests':{'storage':'" + size + "'}}}}";
}

std::string workload(const std::string& kind, const std::string& spec) {
  const std::string group = kind == "Job" ? "batch/v1" : "apps/v1";
  return "{'apiVersion':'" + group + "','kind':'" + kind +
         "','metadata':{'name':'web','namespace':'NS'},'spec':{" + spec + "}}";
}

std::string pods(const std::string& app, const std::string& more = "") {
  return "'template':{'metadata':{'labels':{'app':'" + app +
         "'}},'spec':{'containers':[{'name':'web','image':'web:1'}]" + more + "}}";
}

std::string selecting(const std::string& app) {
  return "'selector':{'matchLabels':{'app':'" + app + "'}}," + pods(app);
}

std::string uid_of(const Json::Value& live) { return get_string(live, {"metadata", "uid"}); }

}  // namespace

TEST_CASE("an immutable field is refused with its way out, and recreated where that is allowed") {
  struct Case {
    std::string what;
    std::string before;
    std::string after;
    std::string message;
  };
  const std::vector<Case> cases = {
      {"selector of a Deployment", workload("Deployment", selecting("a")),
       workload("Deployment", selecting("b")), "spec.selector: field is immutable; want"},
      {"template of a Job", workload("Job", pods("a", ",'restartPolicy':'Never'")),
       workload("Job", pods("b", ",'restartPolicy':'Never'")),
       "spec.template: field is immutable; want"},
      {"service name of a StatefulSet",
       workload("StatefulSet", "'serviceName':'a'," + selecting("a")),
       workload("StatefulSet", "'serviceName':'b'," + selecting("a")),
       "spec: updates to statefulset spec for fields other than"},
      {"data of an immutable ConfigMap", frozen("red"), frozen("blue"),
       "data: field is immutable when `immutable` is set; want"},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    test::Scene scene;
    const auto before = scene.manifest(c.before);
    REQUIRE(scene.apply(before).state == State::applied);
    const std::string uid = uid_of(scene.live(before.key));
    auto after = scene.manifest(c.after);

    const auto refused = scene.apply(after);
    CHECK(refused.state == State::refused);
    CHECK_THAT(refused.message, Contains(c.message));
    CHECK_THAT(refused.message,
               Contains("want flotilla.dev/recreate: \"true\" to delete and make it anew"));
    CHECK(uid_of(scene.live(before.key)) == uid);

    after.terms.recreate = true;
    const auto anew = scene.apply(after);
    INFO(anew.message);
    CHECK(anew.state == State::applied);
    CHECK(anew.item.origin == "created");
    CHECK(uid_of(scene.live(before.key)) != uid);
    CHECK(scene.inventory.at(before.key).uid != uid);
  }
}

TEST_CASE("an immutable Secret is recreated without telling its values") {
  test::Scene scene;
  const std::string secret =
      "{'apiVersion':'v1','kind':'Secret','metadata':{'name':'key','namespace':'NS'},"
      "'immutable':true,'data':{'token':'b3Vycw=='}}";
  REQUIRE(scene.apply(scene.manifest(secret)).state == State::applied);
  auto next = scene.manifest(replace_all(secret, "b3Vycw==", "bmV3"));
  const auto refused = scene.apply(next);
  CHECK(refused.state == State::refused);
  CHECK_THAT(refused.message, Contains("data: field is immutable; want flotilla.dev/recreate"));
  CHECK_THAT(refused.message, !Contains("b3Vycw") && !Contains("bmV3"));
  next.terms.recreate = true;
  CHECK(scene.apply(next).state == State::applied);
  CHECK(scene.live(next.key)["data"]["token"] == "bmV3");
}

TEST_CASE("nothing is deleted where another fault stands beside the immutable field") {
  test::Scene scene;
  const auto before = scene.manifest(workload("Deployment", selecting("a")));
  REQUIRE(scene.apply(before).state == State::applied);
  const std::string uid = uid_of(scene.live(before.key));
  auto after = scene.manifest(workload("Deployment", "'replicas':-1," + selecting("b")));
  after.terms.recreate = true;
  CHECK(scene.apply(after).state == State::refused);
  CHECK(uid_of(scene.live(before.key)) == uid);
}

TEST_CASE("a claim of storage is never deleted to make it anew") {
  test::Scene scene;
  REQUIRE(scene.apply(scene.manifest(claim("1Gi", "ReadWriteOnce"))).state == State::applied);
  auto after = scene.manifest(claim("1Gi", "ReadOnlyMany"));
  after.terms.recreate = true;  // which nothing sets for this kind
  const std::string uid = uid_of(scene.live(after.key));
  const auto object = scene.apply(after);
  CHECK(object.state == State::refused);
  CHECK_THAT(object.message, Contains("is immutable") &&
                                 Contains("a PersistentVolumeClaim is never deleted") &&
                                 !Contains("flotilla.dev/recreate"));
  CHECK(uid_of(scene.live(after.key)) == uid);
}

TEST_CASE("nothing is deleted while a new one would not be accepted") {
  test::Scene scene;
  REQUIRE(scene.apply(scene.manifest(frozen("red"))).state == State::applied);
  auto after = scene.manifest(frozen("blue"));
  after.terms.recreate = true;
  const std::string uid = uid_of(scene.live(after.key));
  // A namespace on its way out takes changes, and nothing new. Something holds it.
  scene.create_as("somebody",
                  "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'held',"
                  "'namespace':'NS','finalizers':['example.org/hold']}}");
  scene.delete_as_other("{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'NS'}}");
  const auto object = scene.apply(after);
  CHECK(object.state == State::waiting);
  CHECK_THAT(object.message, Contains("a new one would not be accepted"));
  CHECK(uid_of(scene.live(after.key)) == uid);
}

TEST_CASE("an object that is to be kept or adopted is not deleted to make it anew") {
  test::Scene scene;
  auto after = scene.manifest(frozen("blue"));
  after.terms.recreate = true;
  SECTION("kept") {
    REQUIRE(scene.apply(scene.manifest(frozen("red"))).state == State::applied);
    scene.merge_as("operator", frozen(""),
                   "{'metadata':{'annotations':{'helm.sh/resource-policy':'keep'}}}");
  }
  SECTION("adopted") {
    scene.create_as("somebody", frozen("red"));
    after.terms.takes_over = true;
  }
  const std::string uid = uid_of(scene.live(after.key));
  const auto object = scene.apply(after);
  CHECK(object.state != State::applied);
  CHECK_THAT(object.message, Contains("anew"));
  CHECK(uid_of(scene.live(after.key)) == uid);
}

TEST_CASE("recreating waits for finalizers, and a later pass goes on") {
  test::Scene scene;
  scene.decision.readiness_timeout = 0;
  REQUIRE(scene.apply(scene.manifest(frozen("red"))).state == State::applied);
  scene.merge_as("operator", frozen(""), "{'metadata':{'finalizers':['example.org/hold']}}");
  auto after = scene.manifest(frozen("blue"));
  after.terms.recreate = true;
  const auto waits = scene.apply(after);
  CHECK(waits.state == State::waiting);
  CHECK(waits.message ==
        "it is deleted to be made anew, waits for its finalizers: example.org/hold");
  scene.read_again(after.key);
  CHECK(scene.apply(after).state == State::waiting);

  scene.merge_as("operator", frozen(""), "{'metadata':{'finalizers':null}}");
  scene.read_again(after.key);
  CHECK(scene.apply(after).state == State::applied);
  CHECK(scene.live(after.key)["data"]["color"] == "blue");
}

TEST_CASE("recreating goes on as soon as the finalizers are gone") {
  test::Scene scene;
  REQUIRE(scene.apply(scene.manifest(frozen("red"))).state == State::applied);
  scene.merge_as("operator", frozen(""), "{'metadata':{'finalizers':['example.org/hold']}}");
  auto after = scene.manifest(frozen("blue"));
  after.terms.recreate = true;
  bool released = false;
  // The controller whose finalizer it is.
  std::thread controller([&, access = scene.access()] {
    kube::Loop loop;
    kube::Client client(loop, access);
    const kube::Resource maps{"", "v1", "ConfigMap", "configmaps", true, {}};
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!released && std::chrono::steady_clock::now() < deadline) {
      const auto live = test::run(loop, client.get(maps, scene.space, "settings"));
      if (!live || find_path(*live, {"metadata", "deletionTimestamp"}) == nullptr) continue;
      const auto patched =
          test::run(loop, client.json_patch(maps, scene.space, "settings",
                                            R"([{"op":"remove","path":"/metadata/finalizers"}])"));
      released = patched.has_value();
    }
  });
  const auto object = scene.apply(after);
  controller.join();
  CHECK(released);
  INFO(object.message);
  CHECK(object.state == State::applied);
  CHECK(scene.report.created == std::vector<ObjectKey>{after.key});
  CHECK(scene.live(after.key)["data"]["color"] == "blue");
}
