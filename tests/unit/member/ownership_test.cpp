#include "tests/unit/member/scene.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using Catch::Matchers::Contains;
using member::State;

namespace {

const std::string settings =
    "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'settings','namespace':'NS'},"
    "'data':{'color':'red','size':'1'}}";
const std::string bigger =
    "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'settings','namespace':'NS'},"
    "'data':{'color':'red','size':'2'}}";

std::string web(const std::string& image, const std::string& labels = "{}") {
  return "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'web','namespace':'NS',"
         "'labels':" +
         labels +
         "},'spec':{'replicas':2,'selector':{'matchLabels':{'app':'web'}},"
         "'template':{'metadata':{'labels':{'app':'web'}},"
         "'spec':{'containers':[{'name':'web','image':'" +
         image + "'}]}}}}";
}

std::string color(const std::string& value) { return "{'data':{'color':'" + value + "'}}"; }

// What helm applies of the settings.
std::string helm(const std::string& data) {
  return "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'settings','namespace':'NS'},"
         "'data':" +
         data + "}";
}

}  // namespace

TEST_CASE("what an Update manager wrote is drift and is corrected; what others add stays") {
  test::Scene scene;
  const auto ours = scene.manifest(settings);
  REQUIRE(scene.apply(ours).state == State::applied);
  scene.merge_as("kubectl-edit", settings, color("blue"));
  scene.merge_as("some-operator", settings, "{'data':{'extra':'theirs'}}");
  CHECK(scene.apply(ours).state == State::applied);
  const Json::Value live = scene.live(ours.key);
  CHECK(live["data"]["color"] == "red");
  CHECK(live["data"]["extra"] == "theirs");
}

TEST_CASE("another applier's claim is a conflict that names it, and nothing is applied") {
  test::Scene scene;
  REQUIRE(scene.apply(scene.manifest(settings)).state == State::applied);
  scene.apply_as("helm", helm("{'color':'blue'}"));
  const auto object = scene.apply(scene.manifest(bigger));
  CHECK(object.state == State::conflict);
  CHECK(object.message ==
        "conflict with field manager \"helm\" (Apply): .data.color; want conflictResolution: "
        "Overwrite to take them over");
  CHECK(scene.live(scene.key(settings))["data"]["size"] == "1");
}

TEST_CASE("a claim among drift is not taken by accident") {
  test::Scene scene;
  auto ours = scene.manifest(bigger);
  REQUIRE(scene.apply(ours).state == State::applied);
  scene.apply_as("helm", helm("{'color':'blue'}"));
  scene.merge_as("kubectl-edit", settings, "{'data':{'size':'9'}}");
  const auto object = scene.apply(ours);
  CHECK(object.state == State::conflict);
  CHECK_THAT(object.message, Contains("\"helm\" (Apply): .data.color") && !Contains("kubectl"));
  Json::Value live = scene.live(ours.key);
  CHECK(live["data"]["color"] == "blue");
  CHECK(live["data"]["size"] == "9");

  SECTION("Overwrite takes both") {
    ours.terms.takes_over = true;
    CHECK(scene.apply(ours).state == State::applied);
    live = scene.live(ours.key);
    CHECK(live["data"]["color"] == "red");
    CHECK(live["data"]["size"] == "2");
  }
}

TEST_CASE("drift beside another applier that claims other fields is corrected, and only that") {
  test::Scene scene;
  const auto ours = scene.manifest(settings);
  REQUIRE(scene.apply(ours).state == State::applied);
  scene.apply_as("helm", helm("{'extra':'theirs'}"));
  scene.merge_as("kubectl-edit", settings, color("blue"));
  CHECK(scene.apply(ours).state == State::applied);
  const Json::Value live = scene.live(ours.key);
  CHECK(live["data"]["color"] == "red");
  CHECK(live["data"]["extra"] == "theirs");
}

TEST_CASE("replicas that an autoscaler scaled are left to it, even by Overwrite") {
  for (const bool overwrite : {false, true}) {
    INFO("overwrite: " << overwrite);
    test::Scene scene;
    REQUIRE(scene.apply(scene.manifest(web("web:1"))).state == State::applied);
    scene.merge_as("autoscaler", web(""), "{'spec':{'replicas':7}}", "scale");
    auto next = scene.manifest(web("web:2"));
    next.terms.takes_over = overwrite;
    const auto object = scene.apply(next);
    CHECK(object.state == State::applied);
    CHECK(object.message == "spec.replicas is left to the autoscaler that scaled it (autoscaler)");
    const Json::Value live = scene.live(next.key);
    CHECK(live["spec"]["replicas"].asInt() == 7);
    CHECK(live["spec"]["template"]["spec"]["containers"][0]["image"] == "web:2");
  }
}

TEST_CASE("what kubectl scaled is corrected") {
  test::Scene scene;
  const auto ours = scene.manifest(web("web:1"));
  REQUIRE(scene.apply(ours).state == State::applied);
  scene.merge_as("kubectl", web(""), "{'spec':{'replicas':7}}", "scale");
  CHECK(scene.apply(ours).state == State::applied);
  CHECK(scene.live(ours.key)["spec"]["replicas"].asInt() == 2);
}

TEST_CASE("an ignored field is neither reverted nor claimed") {
  test::Scene scene;
  REQUIRE(scene.apply(scene.manifest(settings)).state == State::applied);
  scene.merge_as("some-operator", settings, color("blue"));
  auto next = scene.manifest(bigger);
  next.terms.ignored = {"/data/color"};
  const auto object = scene.apply(next);
  CHECK(object.state == State::applied);
  CHECK(object.message == "data.color is left to some-operator");
  const Json::Value live = scene.live(next.key);
  CHECK(live["data"]["color"] == "blue");
  CHECK(live["data"]["size"] == "2");

  SECTION("where nothing else is to be done, nothing is written") {
    scene.merge_as("some-operator", settings, color("green"));
    const std::string before = get_string(scene.live(next.key), {"metadata", "resourceVersion"});
    const auto again = scene.apply(next);
    CHECK(again.state == State::applied);
    CHECK(again.message == "data.color is left to some-operator");
    CHECK(scene.report.configured.empty());
    CHECK(get_string(scene.live(next.key), {"metadata", "resourceVersion"}) == before);
  }
  SECTION("the rest is forced where it drifted") {
    scene.merge_as("some-operator", settings, "{'data':{'color':'green','size':'9'}}");
    CHECK(scene.apply(next).state == State::applied);
    CHECK(scene.live(next.key)["data"]["color"] == "green");
    CHECK(scene.live(next.key)["data"]["size"] == "2");
  }
}

TEST_CASE("retained fields keep what the cluster has") {
  test::Scene scene;
  SECTION("replicas of a Deployment that says so") {
    const std::string label = "{'resourcetemplate.karmada.io/retain-replicas':'true'}";
    REQUIRE(scene.apply(scene.manifest(web("web:1", label))).state == State::applied);
    scene.merge_as("some-operator", web(""), "{'spec':{'replicas':7}}");
    const auto next = scene.manifest(web("web:2", label));
    CHECK(scene.apply(next).state == State::applied);
    const Json::Value live = scene.live(next.key);
    CHECK(live["spec"]["replicas"].asInt() == 7);
    CHECK(live["spec"]["template"]["spec"]["containers"][0]["image"] == "web:2");
  }
  SECTION("the address of a Service") {
    const std::string service =
        "{'apiVersion':'v1','kind':'Service','metadata':{'name':'web','namespace':'NS'},"
        "'spec':{'ports':[{'port':80}]}}";
    REQUIRE(scene.apply(scene.manifest(service)).state == State::applied);
    const std::string address = get_string(scene.live(scene.key(service)), {"spec", "clusterIP"});
    REQUIRE_FALSE(address.empty());
    const auto exported = scene.manifest(replace_all(
        service, "'ports':[{'port':80}]", "'clusterIP':'10.9.9.9','ports':[{'port':81}]"));
    CHECK(scene.apply(exported).state == State::applied);
    const Json::Value live = scene.live(exported.key);
    CHECK(live["spec"]["clusterIP"] == address);
    CHECK(live["spec"]["ports"][0]["port"].asInt() == 81);
  }
  SECTION("what a rule of the user keeps") {
    interpreter::Customization rule;
    rule.name = "colors";
    rule.api_version = "v1";
    rule.kind = "ConfigMap";
    rule.scripts[interpreter::Operation::retain] =
        "function Retain(desired, observed)\n  desired.data.color = observed.data.color\n"
        "  return desired\nend";
    scene.decision.interpreter = std::make_shared<interpreter::Interpreter>(
        std::vector<interpreter::Customization>{rule}, [] { return std::int64_t{0}; });
    REQUIRE(scene.apply(scene.manifest(settings)).state == State::applied);
    scene.merge_as("some-operator", settings, color("blue"));
    const auto next = scene.manifest(bigger);
    CHECK(scene.apply(next).state == State::applied);
    CHECK(scene.live(next.key)["data"]["color"] == "blue");
    CHECK(scene.live(next.key)["data"]["size"] == "2");
  }
}

TEST_CASE("who owns the field of a Secret is told, its value is not") {
  test::Scene scene;
  const std::string secret =
      "{'apiVersion':'v1','kind':'Secret','metadata':{'name':'key','namespace':'NS'},"
      "'data':{'token':'b3Vycw=='}}";
  REQUIRE(scene.apply(scene.manifest(secret)).state == State::applied);
  scene.apply_as("helm", replace_all(secret, "b3Vycw==", "dGhlaXJz"));
  const auto object = scene.apply(scene.manifest(secret));
  CHECK(object.state == State::conflict);
  CHECK_THAT(object.message, Contains("\"helm\" (Apply): .data.token"));
  CHECK_THAT(object.message, !Contains("b3Vycw") && !Contains("dGhlaXJz"));

  scene.apply_as("helm", replace_all(secret, "'data':{'token':'b3Vycw=='}", "'type':'Opaque'"));
  scene.merge_as("kubectl-edit", secret, "{'data':{'token':'dGhlaXJz'}}");
  CHECK(scene.apply(scene.manifest(secret)).state == State::applied);
  CHECK(scene.live(scene.key(secret))["data"]["token"] == "b3Vycw==");
}
