#include "tests/unit/lease/simulated_world.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using test::SimulatedWorld;
using World = SimulatedWorld;

namespace {

constexpr std::int64_t second = 1000;

World::Options sharded(unsigned seed) {
  World::Options options;
  options.seed = seed;
  return options;
}

World::Options single_writer(unsigned seed) {
  World::Options options = sharded(seed);
  options.sharded = false;
  return options;
}

}  // namespace

TEST_CASE("one of three replicas leads, and does all the work without sharding") {
  World world(single_writer(1));
  for (const char* name : {"a", "b", "c"}) world.join(name);
  REQUIRE(world.run_until(3 * second, [&] { return world.leaders() == 1; }));
  const int leader = world.leader();
  world.run_for(120 * second);
  CHECK(world.leader() == leader);
  CHECK(world.all_clusters_worked_on());
  CHECK(world.replica(leader).members() == lease::Members{"a", "b", "c"});
  CHECK(world.overlaps().empty());
}

TEST_CASE("a killed leader is followed by another within 15 s") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    World world(single_writer(seed));
    for (const char* name : {"a", "b", "c"}) world.join(name);
    world.run_for(20 * second + seed * 137);
    REQUIRE(world.leaders() == 1);
    world.kill(world.leader());
    CHECK(world.run_until(15 * second,
                          [&] { return world.leaders() == 1 && world.all_clusters_worked_on(); }));
    CHECK(world.overlaps().empty());
  }
}

TEST_CASE("a leader that ends gracefully is followed at once") {
  World world(single_writer(3));
  for (const char* name : {"a", "b"}) world.join(name);
  world.run_for(20 * second);
  world.release(world.leader());
  CHECK(world.run_until(3 * second, [&] { return world.leaders() == 1; }));
}

TEST_CASE("a replica that starts again under its name has its lease at once") {
  World world(sharded(4));
  world.join("a");
  world.run_for(10 * second);
  REQUIRE(world.all_clusters_worked_on());
  world.kill(0);
  world.join("a");
  CHECK(world.run_until(2 * second, [&] { return world.all_clusters_worked_on(); }));
  CHECK(world.leaders() == 1);
}

TEST_CASE("of two replicas with one name the older one yields, and does not come back") {
  World world(single_writer(5));
  world.join("a");
  world.run_for(10 * second);
  world.join("a");
  REQUIRE(world.run_until(5 * second, [&] { return world.leader() == 1; }));
  world.run_for(60 * second);
  CHECK(world.leader() == 1);
  CHECK(world.leaders() == 1);
  CHECK(world.replica(0).is_doubled());
  CHECK_FALSE(world.replica(1).is_doubled());
  world.kill(1);
  CHECK(world.run_until(15 * second, [&] { return world.leader() == 0; }));
}

TEST_CASE("a leader that is stopped for a while finds out by its own clock") {
  World world(single_writer(6));
  for (const char* name : {"a", "b"}) world.join(name);
  world.run_for(20 * second);
  const int leader = world.leader();
  world.pause(leader, true);
  REQUIRE(world.run_until(15 * second,
                          [&] { return world.leaders() == 1 && world.leader() != leader; }));
  world.pause(leader, false);
  CHECK_FALSE(world.replica(leader).is_leader(world.now(leader)));
  world.run_for(30 * second);
  CHECK(world.leader() != leader);
  CHECK(world.overlaps().empty());
}

TEST_CASE("a leader that is cut off stops before another begins") {
  World world(single_writer(7));
  for (const char* name : {"a", "b"}) world.join(name);
  world.run_for(20 * second);
  const int leader = world.leader();
  world.cut_off(leader, true);
  REQUIRE(world.run_until(9 * second, [&] { return world.leaders() == 0; }));
  REQUIRE(world.run_until(9 * second, [&] { return world.leaders() == 1; }));
  CHECK(world.leader() != leader);
  world.cut_off(leader, false);
  world.run_for(30 * second);
  CHECK(world.leader() != leader);
  CHECK(world.overlaps().empty());
}

TEST_CASE("what the leader notes is read by all, and kept by the next leader") {
  World world(sharded(8));
  for (const char* name : {"a", "b", "c"}) world.join(name);
  world.run_for(10 * second);
  const int leader = world.leader();
  world.replica(leader).set_note("main@sha1:1");
  REQUIRE(world.run_until(4 * second, [&] {
    for (const int one : world.alive())
      if (world.replica(one).leader_note() != "main@sha1:1") return false;
    return true;
  }));
  world.kill(leader);
  REQUIRE(world.run_until(15 * second, [&] { return world.leaders() == 1; }));
  CHECK(world.replica(world.leader()).leader_note() == "main@sha1:1");
  world.run_for(10 * second);
  CHECK(world.replica(world.leader()).leader_note() == "main@sha1:1");
}

TEST_CASE("clusters are shared, and handed over when a replica joins or is killed") {
  for (unsigned seed = 1; seed <= 15; ++seed) {
    INFO("seed " << seed);
    World world(sharded(seed));
    world.join("a");
    REQUIRE(world.run_until(5 * second, [&] { return world.all_clusters_worked_on(); }));
    world.join("b");
    world.join("c");
    world.run_for(20 * second);
    REQUIRE(world.all_clusters_worked_on());
    std::set<int> workers;
    for (int cluster = 0; cluster < 12; ++cluster) workers.insert(world.at_work(cluster).at(0));
    CHECK(workers.size() == 3);
    world.kill(static_cast<int>(seed % 3));
    world.run_for(100);
    CHECK(world.run_until(15 * second, [&] { return world.all_clusters_worked_on(); }));
    CHECK(world.overlaps().empty());
  }
}

TEST_CASE("a lone replica writes about two Leases in three seconds") {
  World world(sharded(9));
  world.join("a");
  world.run_for(10 * second);
  const std::int64_t before = world.writes();
  world.run_for(60 * second);
  CHECK(world.writes() - before <= 42);
}

// What a run of chance does to the replicas.
static void disturb(World& world, tests::Dice& dice, int& joined) {
  const std::vector<int> alive = world.alive();
  const int victim = alive.empty() ? -1 : dice.pick(alive);
  switch (dice.between(0, 6)) {
    case 0:
      if (alive.size() < 6) world.join("r" + std::to_string(joined++));
      break;
    case 1:
      if (alive.size() > 1) world.kill(victim);
      break;
    case 2:
      if (alive.size() > 1) world.release(victim);
      break;
    case 3:
      if (victim >= 0) world.pause(victim, true);
      break;
    case 4:
      for (const int one : alive) world.pause(one, false);
      break;
    case 5:
      if (victim >= 0) world.cut_off(victim, true);
      break;
    default:
      for (const int one : alive) world.cut_off(one, false);
  }
}

TEST_CASE("never two at work, whatever happens") {
  std::int64_t worked = 0;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    World::Options options = sharded(seed);
    options.sharded = seed % 4 != 0;
    options.clusters = 6;
    options.lost_in = seed % 3 == 0 ? 0 : 15;
    options.slowest_request = seed % 2 == 0 ? 1500 : 300;
    options.skew = 0.1;
    options.longest_work = seed % 5 == 0 ? 6000 : 500;
    World world(options);
    tests::Dice dice(seed * 1000);
    int joined = 0;
    for (; joined < 3; ++joined) world.join("r" + std::to_string(joined));
    for (int i = 0; i < 40; ++i) {
      world.run_for(dice.between(100, 12'000));
      for (int cluster = 0; cluster < options.clusters; ++cluster)
        worked += static_cast<std::int64_t>(world.at_work(cluster).size());
      disturb(world, dice, joined);
    }
    CHECK(world.overlaps() == std::vector<std::string>{});
    // And all is well again when it has ended.
    for (const int one : world.alive()) {
      world.pause(one, false);
      world.cut_off(one, false);
    }
    CHECK(world.run_until(60 * second,
                          [&] { return world.leaders() == 1 && world.all_clusters_worked_on(); }));
  }
  CHECK(worked > 4000);  // of 9600 looks
}
