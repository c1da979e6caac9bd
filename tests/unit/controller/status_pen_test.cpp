#include "reconciler/controller/status_pen.h"

#include "tests/unit/controller/one_cluster.h"

using namespace flotilla;
using namespace flotilla::testing;
using namespace flotilla::tests;

TEST_CASE("a status that could not be written waits, or is written as soon as git answers") {
  OneCluster world;
  world.push();
  world.loop.run(world.fleet->pass_once());
  REQUIRE(world.fleet->settled());

  make_repository(world.box / "work");
  commit_file(world.box / "work", "readme.txt", "one");
  controller::Options options;
  options.repo = (world.box / "work").string();
  options.data_dir = world.box / "data";
  options.interval = std::chrono::hours(1);
  auto source = controller::Source::open(options);
  REQUIRE(source);
  controller::StatusPen pen(world.loop, *world.fleet);
  bool read = false;
  int failed = 0;
  int written = 0;
  controller::GitThread::Listener listener;
  listener.at_reading = [](const status::Memory&) {};
  listener.at_writing = [](const status::Input&, const status::Memory&) {};
  listener.on_trouble = [](const std::string&) {};
  listener.on_decision = [&](const controller::Decided&) { read = true; };
  listener.on_written = [&](controller::Written outcome) {
    ++(outcome.ok ? written : failed);
    pen.written(std::move(outcome));
  };
  controller::GitThread git(std::move(*source), std::nullopt, options, world.loop, listener);
  pen.use(git);
  REQUIRE(world.eventually([&] { return read; }));

  std::filesystem::rename(world.box / "work", world.box / "away");
  pen.changed();
  REQUIRE(world.eventually([&] { return failed == 1; }));
  CHECK_FALSE(pen.is_writing());
  pen.changed();
  CHECK_FALSE(pen.is_writing());
  std::filesystem::rename(world.box / "away", world.box / "work");
  pen.try_again();
  CHECK(pen.is_writing());
  CHECK(world.eventually([&] { return written == 1; }));
  pen.try_again();  // there is nothing left
  CHECK_FALSE(pen.is_writing());
  git.finish();
}
