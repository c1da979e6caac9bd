#include "reconciler/notify/events.h"
#include "tests/unit/notify/facts.h"
#include "tests/unit/status/world.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::notify;
using flotilla::tests::World;

namespace {

constexpr std::int64_t later = 1'900'000'000;  // long after what the worlds do

Facts facts_of_world(World& world) {
  return facts_of(world.state(), status::summarize(world.state(), world.memory), "");
}

// What a controller tells that has written the branch, ended, and begun anew: first before it has
// tried any cluster, then after it has tried all.
std::string told_after_restart(World& world) {
  world.write();
  State state = remembered(world.memory, later);
  const auto reports = std::exchange(world.reports, {});
  Step step = follow(state, facts_of_world(world), later + 1, 60);
  std::string text = test::told(step.events);
  world.reports = reports;
  step = follow(step.state, facts_of_world(world), later + 100, 60);
  return text + "|" + test::told(step.events);
}

// What was told of the same world before.
std::string told_at_first(World& world) {
  Step step = follow({}, facts_of_world(world), later - 100, 60);
  std::string text = test::told(step.events);
  step = follow(step.state, facts_of_world(world), later, 60);
  return text + "|" + test::told(step.events);
}

}  // namespace

TEST_CASE("a new branch remembers nothing") {
  World world;
  const State state = remembered({}, later);
  CHECK(state.facts.revision.empty());
  CHECK(test::told(follow(state, facts_of_world(world), later, 60).events) == "Deployed");
}

TEST_CASE("what was told is not told again after a restart") {
  World world;
  SECTION("all is well") { CHECK(told_at_first(world) == "Deployed|"); }
  SECTION("a cluster is unreachable") {
    world.lose("us");
    CHECK(told_at_first(world) == "Progressing|Deployed; ClusterUnreachable us");
  }
  SECTION("an object is refused") {
    member::ObjectReport& object = world.object("eu", tests::web, member::State::refused);
    object.code = Code::invalid;
    object.message = "spec.replicas is wrong";
    CHECK(told_at_first(world) == "Failed eu; Progressing|");
  }
  SECTION("an error in the repository") {
    world.decision.problems.push_back(error_at("bad", {"a.yaml", 1, 1}, "is bad"));
    CHECK(told_at_first(world) == "Failed; Progressing|");
  }
  SECTION("deletions are held") {
    tests::hold(world, "eu", 12, "sha256:0011");
    world.reports["eu"].held_digest = "sha256:0011";
    CHECK(told_at_first(world) == "Progressing; DeletionsHeld eu|");
  }
  SECTION("a fight") {
    member::ObjectReport& object = world.object("eu", tests::web, member::State::drifted);
    object.message = "fight: corrected 6 times and changed again";
    object.drift = {tests::lost(".spec.replicas", "kubectl")};
    CHECK(told_at_first(world).find("Drift eu; Fight eu") != std::string::npos);
  }
  SECTION("drift that a suspension leaves") {
    member::ObjectReport& object = world.object("eu", tests::web, member::State::waiting);
    object.message =
        "suspended: audit (Fleet.spec.suspend); changed on the cluster: .data.a removed";
    object.suspended = true;
    CHECK(told_at_first(world).find("Drift eu") != std::string::npos);
  }
  SECTION("it is on its way") {
    world.object("eu", tests::web).health = interpreter::Health::unhealthy;
    CHECK(told_at_first(world) == "Progressing|");
  }
  CHECK(told_after_restart(world) == "|");
}

TEST_CASE("what changed while no controller ran is told") {
  World world;
  world.write();
  State state = remembered(world.memory, later);
  CHECK(count(state).done == 2);
  CHECK(state.deployed == world.decision.revision);
  world.object("eu", tests::web).health = interpreter::Health::unhealthy;
  world.lose("us");
  Step step = follow(state, facts_of_world(world), later, 60);
  CHECK(test::told(step.events).empty());
  step = follow(step.state, facts_of_world(world), later + 60, 60);
  CHECK(test::told(step.events) == "ClusterUnreachable us; Degraded eu");
}

TEST_CASE("a cluster that was lost while the controller ended is told after its grace") {
  World world;
  world.lose("us");
  world.write();
  const std::int64_t lost = 1'767'225'600;  // the world's 2026-01-01
  const State state = remembered(world.memory, lost + 20);
  const Step step = follow(state, facts_of_world(world), lost + 61, 60);
  CHECK(test::told(step.events).find("ClusterUnreachable us") != std::string::npos);
}

TEST_CASE("what failed for the last revision is no failure of the next") {
  World world;
  member::ObjectReport& object = world.object("eu", tests::web, member::State::refused);
  object.code = Code::invalid;
  object.message = "spec.replicas is wrong";
  CHECK(count_failures(facts_of_world(world)) == 1);
  world.decision.revision = test::second;
  CHECK(count_failures(facts_of_world(world)) == 0);
}
