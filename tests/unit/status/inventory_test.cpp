#include "tests/unit/status/world.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::tests;
using member::State;

TEST_CASE("an inventory says the state of what is on the cluster, with its message") {
  World world;
  world.object("eu", config("drifted"), State::drifted).message = "drifted";
  world.object("eu", config("torn"), State::conflict).message = "owned by helm";
  world.object("eu", config("going"), State::deleting);
  world.object("eu", config("kept"), State::kept).message = "an annotation keeps it";
  world.object("eu", config("held"), State::held);
  world.object("eu", config("refused"), State::refused).message = "want a text";
  world.object("eu", config("foreign"), State::conflict).on_cluster = false;
  world.write();
  const auto state = [&](const char* name) {
    const status::InventoryEntry* entry = entry_of(world, "eu", config(name));
    return entry == nullptr ? std::string("none") : entry->state + ":" + entry->message;
  };
  CHECK(state("drifted") == "Drifted:drifted");
  CHECK(state("torn") == "Conflict:owned by helm");
  CHECK(state("going") == "Deleting:");
  CHECK(state("kept") == "Kept:an annotation keeps it");
  CHECK(state("held") == "HeldForDeletion:");
  CHECK(state("refused") == "Applied:want a text");
  CHECK(state("foreign") == "none");
  CHECK(world.changed_later().empty());
}

TEST_CASE("an inventory says what is not ready, and nothing of what is") {
  World world;
  member::ObjectReport& slow = world.object("eu", config("slow"));
  slow.readiness = {interpreter::Readiness::in_progress, "2 of 3 replicas are ready"};
  world.object("eu", config("unsure")).readiness = {};
  const status::Files files = world.write();
  REQUIRE(entry_of(world, "eu", config("slow")) != nullptr);
  CHECK(entry_of(world, "eu", config("slow"))->readiness == "InProgress");
  CHECK(entry_of(world, "eu", config("slow"))->readiness_message == "2 of 3 replicas are ready");
  CHECK(says(files.at("inventory/eu.yaml"), "message: 2 of 3 replicas are ready"));
  CHECK_FALSE(says(files.at("inventory/us.yaml"), "readiness"));
  CHECK(entry_of(world, "eu", config("unsure"))->readiness.empty());
}

TEST_CASE("a held deletion has its digest on the branch until it is done or wanted again") {
  World world;
  hold(world, "eu", 2, "sha256:aaaaaaaaaaaa");
  world.write();
  CHECK(entry_of(world, "eu", config("c0"))->item.held == "sha256:aaaaaaaaaaaa");
  CHECK(world.changed_later().empty());

  // Confirmed: c1 is gone, c0 is not yet.
  world.report("eu").objects.erase(config("c1"));
  world.report("eu").held_digest.clear();
  world.object("eu", config("c0"), State::deleting).message.clear();
  world.write();
  CHECK(entry_of(world, "eu", config("c0"))->item.held == "sha256:aaaaaaaaaaaa");
  CHECK(entry_of(world, "eu", config("c1")) == nullptr);

  manifest::Manifest manifest;
  manifest.key = config("c0");
  world.decision.work["eu"].manifests.push_back(manifest);
  world.object("eu", config("c0"));
  world.write();
  CHECK(entry_of(world, "eu", config("c0"))->item.held.empty());
}

TEST_CASE("a deletion is held since the revision that was first without the object") {
  World world;
  hold(world, "eu", 1, "sha256:aaaaaaaaaaaa");
  world.write();
  const std::string first = world.decision.revision;
  world.decision.revision = "main@sha1:fedcba9876543210fedcba9876543210fedcba98";
  hold(world, "eu", 2, "sha256:bbbbbbbbbbbb");
  world.write();
  CHECK(entry_of(world, "eu", config("c0"))->held_since == first);
  CHECK(entry_of(world, "eu", config("c1"))->held_since == world.decision.revision);
  CHECK(entry_of(world, "eu", config("c0"))->item.held == "sha256:bbbbbbbbbbbb");
  const std::string text = condition_of(world, "eu", "DeletionsHeld")->message;
  CHECK(says(text, "first seen at 0123456, fedcba9"));
}

TEST_CASE("what is held on a cluster that was lost meanwhile stays as it was") {
  World world;
  hold(world, "eu", 1, "sha256:aaaaaaaaaaaa");
  world.write();
  // As a later pass carries over what an earlier one saw.
  member::Report& report = world.report("eu");
  report.reached = false;
  report.error = Error{Code::unavailable, "connection refused", {}, {}};
  report.held_digest.clear();
  world.write();
  CHECK(entry_of(world, "eu", config("c0"))->item.held == "sha256:aaaaaaaaaaaa");
  world.lose("eu");
  world.write();
  CHECK(entry_of(world, "eu", config("c0"))->item.held == "sha256:aaaaaaaaaaaa");
  CHECK(condition_of(world, "eu", "DeletionsHeld")->status);
}

TEST_CASE("a corrected drift is told until the object is applied anew") {
  World world;
  member::ObjectReport& object = world.object("eu", web);
  object.drift = {lost(".spec.replicas", "kubectl", "scale")};
  object.drift_time = "2026-11-21T10:00:01Z";
  const status::Files files = world.write();
  CHECK(entry_of(world, "eu", web)->drift ==
        ".spec.replicas by kubectl (scale) at 2026-11-21T10:00:00Z");
  CHECK(says(files.at("README.md"), "| 2026-11-21T10:00:01Z | corrected |"));

  // Another process knows nothing of it.
  world.object("eu", web).drift.clear();
  CHECK(world.changed_later().empty());
  world.object("eu", web).item.digest = "d2";
  CHECK_FALSE(says(world.write().at("README.md"), "## Drift"));
  CHECK(entry_of(world, "eu", web)->drift.empty());
}

TEST_CASE("a drift that stands is said as such, and no more when it is gone") {
  World world;
  member::ObjectReport& object = world.object("eu", web, State::drifted);
  object.drift = {lost(".spec.replicas", "kubectl-edit"), lost(".data.a", "")};
  const status::Files files = world.write();
  CHECK(says(files.at("README.md"), "**stands**"));
  CHECK(says(files.at("README.md"), "1 drifted"));
  CHECK(condition_of(world, "eu", "Drifted")->message ==
        "1 object differs from what was applied, changed by kubectl-edit");
  CHECK(world.changed_later().empty());

  world.object("eu", web).drift.clear();
  const status::Files after = world.write();
  CHECK_FALSE(says(after.at("README.md"), "## Drift"));
  REQUIRE(condition_of(world, "eu", "Drifted") != nullptr);
  CHECK_FALSE(condition_of(world, "eu", "Drifted")->status);
  CHECK(condition_of(world, "us", "Drifted") == nullptr);
}

TEST_CASE("drift is told by fields, managers and times, three at most") {
  CHECK(member::drift_text({}).empty());
  CHECK(member::drift_text({lost(".spec.replicas", "kubectl", "scale"), lost(".data.a", "")}) ==
        ".spec.replicas by kubectl (scale) at 2026-11-21T10:00:00Z; .data.a removed");
  const manifest::LostField one = lost(".a", "vi", "", "");
  CHECK(member::drift_text({one, one, one}) == ".a by vi; .a by vi; .a by vi");
  CHECK(member::drift_text({one, one, one, one, one}) ==
        ".a by vi; .a by vi; .a by vi; and 2 more");
}

TEST_CASE("a drift of what is suspended stands") {
  World world;
  world.object("eu", web).drift = {lost(".spec.replicas", "vi")};
  world.write();
  CHECK_FALSE(status::drift_stands(*entry_of(world, "eu", web)));
  member::ObjectReport& object = world.object("eu", web, State::waiting);
  object.suspended = true;
  object.message = "suspended: audit" + std::string(member::changed_mark) + ".spec.replicas by vi";
  world.write();
  CHECK(status::drift_stands(*entry_of(world, "eu", web)));
}
