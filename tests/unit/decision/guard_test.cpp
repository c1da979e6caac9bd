#include "reconciler/decision/plan.h"
#include "tests/unit/decision/repository.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace flotilla;
using namespace flotilla::tests;
using decision::Confirmation;
using decision::Inventory;
using decision::Plan;

namespace {

constexpr const char* before = "1111111111111111111111111111111111111111";
constexpr const char* removal = "2222222222222222222222222222222222222222";
constexpr const char* after = "3333333333333333333333333333333333333333";

std::string name_of(int i) { return "c" + std::to_string(100 + i); }

decision::InventoryItem item(const ObjectKey& object) {
  decision::InventoryItem item;
  item.key = object;
  item.uid = "uid-" + object.name;
  item.source = "apps/" + object.name + ".yaml";
  item.revision = std::string("main@sha1:") + before;
  item.origin = "created";
  return item;
}

std::string written(const ObjectKey& object) {
  return "apiVersion: v1\nkind: " + object.kind + "\nmetadata: {name: " + object.name +
         (object.namespace_.empty() ? "" : ", namespace: " + object.namespace_) + "}\n";
}

// A repository that wants `wanted` ConfigMaps, and a cluster that has these and `extra` more, whose
// files left.
struct Scene {
  Scene(int wanted, int extra) {
    files = {{"eu.yaml", cluster("eu")}, {"policies/shop.yaml", policy("shop")}};
    for (int i = 0; i < wanted; ++i) files["apps/" + name_of(i) + ".yaml"] = config_map(name_of(i));
    for (int i = 0; i < wanted + extra; ++i) put(key(name_of(i)));
  }
  void put(const ObjectKey& object) { inventory[object] = item(object); }

  decision::Decision decide() const {
    decision::Snapshot snapshot = read(files);
    snapshot.confirmations = confirmations;
    return decision::decide(snapshot, previous);
  }
  Plan plan() const { return decision::make_plan(decide(), "eu", inventory); }
  // "pruned 2, held 1"
  std::string outcome() const {
    const Plan plan = this->plan();
    CHECK(plan.held_digest.empty() == plan.held.empty());
    return "pruned " + std::to_string(plan.prune.size()) + ", held " +
           std::to_string(plan.held.size());
  }
  // The commit that turned `earlier` into the files as they are now.
  void confirm_commit(const Files& earlier) {
    Confirmation& one = confirmations.emplace_back(Confirmation{removal, {}, {removal, after}});
    decision::note_changes(one, read(earlier).catalog, read(files).catalog);
  }
  // The files with those of what is only in the inventory.
  Files with_files_of(const std::set<ObjectKey>& gone) const {
    Files earlier = files;
    for (const ObjectKey& object : gone) earlier["apps/" + object.name + ".yaml"] = written(object);
    return earlier;
  }
  void confirm(const std::string& digest) { confirmations.push_back({digest, {}, {}}); }

  Files files;
  Inventory inventory;
  std::vector<Confirmation> confirmations;
  decision::Previous previous;
};

std::string fleet(const std::string& spec) {
  return "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: f}\nspec: {" + spec +
         "}\n";
}

}  // namespace

TEST_CASE("deletions over both limits are held") {
  struct Case {
    int wanted;
    int extra;
    std::string guard;
    std::string outcome;
  };
  const std::vector<Case> cases = {
      {20, 10, "", "pruned 10, held 0"},  // 33 %, but no more than 10
      {25, 11, "", "pruned 0, held 11"},  // 30.5 %
      {26, 11, "", "pruned 11, held 0"},  // 29.7 %
      {20, 2, "deletionGuard: {count: 1, percent: 5}", "pruned 0, held 2"},
      {20, 2, "deletionGuard: {count: 1, percent: 10}", "pruned 2, held 0"},
      {2, 20, "deletionGuard: {count: 100}", "pruned 20, held 0"},
      {0, 1, "deletionGuard: {count: 100, percent: 100}", "pruned 0, held 1"},  // everything
      {1, 1, "", "pruned 1, held 0"},
  };
  for (const Case& c : cases) {
    INFO(c.wanted << " wanted, " << c.extra << " extra, " << c.guard);
    Scene scene(c.wanted, c.extra);
    if (!c.guard.empty()) scene.files["fleet.yaml"] = fleet(c.guard);
    CHECK(scene.outcome() == c.outcome);
  }
}

TEST_CASE("namespaces that were made because they were missing do not count") {
  Scene scene(24, 11);
  CHECK(scene.outcome() == "pruned 0, held 11");  // 11 of 35
  for (int i = 0; i < 9; ++i) {
    const ObjectKey space{"", "Namespace", "", name_of(i)};
    scene.put(space);
    scene.inventory[space].origin = "implicit";
  }
  CHECK(scene.outcome() == "pruned 0, held 11");
  Scene empty(0, 1);
  empty.put({"", "Namespace", "", "shop"});
  empty.inventory[{"", "Namespace", "", "shop"}].origin = "implicit";
  CHECK(empty.outcome() == "pruned 0, held 1");
}

TEST_CASE("what is only let go does not stay") {
  Scene scene(0, 3);
  const ObjectKey space{"", "Namespace", "", "shop"};
  scene.put(space);
  scene.inventory[space].keep = true;  // it came along with what stands in it
  CHECK(scene.outcome() == "pruned 0, held 3");
  scene.inventory[space].keep = false;
  CHECK(scene.outcome() == "pruned 0, held 4");
}

TEST_CASE("namespaces alone are nothing that stays") {
  Scene scene(0, 3);
  const ObjectKey space{"", "Namespace", "", "shop"};
  scene.files["space.yaml"] = name_space("shop");
  scene.files["fleet.yaml"] = fleet("namespaces: Everywhere");
  scene.put(space);
  REQUIRE(manifest_of(scene.decide(), "eu", space) != nullptr);
  CHECK(scene.outcome() == "pruned 0, held 3");
  scene.files["apps/a.yaml"] = config_map("a");
  CHECK(scene.outcome() == "pruned 3, held 0");
}

TEST_CASE("what is held says why and how to confirm it") {
  const Plan plan = Scene(25, 11).plan();
  CHECK(plan.held_digest.starts_with("sha256:"));
  CHECK(plan.held_digest.size() == 19);
  CHECK(plan.held.front().reason ==
        "11 of 36 objects (30 %) would be deleted, more than 10 and 30 %; confirm with "
        "Fleet.spec.confirmDeletions: " +
            plan.held_digest);
  CHECK(Scene(0, 2).plan().held.front().reason.starts_with(
      "2 of 2 objects (100 %) would be deleted, everything that is there; confirm"));
}

TEST_CASE("what is marked to be kept is no deletion") {
  Scene scene(25, 11);
  scene.inventory[key(name_of(30))].keep = true;
  CHECK(scene.outcome() == "pruned 10, held 0");
}

TEST_CASE("protected kinds are held one by one") {
  Scene scene(5, 1);
  const std::vector<ObjectKey> keys = {
      {"", "Namespace", "", "gone"},
      {"apiextensions.k8s.io", "CustomResourceDefinition", "", "things.x.io"},
      {"", "PersistentVolume", "", "v"},
      {"", "PersistentVolumeClaim", "shop", "v"},
      {"cluster.x-k8s.io", "Cluster", "shop", "eu"}};
  for (const ObjectKey& one : keys) scene.put(one);
  const ObjectKey inside{"", "ConfigMap", "gone", "inside"};
  scene.put(inside);
  const Plan plan = scene.plan();
  CHECK(plan.held.size() == keys.size());
  CHECK(plan.prune.size() == 2);  // the ConfigMap that left, and the one in the held namespace
  CHECK(plan.held.front().reason.starts_with("deleting a "));
}

TEST_CASE("a namespace stays while something in it is held") {
  Scene scene(5, 0);
  const ObjectKey space{"", "Namespace", "", "gone"};
  const ObjectKey claim{"", "PersistentVolumeClaim", "gone", "v"};
  scene.put(space);
  scene.put(claim);
  scene.confirm_commit(scene.with_files_of({space}));
  const Plan plan = scene.plan();
  CHECK(plan.prune.empty());
  REQUIRE(plan.held.size() == 1);
  CHECK(plan.held.front().item.key == claim);
  REQUIRE(plan.kept.size() == 1);
  CHECK(plan.kept.front().item.key == space);
}

TEST_CASE("a digest confirms what it was shown for") {
  Scene scene(25, 11);
  const std::string digest = scene.plan().held_digest;
  struct Case {
    std::string text;
    std::string outcome;
  };
  const std::string digits = digest.substr(7);
  const std::vector<Case> cases = {
      {digest, "pruned 11, held 0"},
      {digits, "pruned 11, held 0"},
      {digits.substr(0, 7), "pruned 11, held 0"},
      {"sha256:" + digits.substr(0, 9), "pruned 11, held 0"},
      {digits.substr(0, 6), "pruned 0, held 11"},
      {digest + "0", "pruned 0, held 11"},
      {"sha256:000000000000", "pruned 0, held 11"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    scene.confirmations.clear();
    scene.confirm(c.text);
    CHECK(scene.outcome() == c.outcome);
  }
  SECTION("another set needs another one") {
    scene.confirmations.clear();
    scene.confirm(digest);
    scene.put(key("one-more"));
    CHECK(scene.outcome() == "pruned 0, held 12");
  }
  SECTION("an object that was made anew meanwhile is another one") {
    scene.confirmations.clear();
    scene.confirm(digest);
    scene.inventory[key(name_of(30))].uid = "another";
    CHECK(scene.outcome() == "pruned 0, held 11");
  }
}

TEST_CASE("half-done deletions go on") {
  Scene scene(10, 30);
  const std::string digest = scene.plan().held_digest;
  scene.confirm(digest);
  Plan plan = scene.plan();
  REQUIRE(plan.prune.size() == 30);
  // Ten are gone; of the others the status branch remembers by which digest they were held.
  for (int i = 0; i < 10; ++i) scene.inventory.erase(plan.prune[static_cast<std::size_t>(i)].key);
  CHECK(scene.outcome() == "pruned 0, held 20");
  for (std::size_t i = 10; i < plan.prune.size(); ++i)
    scene.inventory[plan.prune[i].key] = plan.prune[i];
  CHECK(scene.outcome() == "pruned 20, held 0");
}

TEST_CASE("the commit that removed objects confirms their deletion") {
  Scene scene(25, 11);
  std::set<ObjectKey> gone;
  for (int i = 25; i < 36; ++i) gone.insert(key(name_of(i)));

  SECTION("all of them") {
    scene.confirm_commit(scene.with_files_of(gone));
    CHECK(scene.outcome() == "pruned 11, held 0");
  }
  SECTION("and no others") {
    gone.erase(key(name_of(30)));
    scene.confirm_commit(scene.with_files_of(gone));
    CHECK(scene.outcome() == "pruned 10, held 1");
  }
  SECTION("not what was applied after it") {
    scene.inventory[key(name_of(30))].revision = std::string("main@sha1:") + after;
    scene.inventory[key(name_of(31))].revision = std::string("main@sha1:") + removal + "-dirty";
    scene.inventory[key(name_of(32))].revision = "";
    scene.confirm_commit(scene.with_files_of(gone));
    CHECK(scene.outcome() == "pruned 9, held 2");
  }
  SECTION("not what it left in a file that it changed, or moved to another") {
    Files earlier = scene.files;
    std::string& one = earlier["apps/all.yaml"];
    for (const ObjectKey& object : gone) one += "---\n" + written(object);
    for (auto& [object, item] : scene.inventory)
      if (gone.contains(object)) item.source = "apps/all.yaml";
    scene.files["apps/all.yaml"] = written(key(name_of(30)));
    scene.files["apps/other.yaml"] = written(key(name_of(31)));
    scene.confirm_commit(earlier);
    CHECK(scene.outcome() == "pruned 9, held 0");
    scene.files.erase("apps/all.yaml");
    scene.files.erase("apps/other.yaml");
    scene.files["fleet.yaml"] = fleet("deletionGuard: {count: 1, percent: 1}");
    CHECK(scene.outcome() == "pruned 9, held 2");
  }
  SECTION("not what was in a file that it broke") {
    const Files earlier = scene.with_files_of(gone);
    scene.files["apps/" + name_of(30) + ".yaml"] = "kind: [";
    scene.confirm_commit(earlier);
    scene.files.erase("apps/" + name_of(30) + ".yaml");
    CHECK(scene.outcome() == "pruned 10, held 1");
  }
}

TEST_CASE("the commit that took a policy away confirms what the policy had") {
  Scene scene(0, 0);
  for (int i = 0; i < 5; ++i) {
    scene.files["apps/" + name_of(i) + ".yaml"] = config_map(name_of(i));
    scene.put(key(name_of(i)));
  }
  const Files placed = scene.files;
  scene.files.erase("policies/shop.yaml");
  CHECK(scene.outcome() == "pruned 0, held 5");
  Files otherwise = scene.files;

  SECTION("the policy") {
    scene.confirm_commit(placed);
    CHECK(scene.outcome() == "pruned 5, held 0");
  }
  SECTION("one that had some of them") {
    otherwise["policies/one.yaml"] = policy("one", "", name_of(3));
    scene.confirm_commit(otherwise);
    CHECK(scene.outcome() == "pruned 1, held 4");
  }
  SECTION("one that had none of them") {
    otherwise["policies/other.yaml"] = policy_for("other", "apps/v1 Deployment");
    scene.confirm_commit(otherwise);
    CHECK(scene.outcome() == "pruned 0, held 5");
  }
  SECTION("no policy, but a template or the Fleet") {
    otherwise["apps/" + name_of(1) + ".yaml"] = config_map(name_of(1), "another");
    otherwise["fleet.yaml"] = fleet("drift: Report");
    scene.confirm_commit(otherwise);
    CHECK(scene.outcome() == "pruned 0, held 5");
  }
  SECTION("the labels of the cluster, not those of another") {
    otherwise["eu.yaml"] = cluster("eu", "staging");
    otherwise["ap.yaml"] = cluster("ap");
    scene.confirm_commit(otherwise);
    CHECK(scene.outcome() == "pruned 5, held 0");
    scene.confirmations.clear();
    otherwise["eu.yaml"] = scene.files.at("eu.yaml");
    scene.confirm_commit(otherwise);
    CHECK(scene.outcome() == "pruned 0, held 5");
  }
  SECTION("what needed one of them") {
    otherwise["apps/web.yaml"] = deployment("web", 1, name_of(2));
    scene.confirm_commit(otherwise);
    CHECK(scene.outcome() == "pruned 1, held 4");
  }
}

TEST_CASE("drift is corrected where the terms say so") {
  struct Case {
    std::string drift;
    std::size_t applied;
  };
  for (const Case& c : {Case{"Correct", 1}, Case{"Report", 0}, Case{"Ignore", 0}}) {
    INFO(c.drift);
    Scene scene(2, 0);
    scene.files["fleet.yaml"] = fleet("drift: " + c.drift);
    const decision::Decision decision = scene.decide();
    for (auto& [object, one] : scene.inventory)
      one.digest = manifest_of(decision, "eu", object)->digest;
    CHECK(scene.plan().apply.empty());
    scene.inventory[key(name_of(1))].drifted = true;
    CHECK(scene.plan().apply.size() == c.applied);
    scene.inventory.erase(key(name_of(0)));
    CHECK(scene.plan().apply.size() == c.applied + 1);  // what is gone is wanted in any case
  }
}
