#include "tests/integration/fleet/controllers.h"
#include "tests/integration/fleet/ends.h"

#include <catch2/catch.hpp>

#include <csignal>
#include <thread>

// kill -9 at many points of a run, then a run again: the end is that of a run nobody disturbed, and
// at no point is something on a member that the inventory there does not account for.
namespace flotilla::tests {
namespace {

using namespace std::chrono_literals;

#ifndef FLOTILLA_KILL_POINTS
#define FLOTILLA_KILL_POINTS 16
#endif
constexpr std::size_t points = FLOTILLA_KILL_POINTS;  // in each of two runs

// Kills a run as soon as the members have seen `requests` of it, or some time `later`; true if it
// was killed before its end.
bool run_and_kill(const World& world, std::size_t requests, std::chrono::milliseconds later = {}) {
  world.members->forget_requests();
  Arguments arguments = world.run_arguments({"--once"});
  arguments.insert(arguments.begin(), flotilla_program());
  Process process(arguments, world.folder.path() / "killed.log");
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (!process.exited() && std::chrono::steady_clock::now() < deadline) {
    if (world.members->request_count() >= requests) {
      process.exits_within(later);
      process.kill_now();
      return exit_code(*process.exited()) == 128 + SIGKILL;
    }
    std::this_thread::sleep_for(1ms);
  }
  REQUIRE(process.exited());
  return false;
}

// The example, and then a commit that changes, adds and removes.
void change(World& world) {
  world.repo.replace("apps/shop/catalog/deployment.yaml", "catalog:2.4.1", "catalog:2.4.2");
  world.repo.remove("apps/shop/promotions/spring-sale.yaml");
  world.repo.remove("apps/shop/reports");
  world.repo.write("apps/shop/extra.yaml", config_map("extra", "new", "shop"));
  world.commit("change, add, remove");
}

struct Undisturbed {
  Ends first, second;
  std::size_t first_requests = 0;
  std::size_t second_requests = 0;
};

Undisturbed undisturbed_runs() {
  World world = example_world();
  const Controllers controllers(*world.members);
  Undisturbed runs;
  REQUIRE(world.run_once().code == 0);
  runs.first_requests = world.members->request_count();
  runs.first = end_state(world);
  change(world);
  world.members->forget_requests();
  REQUIRE(world.run_once().code == 0);
  runs.second_requests = world.members->request_count();
  runs.second = end_state(world);
  return runs;
}

// True if the first run was killed, and not over before.
bool kill_both_runs(const Undisturbed& runs, std::size_t point) {
  World world = example_world();
  const Controllers controllers(*world.members);
  const bool killed = run_and_kill(world, 1 + point * runs.first_requests / points);
  CHECK(unaccounted(world, "shop-fleet") == "");
  if (point % 2 == 1) world.lose_data_dir();
  const Outcome again = world.run_once();
  INFO(again.text());
  CHECK(again.code == 0);
  CHECK(difference(end_state(world), runs.first) == "");
  CHECK(inventory_difference(world) == "");

  change(world);
  run_and_kill(world, 1 + point * runs.second_requests / points);
  CHECK(unaccounted(world, "shop-fleet") == "");
  const Outcome last = world.run_once();
  INFO(last.text());
  CHECK(last.code == 0);
  CHECK(difference(end_state(world), runs.second) == "");
  CHECK(inventory_difference(world) == "");
  return killed;
}

}  // namespace

TEST_CASE("a run killed at any point is made good by the next one", "[kill][slow]") {
  const Undisturbed runs = undisturbed_runs();
  std::size_t killed = 0;
  for (std::size_t point = 0; point < points; ++point) {
    INFO("point " << point << " of " << points);
    if (kill_both_runs(runs, point)) ++killed;
  }
  CHECK(killed >= points - 2);  // otherwise this test has tested nothing
}

// Then nothing is sent any more, but the status branch is still to be written.
TEST_CASE("a run killed while it writes the status branch is made good by the next one",
          "[kill][slow]") {
  const Undisturbed runs = undisturbed_runs();
  for (const auto later : {0ms, 5ms, 10ms, 20ms, 40ms, 80ms}) {
    INFO("killed " << later.count() << " ms after the last request");
    const World world = example_world();
    run_and_kill(world, runs.first_requests, later);
    if (world.repo.has(status_branch)) CHECK(inventory_difference(world) == "");
    const Outcome again = world.run_once();
    INFO(again.text());
    CHECK(again.code == 0);
    CHECK(difference(end_state(world), runs.first) == "");
    CHECK(inventory_difference(world) == "");
  }
}

}  // namespace flotilla::tests
