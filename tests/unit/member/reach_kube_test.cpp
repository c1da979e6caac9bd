#include "tests/unit/member/real_server.h"
#include "tests/unit/member/scene.h"

#include <catch2/catch.hpp>

// Credentials that may not do everything, which simulated servers do not know.
using namespace flotilla;
using Catch::Matchers::Contains;
using member::State;

namespace {

const std::string settings =
    "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'settings','namespace':'NS'},"
    "'data':{'color':'red'}}";

void may(test::Scene& scene, const std::string& verbs) {
  scene.create_as("admin",
                  "{'apiVersion':'rbac.authorization.k8s.io/v1','kind':'Role',"
                  "'metadata':{'name':'limited','namespace':'NS'},'rules':[{'apiGroups':[''],"
                  "'resources':['configmaps'],'verbs':[" +
                      verbs + "]}]}");
  scene.create_as("admin",
                  "{'apiVersion':'rbac.authorization.k8s.io/v1','kind':'RoleBinding',"
                  "'metadata':{'name':'limited','namespace':'NS'},'roleRef':{'apiGroup':"
                  "'rbac.authorization.k8s.io','kind':'Role','name':'limited'},'subjects':[{"
                  "'apiGroup':'rbac.authorization.k8s.io','kind':'User','name':'limited'}]}");
}

}  // namespace

TEST_CASE("who may not look may still apply, and harms nobody") {
  test::Scene scene;
  auto ours = scene.manifest(settings);
  may(scene, "'create','patch'");
  const std::string admin = scene.token();

  SECTION("something new") {
    scene.use_token(test::limited_token_for_tests());
    const auto object = scene.apply(ours);
    INFO(object.message);
    CHECK(object.state == State::applied);
    CHECK_FALSE(scene.report.error);
    scene.inventory.clear();
    CHECK(scene.apply(ours).state == State::applied);
    scene.use_token(admin);
    CHECK(scene.live(ours.key)["data"]["color"] == "red");
  }
  SECTION("what stands there is not taken without a look") {
    scene.create_as("somebody", replace_all(settings, "red", "blue"));
    scene.use_token(test::limited_token_for_tests());
    const auto object = scene.apply(ours);
    CHECK(object.state == State::conflict);
    CHECK_THAT(object.message, Contains("\"somebody\" (Update): .data.color") &&
                                   Contains("may not read the object"));
    ours.terms.takes_over = true;
    CHECK(scene.apply(ours).state == State::applied);
    scene.use_token(admin);
    CHECK(scene.live(ours.key)["data"]["color"] == "red");
  }
}

TEST_CASE("what a credential may not write or delete is refused, object by object") {
  test::Scene scene;
  const auto ours = scene.manifest(settings);
  REQUIRE(scene.apply(ours).state == State::applied);
  may(scene, "'get','list'");
  scene.use_token(test::limited_token_for_tests());
  const auto object = scene.apply(ours);
  CHECK(object.state == State::refused);
  CHECK_THAT(object.message, Contains("cannot patch resource"));
  scene.remove(ours.key);
  CHECK(scene.report.objects.at(ours.key).state == State::refused);
  CHECK_THAT(scene.report.objects.at(ours.key).message, Contains("could not be deleted"));
  CHECK(scene.inventory.contains(ours.key));
  CHECK_FALSE(scene.report.error);
}
