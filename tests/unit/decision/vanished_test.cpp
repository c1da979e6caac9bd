#include "reconciler/decision/plan.h"
#include "tests/unit/decision/repository.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::tests;
using decision::Inventory;
using decision::Plan;

static decision::InventoryItem item(const ObjectKey& object) {
  decision::InventoryItem item;
  item.key = object;
  item.uid = "uid-" + object.name;
  item.source = "apps/" + object.name + ".yaml";
  item.origin = "created";
  return item;
}

TEST_CASE("what vanishes though nothing changed is held") {
  Files files = shop();
  files["policies/shop.yaml"] = policy("shop", "", "a");
  files["policies/b.yaml"] = policy("b", "", "b");
  const decision::Decision first = tests::decide(files);
  Inventory inventory;
  for (const manifest::Manifest& manifest : first.work.at("eu").manifests)
    inventory[manifest.key] = item(manifest.key);
  const auto outcome = [&](const decision::Decision& decision) {
    const Plan plan = decision::make_plan(decision, "eu", inventory);
    return plan.prune.size() * 10 + plan.held.size();
  };

  SECTION("a policy that left is a reason") {
    files.erase("policies/b.yaml");
    CHECK(outcome(tests::decide(files, remember(first))) == 10);
  }
  SECTION("the same settings are none, and stay none") {
    // As if the program had come to read the policy in another way.
    decision::Previous previous = remember(first);
    files["policies/b.yaml"] = policy("b", "", "other");
    previous.settings_digest = tests::decide(files).settings_digest;
    const decision::Decision second = tests::decide(files, previous);
    CHECK(second.vanished == std::vector<ObjectKey>{key("b")});
    CHECK(outcome(second) == 1);
    const Plan plan = decision::make_plan(second, "eu", inventory);
    CHECK(plan.held.front().reason.starts_with("it would be deleted though its file stands"));
    inventory[key("b")].held = plan.held_digest;
    CHECK(outcome(tests::decide(files, remember(second))) == 1);
  }
  SECTION("a deletion that was wanted is not forgotten when another commit comes in between") {
    files.erase("policies/b.yaml");
    const decision::Decision second = tests::decide(files, remember(first));
    CHECK(outcome(tests::decide(files, remember(second))) == 10);
  }
  SECTION("a binding that still targets the cluster is none") {
    decision::Decision second = tests::decide(files, remember(first));
    second.work.at("eu").manifests.clear();
    second.work.at("eu").held.insert(key("a"));
    CHECK(outcome(second) == 1);
  }
}
