#include "tests/integration/fleet/crowd.h"
#include "tests/integration/fleet/eventually.h"

#include <catch2/catch.hpp>

#include <csignal>
#include <cstdlib>
#include <optional>
#include <random>
#include <thread>

// kill -9 at random points of a run that creates, changes and prunes many objects on three
// clusters, with and without what a controller remembers: the end is that of a run nobody
// disturbed, nothing of ours is beyond the inventory, and what was to stay is the same object as
// before. FLOTILLA_KILL_POINTS in the environment says how many.
namespace flotilla::tests {
namespace {

using namespace std::chrono_literals;

#ifndef FLOTILLA_KILL_POINTS
#define FLOTILLA_KILL_POINTS 16
#endif

constexpr std::size_t many = 200;  // objects on each member
// What a run does after its last request, as a part of all its requests.
constexpr double tail = 0.04;
constexpr std::size_t anew_every = 8;

// Fewer than of small runs, if nobody asks for more: they take long.
std::size_t points() {
  const char* text = std::getenv("FLOTILLA_KILL_POINTS");
  return text == nullptr ? FLOTILLA_KILL_POINTS / 2 : std::stoul(text);
}

struct Point {
  std::size_t requests = 0;
  std::chrono::milliseconds later{0};
};

Point random_point(std::mt19937_64& random, std::size_t requests) {
  const double at = std::uniform_real_distribution<double>(0, 1 + tail)(random);
  const auto later = std::uniform_int_distribution<int>(0, at < 1 ? 3 : 60)(random);
  const double part = std::min(at, 1.0) * static_cast<double>(requests);
  return {static_cast<std::size_t>(part), std::chrono::milliseconds(later)};
}

enum class Loss { nothing, data_dir, status_branch, both };

void lose(const World& world, Loss loss) {
  if (loss == Loss::data_dir || loss == Loss::both) world.lose_data_dir();
  const bool branch = loss == Loss::status_branch || loss == Loss::both;
  if (branch && world.repo.has(status_branch)) world.lose_status_branch();
}

Loss nth_loss(std::size_t n) { return static_cast<Loss>(n % 4); }

std::unique_ptr<Process> start(const World& world, const Arguments& more, const char* log) {
  Arguments arguments = world.run_arguments(more);
  arguments.insert(arguments.begin(), flotilla_program());
  return std::make_unique<Process>(arguments, world.folder.path() / log);
}

// Kills it as soon as the members have seen so many requests; false if it ended before.
bool kill_at(const World& world, Process& process, Point point) {
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (!process.exited() && std::chrono::steady_clock::now() < deadline) {
    if (world.members->request_count() >= point.requests) {
      process.exits_within(point.later);
      process.kill_now();
      return exit_code(*process.exited()) == 128 + SIGKILL;
    }
    std::this_thread::sleep_for(1ms);
  }
  REQUIRE(process.exited());
  return false;
}

void check_halfway(const Crowd& crowd, const Identities& before, const Ends& wanted) {
  CHECK(unaccounted(crowd.world, "crowd") == "");
  CHECK(lost(before, identities(crowd.world), wanted) == "");
}

void check_end(Crowd& crowd, const Identities& before, const Ends& wanted, Side side, bool anew) {
  CHECK(lost(before, identities(crowd.world), wanted) == "");
  if (!anew) CHECK(crowd.take_away_kept(side) == "");
  CHECK(difference(end_state(crowd.world), wanted) == "");
  CHECK(inventory_difference(crowd.world) == "");
}

}  // namespace

TEST_CASE("a run of many objects may be killed anywhere", "[kill][slow]") {
  const CrowdEnds ends = undisturbed_ends(many);
  std::mt19937_64 random(20261121);
  std::optional<Crowd> crowd;
  Side side = Side::left;
  std::size_t killed = 0;
  for (std::size_t n = 0; n < points(); ++n) {
    const bool anew = n % anew_every == 0;
    side = anew ? Side::left : other(side);
    if (anew) {
      crowd.reset();  // before the next one cleans the members
      crowd.emplace(many);
    }
    const World& world = crowd->world;
    const Point point = random_point(random, anew ? ends.from_nothing : ends.requests_to(side));
    INFO("point " << n << ": " << point.requests << " requests and " << point.later.count()
                  << " ms of the way to the " << to_string(side));
    const Identities before = identities(world);
    crowd->commit(side);
    world.members->forget_requests();
    const std::unique_ptr<Process> process = start(world, {"--once"}, "killed.log");
    if (kill_at(world, *process, point)) ++killed;
    check_halfway(*crowd, before, ends.of(side));
    lose(world, nth_loss(n / 2));
    const Outcome again = world.run_once();
    INFO(again.text());
    CHECK(again.code == 0);
    check_end(*crowd, before, ends.of(side), side, anew);
  }
  CHECK(killed * 4 >= points() * 3);  // otherwise this test has tested little
}

TEST_CASE("a service with many objects may be killed anywhere", "[kill][slow]") {
  const CrowdEnds ends = undisturbed_ends(many);
  std::mt19937_64 random(20261122);
  Crowd crowd(many);
  const World& world = crowd.world;
  const Arguments service = {"--interval", "100ms", "-v"};
  std::unique_ptr<Process> process = start(world, service, "service.log");
  Side side = Side::right;
  for (std::size_t n = 0; n <= points() / 2; ++n) {
    side = other(side);
    const Point point = random_point(random, n == 0 ? ends.from_nothing : ends.requests_to(side));
    INFO("point " << n << ": " << point.requests << " requests and " << point.later.count()
                  << " ms of the way to the " << to_string(side));
    const Identities before = identities(world);
    world.members->forget_requests();
    const std::string revision = crowd.commit(side);
    // A service that watches asks less than a run that reads all first: it may be done by then.
    const auto is_done = [&] {
      return contains(world.status_file("fleet.yaml"), revision) ? "" : "not yet";
    };
    const Point reached{point.requests * 8 / 10, point.later};
    REQUIRE(kill_at(world, *process, reached));
    check_halfway(crowd, before, ends.of(side));
    lose(world, nth_loss(n));
    process = start(world, service, "service.log");
    try {
      eventually(60s, "the status branch tells of the last commit", is_done);
      eventually(60s, "the members are as wanted", [&] {
        Ends now = end_state(world);
        if (n > 0)
          for (auto& [member, objects] : now)
            objects.erase("ConfigMap team/kept-" + to_string(other(side)));
        return difference(now, ends.of(side));
      });
      eventually(60s, "the inventory is complete", [&] { return inventory_difference(world); });
    } catch (...) {
      WARN("the service said:\n" << read_file(world.folder.path() / "service.log"));
      throw;
    }
    check_end(crowd, before, ends.of(side), side, n == 0);
  }
}

}  // namespace flotilla::tests
