#include "reconciler/decision/plan.h"

#include "tests/unit/decision/repository.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::tests;

static decision::InventoryItem item(const std::string& name, const std::string& digest,
                                    const std::string& origin = "created") {
  return {key(name), "v1",   "uid", digest, "apps/" + name + ".yaml",
          "",        origin, false, false,  false};
}

TEST_CASE("only what differs is applied") {
  const decision::Decision decision = tests::decide(shop());
  decision::Inventory inventory = {{key("a"), item("a", manifest_of(decision, "eu", "a")->digest)},
                                   {key("b"), item("b", "old")}};
  const decision::Plan plan = decision::make_plan(decision, "eu", inventory);
  REQUIRE(plan.apply.size() == 1);
  CHECK(plan.apply.front()->key == key("b"));
  CHECK(plan.prune.empty());
}

TEST_CASE("what is gone from the cluster comes back") {
  const decision::Decision decision = tests::decide(shop());
  CHECK(decision::make_plan(decision, "eu", {}).apply.size() == 2);
}

TEST_CASE("pruning leaves what says so") {
  const decision::Decision decision = tests::decide(shop());
  decision::Inventory inventory = {{key("x"), item("x", "d")},
                                   {key("n"), item("n", "d", "implicit")},
                                   {key("k"), item("k", "d")}};
  inventory[key("k")].keep = true;
  const decision::Plan plan = decision::make_plan(decision, "eu", inventory);
  REQUIRE(plan.prune.size() == 1);
  CHECK(plan.prune.front().key == key("x"));
  REQUIRE(plan.kept.size() == 1);
  CHECK(plan.kept.front().item.key == key("k"));
}

TEST_CASE("an object that is being deleted is neither applied as unchanged nor pruned again") {
  const decision::Decision decision = tests::decide(shop());
  decision::Inventory inventory = {{key("a"), item("a", manifest_of(decision, "eu", "a")->digest)},
                                   {key("x"), item("x", "d")}};
  inventory[key("a")].deleting = true;
  inventory[key("x")].deleting = true;
  const decision::Plan plan = decision::make_plan(decision, "eu", inventory);
  CHECK(plan.apply.size() == 2);
  CHECK(plan.prune.empty());
}

TEST_CASE("a definition is of its own group, whatever that ends with") {
  const decision::Decision decision = tests::decide(shop());
  const ObjectKey definition{"apiextensions.k8s.io", "CustomResourceDefinition", "",
                             "things.sub.x.io"};
  const ObjectKey other{"x.io", "Thing", "other", "t"};
  decision::Inventory inventory = {{key("a"), item("a", "d")}};
  for (const ObjectKey& one : {definition, other}) inventory[one] = item("x", "d");
  for (const ObjectKey& one : {definition, other}) inventory[one].key = one;
  inventory[other].keep = true;
  const decision::Plan plan = decision::make_plan(decision, "eu", inventory);
  REQUIRE(plan.held.size() == 1);  // of a protected kind
  CHECK(plan.held.front().item.key == definition);
  CHECK(plan.kept.size() == 1);
}

TEST_CASE("a namespace or a definition stays while something in it stays") {
  const decision::Decision decision = tests::decide(shop());
  const ObjectKey space{"", "Namespace", "", "shop"};
  const ObjectKey definition{"apiextensions.k8s.io", "CustomResourceDefinition", "", "things.x.io"};
  const ObjectKey thing{"x.io", "Thing", "other", "t"};
  decision::Inventory inventory;
  for (const ObjectKey& container : {space, definition}) {
    inventory[container] = item("c", "d");
    inventory[container].key = container;
  }
  const auto going = [&] {
    const decision::Plan plan = decision::make_plan(decision, "eu", inventory);
    std::string names;
    for (const decision::InventoryItem& one : plan.prune) names += one.key.name + " ";
    for (const decision::Plan::Kept& held : plan.held) names += held.item.key.name + " ";
    return names;
  };
  CHECK(going() == "things.x.io ");  // shop holds a and b, which are wanted

  inventory[thing] = item("t", "d");
  inventory[thing].key = thing;
  CHECK(going() == "t things.x.io ");

  inventory[thing].keep = true;
  CHECK(going().empty());
}
