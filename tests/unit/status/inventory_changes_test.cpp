#include "reconciler/status/inventory_changes.h"

#include "render/yaml/emitter.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using status::Deed;
using status::InventoryEntry;

namespace {

InventoryEntry entry(const std::string& name, const std::string& digest = "one") {
  InventoryEntry made;
  made.item.api_version = "v1";
  made.item.key = {"", "ConfigMap", "team", name};
  made.item.uid = "uid-of-" + name;
  made.item.digest = digest;
  made.item.revision = "main@sha1:0123456789012345678901234567890123456789";
  made.item.origin = "created";
  return made;
}

std::string file(const std::vector<InventoryEntry>& entries) {
  return yaml::emit(status::inventory_object("eu", entries));
}

using Told = std::vector<std::string>;

Told told(const std::vector<InventoryEntry>& before, const std::vector<InventoryEntry>& after,
          std::string_view name = {}) {
  Told texts;
  const std::string old_text = before.empty() ? "" : file(before);
  const std::string new_text = after.empty() ? "" : file(after);
  for (const auto& change : status::inventory_changes(old_text, new_text, name))
    texts.push_back(std::string(to_string(change.deed)) + " " + change.key.name);
  return texts;
}

}  // namespace

TEST_CASE("inventories tell what was done between them") {
  InventoryEntry adopted = entry("d");
  adopted.item.origin = "adopted";
  InventoryEntry other = entry("e");
  other.item.uid = "another";
  CHECK(told({}, {entry("a"), adopted}) == Told{"created a", "adopted d"});
  CHECK(told({entry("a"), entry("b"), entry("e")},
             {entry("a"), entry("b", "two"), entry("c"), other}) ==
        Told{"configured b", "created c", "recreated e"});
  CHECK(told({entry("a"), entry("b")}, {entry("b")}) == Told{"removed a"});
  CHECK(told({entry("a")}, {}) == Told{"removed a"});
  CHECK(told({entry("a")}, {entry("a")}).empty());
}

TEST_CASE("a change that was undone is a correction, and one that stands is not") {
  InventoryEntry drifted = entry("a");
  drifted.state = "Drifted";
  drifted.drift = ".data.value by kubectl-edit";
  drifted.drift_time = "2026-11-21T12:00:00Z";
  InventoryEntry corrected = drifted;
  corrected.state = "Applied";
  InventoryEntry held = entry("a");
  held.state = "HeldForDeletion";
  InventoryEntry kept = entry("a");
  kept.state = "Kept";
  CHECK(told({entry("a")}, {corrected}) == Told{"corrected a"});
  CHECK(told({entry("a")}, {drifted}) == Told{"told a"});
  CHECK(told({drifted}, {corrected}) == Told{"corrected a"});
  CHECK(told({entry("a")}, {held}) == Told{"told a"});
  // What waits was not corrected, nor what is to go.
  InventoryEntry waiting = drifted;
  waiting.state = "Waiting";
  CHECK(told({drifted}, {waiting}) == Told{"told a"});
  CHECK(told({drifted}, {held}) == Told{"told a"});
  CHECK(told({kept}, {entry("b")}) == Told{"released a", "created b"});
}

TEST_CASE("of one name only its own lines are told") {
  CHECK(told({}, {entry("a"), entry("ab"), entry("b")}, "a") == Told{"created a"});
  CHECK(told({entry("a")}, {entry("a", "two"), entry("b")}, "b") == Told{"created b"});
}

TEST_CASE("messages of several lines and files in another style are read too") {
  InventoryEntry long_one = entry("a");
  long_one.message = "one\n- two\nthree: four\n";
  CHECK(told({entry("a"), entry("b")}, {long_one, entry("b")}) == Told{"told a"});
  const std::string flow =
      "{kind: Inventory, items: [{apiVersion: v1, kind: ConfigMap, namespace: team, name: x}]}\n";
  const auto changes = status::inventory_changes("", flow);
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].key.name == "x");
  CHECK(status::inventory_changes("items: []\nkind: Inventory\n", "").empty());
}
