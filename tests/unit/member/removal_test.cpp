#include "tests/unit/member/scene.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using Catch::Matchers::Contains;
using member::State;

namespace {

const std::string settings =
    "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'settings','namespace':'NS'},"
    "'data':{'color':'red'}}";

const std::string web =
    "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'web','namespace':'NS',"
    "'labels':{'tier':'front'}},'spec':{'replicas':2,'selector':{'matchLabels':{'app':'web'}},"
    "'template':{'metadata':{'labels':{'app':'web'}},"
    "'spec':{'containers':[{'name':'web','image':'web:1'}]}}}}";

std::vector<std::string> managers_of(const Json::Value& live) {
  std::vector<std::string> names;
  for (const Json::Value& entry : live["metadata"]["managedFields"])
    names.push_back(get_string(entry, "manager"));
  return names;
}

}  // namespace

TEST_CASE("what is no longer wanted is deleted and forgotten") {
  test::Scene scene;
  const auto ours = scene.manifest(settings);
  REQUIRE(scene.apply(ours).state == State::applied);
  scene.remove(ours.key);
  CHECK(scene.live(ours.key).isNull());
  CHECK(scene.inventory.empty());
  CHECK(scene.report.objects.empty());
  CHECK(scene.report.pruned == std::vector<ObjectKey>{ours.key});
}

TEST_CASE("another object of the same name is not deleted, only forgotten") {
  test::Scene scene;
  const auto ours = scene.manifest(settings);
  REQUIRE(scene.apply(ours).state == State::applied);
  scene.delete_as_other(settings);
  scene.create_as("somebody", settings);
  scene.remove(ours.key);
  CHECK_FALSE(scene.live(ours.key).isNull());
  CHECK(scene.inventory.empty());
  CHECK(scene.report.objects.empty());
}

TEST_CASE("finalizers are followed by name until the object is gone") {
  test::Scene scene;
  const auto ours = scene.manifest(settings);
  REQUIRE(scene.apply(ours).state == State::applied);
  scene.merge_as("operator", settings,
                 "{'metadata':{'finalizers':['example.org/a','example.org/b']}}");
  scene.remove(ours.key);
  CHECK(scene.report.objects.at(ours.key).state == State::deleting);
  CHECK(scene.report.objects.at(ours.key).message ==
        "waits for its finalizers: example.org/a, example.org/b");
  CHECK(scene.inventory.at(ours.key).deleting);
  CHECK(scene.report.pruned.size() == 1);

  scene.merge_as("operator", settings, "{'metadata':{'finalizers':['example.org/b']}}");
  scene.read_again(ours.key);
  scene.remove(ours.key);
  CHECK(scene.report.objects.at(ours.key).message == "waits for its finalizers: example.org/b");
  CHECK(scene.report.pruned.empty());

  scene.merge_as("operator", settings, "{'metadata':{'finalizers':null}}");
  scene.remove(ours.key);
  CHECK(scene.inventory.empty());
  CHECK(scene.report.objects.empty());
}

TEST_CASE("a deletion that is refused leaves the object in the inventory, with the reason") {
  test::Scene scene;
  const ObjectKey protected_key{"", "Namespace", "", "kube-system"};
  scene.read_again(protected_key);
  if (!scene.inventory.contains(protected_key)) {
    scene.create_as("somebody",
                    "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'kube-system'}}");
    scene.read_again(protected_key);
  }
  scene.remove(protected_key);
  const auto& object = scene.report.objects.at(protected_key);
  CHECK(object.state == State::refused);
  CHECK_THAT(object.message,
             Contains("could not be deleted") && Contains("this namespace may not be deleted"));
  CHECK(scene.inventory.contains(protected_key));
  CHECK(scene.report.pruned.empty());
}

TEST_CASE("an object that is let go loses our marks and nothing else") {
  test::Scene scene;
  auto ours = scene.manifest(web);
  REQUIRE(scene.apply(ours).state == State::applied);
  const Json::Value before = scene.live(ours.key);
  scene.let_go(ours.key);
  CHECK(scene.inventory.empty());
  Json::Value after = scene.live(ours.key);
  CHECK(after["spec"] == before["spec"]);
  CHECK(after["metadata"]["uid"] == before["metadata"]["uid"]);
  CHECK(label(after, "tier") == "front");
  CHECK(label(after, manifest::part_of_label).empty());
  CHECK(label(after, manifest::managed_by_label).empty());
  CHECK(annotation(after, manifest::digest_annotation).empty());
  CHECK(annotation(after, manifest::origin_annotation).empty());
  CHECK(annotation(after, manifest::source_annotation).empty());
  CHECK_FALSE(member::is_ours(after, manifest::applyset_id("flotilla")));
  CHECK(managers_of(after) == std::vector<std::string>{"flotilla-released"});

  SECTION("it is ours again when it comes back, and can be let go again") {
    const member::ObjectReport back = scene.apply(ours);
    CHECK(back.state == State::applied);
    CHECK(back.item.origin == "adopted");
    CHECK(managers_of(scene.live(ours.key)) == std::vector<std::string>{"flotilla"});
    scene.let_go(ours.key);
    after = scene.live(ours.key);
    CHECK(after["spec"] == before["spec"]);
    CHECK(managers_of(after) == std::vector<std::string>{"flotilla-released"});
  }
}

TEST_CASE("what was let go and is somebody else's by now is not taken back") {
  test::Scene scene;
  const auto ours = scene.manifest(settings);
  REQUIRE(scene.apply(ours).state == State::applied);
  scene.let_go(ours.key);
  SECTION("of another applier") { scene.apply_as("helm", settings); }
  SECTION("by its label") {
    scene.merge_as("helm", settings,
                   "{'metadata':{'labels':{'app.kubernetes.io/managed-by':'Helm'}}}");
  }
  CHECK(scene.apply(ours).state == State::conflict);
}

TEST_CASE("what the manifest lost while its object was let go goes when it comes back") {
  test::Scene scene;
  const auto ours = scene.manifest(web);
  REQUIRE(scene.apply(ours).state == State::applied);
  scene.let_go(ours.key);
  const auto less = scene.manifest(replace_all(web, "'labels':{'tier':'front'}", "'labels':{}"));
  REQUIRE(scene.apply(less).state == State::applied);
  CHECK(label(scene.live(ours.key), "tier").empty());
}

TEST_CASE("what went or is somebody else's by now is let go without a write") {
  test::Scene scene;
  const auto ours = scene.manifest(settings);
  REQUIRE(scene.apply(ours).state == State::applied);
  std::string theirs;
  SECTION("gone") { scene.delete_as_other(settings); }
  SECTION("of another owner") {
    scene.merge_as("flotilla", settings,
                   "{'metadata':{'labels':{'applyset.kubernetes.io/part-of':'applyset-other'}}}");
    theirs = get_string(scene.live(ours.key), {"metadata", "resourceVersion"});
  }
  scene.let_go(ours.key);
  CHECK(scene.inventory.empty());
  CHECK(get_string(scene.live(ours.key), {"metadata", "resourceVersion"}) == theirs);
}
