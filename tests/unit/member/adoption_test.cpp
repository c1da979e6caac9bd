#include "tests/unit/member/scene.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using Catch::Matchers::Contains;
using member::State;

namespace {

constexpr const char* last_applied = "kubectl.kubernetes.io/last-applied-configuration";

std::string settings(const std::string& data, const std::string& metadata = "") {
  return "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'settings','namespace':'NS'" +
         metadata + "},'data':" + data + "}";
}

}  // namespace

TEST_CASE("an object that exists and is not ours is adopted by Overwrite only") {
  test::Scene scene;
  auto ours = scene.manifest(settings("{'color':'red'}"));
  scene.create_as("somebody", settings("{'color':'blue','extra':'theirs'}"));

  const auto refused = scene.apply(ours);
  CHECK(refused.state == State::conflict);
  CHECK_THAT(refused.message, Contains("exists on the cluster and is not ours"));
  CHECK(scene.live(ours.key)["data"]["color"] == "blue");
  CHECK(scene.inventory.empty());

  ours.terms.takes_over = true;
  const auto adopted = scene.apply(ours);
  CHECK(adopted.state == State::applied);
  CHECK(adopted.item.origin == "adopted");
  const Json::Value live = scene.live(ours.key);
  CHECK(live["data"]["color"] == "red");
  CHECK(live["data"]["extra"] == "theirs");
  CHECK(annotation(live, "flotilla.dev/origin") == "adopted");

  SECTION("and stays adopted, also where Overwrite is gone and the inventory was lost") {
    ours.terms.takes_over = false;
    scene.inventory.clear();
    CHECK(scene.apply(ours).item.origin == "adopted");
  }
}

TEST_CASE("an object of another owner is a conflict, also by Overwrite") {
  test::Scene scene;
  scene.apply_as("flotilla",
                 settings("{'color':'blue'}",
                          ",'labels':{'applyset.kubernetes.io/part-of':'applyset-other'}"));
  auto ours = scene.manifest(settings("{'color':'red'}"));
  for (const bool overwrite : {false, true}) {
    ours.terms.takes_over = overwrite;
    const auto object = scene.apply(ours);
    CHECK(object.state == State::conflict);
    CHECK(object.message == "it belongs to another owner (applyset applyset-other)");
  }
  CHECK(scene.live(ours.key)["data"]["color"] == "blue");

  SECTION("one that another owner took meanwhile is not fought for") {
    scene.inventory[ours.key].key = ours.key;
    scene.apply_as("other-tool",
                   settings("{'color':'green'}",
                            ",'labels':{'applyset.kubernetes.io/part-of':'applyset-other'}"));
    const auto object = scene.apply(ours);
    CHECK(object.state == State::conflict);
    CHECK_THAT(object.message, Contains("another owner"));
    CHECK(scene.live(ours.key)["data"]["color"] == "green");
  }
}

TEST_CASE("what kubectl applied is taken over whole: what only it has set goes") {
  const std::string mark = std::string(",'annotations':{'") + last_applied + "':'{}'}";
  test::Scene scene;
  auto ours = scene.manifest(settings("{'color':'red'}"));
  ours.terms.takes_over = true;

  SECTION("client-side") {
    scene.create_as("kubectl-client-side-apply",
                    settings("{'color':'blue','extra':'kubectl'}", mark));
  }
  SECTION("server-side") {
    scene.apply_as("kubectl", settings("{'color':'blue','extra':'kubectl'}", mark));
  }
  CHECK(scene.apply(ours).item.origin == "adopted");
  const Json::Value live = scene.live(ours.key);
  CHECK(live["data"]["color"] == "red");
  CHECK_FALSE(live["data"].isMember("extra"));
  CHECK(annotation(live, last_applied).empty());
}

TEST_CASE("a kubectl apply to an object of ours is taken back whole") {
  test::Scene scene;
  const auto ours = scene.manifest(settings("{'color':'red'}"));
  REQUIRE(scene.apply(ours).state == State::applied);
  SECTION("client-side") {
    scene.merge_as("kubectl-client-side-apply", settings("{}"),
                   std::string("{'metadata':{'annotations':{'") + last_applied +
                       "':'{}'}},'data':{'color':'blue','extra':'kubectl'}}");
  }
  SECTION("server-side") {
    scene.apply_as("kubectl", settings("{'color':'blue','extra':'kubectl'}"));
  }
  CHECK(scene.apply(ours).state == State::applied);
  const Json::Value live = scene.live(ours.key);
  CHECK(live["data"]["color"] == "red");
  CHECK_FALSE(live["data"].isMember("extra"));
  CHECK(annotation(live, last_applied).empty());
}

TEST_CASE("an object that somebody made between the look and the write is left as it was") {
  test::Scene scene;
  auto ours = scene.manifest(settings("{'color':'red'}"));
  const auto meanwhile = [&] { scene.create_as("somebody", settings("{'size':'1'}")); };
  SECTION("without Overwrite") {
    CHECK(scene.apply(ours, meanwhile).state == State::conflict);
    const Json::Value live = scene.live(ours.key);
    CHECK(live["data"].getMemberNames() == std::vector<std::string>{"size"});
    CHECK(label(live, manifest::part_of_label).empty());
    CHECK(annotation(live, manifest::digest_annotation).empty());
  }
  SECTION("with it, it is adopted") {
    ours.terms.takes_over = true;
    CHECK(scene.apply(ours, meanwhile).item.origin == "adopted");
    const Json::Value live = scene.live(ours.key);
    CHECK(live["data"]["color"] == "red");
    CHECK(live["data"]["size"] == "1");
  }
}
