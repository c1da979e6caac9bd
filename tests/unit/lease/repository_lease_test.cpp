#include "reconciler/lease/repository_lease.h"

#include "tests/support/git_servers/sandbox.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::testing;
using lease::RepositoryLease;

namespace {

// Replicas with mirrors of one bare repository, under a clock that the test moves.
struct Scene {
  Sandbox box;
  lease::Now time{std::chrono::milliseconds(1000), 1'700'000'000'000'000};

  Scene() {
    make_repository(box / "work");
    make_bare(box / "work", box / "bare.git");
  }
  git::Repository mirror(const std::string& name) {
    auto opened =
        git::Repository::open_mirror(box / ("mirror-" + name), (box / "bare.git").string());
    REQUIRE(opened);
    return std::move(*opened);
  }
  RepositoryLease replica(const std::string& name, const std::string& process) {
    RepositoryLease::Options options;
    options.replica = name;
    options.process = process;
    options.clock = [this] { return time; };
    return RepositoryLease(options);
  }
  void pass(std::int64_t ms) {
    time.mono += std::chrono::milliseconds(ms);
    time.wall += ms * 1000;
  }
  std::string tip() { return shell(box / "bare.git", "git rev-parse flotilla/lease"); }
};

}  // namespace

TEST_CASE("two controllers on one repository: one writes, the other waits and takes over") {
  Scene scene;
  auto repository_a = scene.mirror("a");
  auto repository_b = scene.mirror("b");
  RepositoryLease a = scene.replica("a", "run-a");
  RepositoryLease b = scene.replica("b", "run-b");
  REQUIRE(a.look(repository_a));
  CHECK(a.holds());
  CHECK(a.holder() == "a");
  const std::string alone = scene.tip();
  CHECK(shell(scene.box / "bare.git", "git rev-list --count flotilla/lease") == "1");
  scene.pass(25'000);
  REQUIRE(a.look(repository_a));
  CHECK(a.holds());
  CHECK(scene.tip() == alone);  // a look is enough

  REQUIRE(b.look(repository_b));
  CHECK_FALSE(b.holds());
  CHECK(b.holder() == "a");
  CHECK(scene.tip() != alone);  // it has said that it waits
  scene.pass(20'000);
  // The service has fetched for its own ends.
  const lease::Now fetching = scene.time;
  REQUIRE(repository_a.fetch());
  REQUIRE(a.look(repository_a, fetching));
  CHECK(a.holds());
  REQUIRE(b.look(repository_b));
  // From now on a renews; then it dies.
  scene.pass(4'000);
  const std::string before = scene.tip();
  REQUIRE(a.look(repository_a));
  CHECK(scene.tip() != before);
  for (int waited = 0; waited < 15'000 && !b.holds(); waited += 1000) {
    scene.pass(1000);
    REQUIRE(b.look(repository_b));
    CHECK_FALSE((a.holds() && b.holds()));
  }
  CHECK(b.holds());
  CHECK_FALSE(a.holds());
  REQUIRE(a.look(repository_a));  // it was only asleep
  CHECK_FALSE(a.holds());

  REQUIRE(b.release(repository_b));
  CHECK_FALSE(b.holds());
  scene.pass(2'000);
  REQUIRE(a.look(repository_a));
  CHECK(a.holds());
}

TEST_CASE(
    "a controller that starts again has its lease at once, also without a remote of its own") {
  Scene scene;
  auto work = git::Repository::open(scene.box / "work");
  REQUIRE(work);
  RepositoryLease first = scene.replica("a", "run-1");
  REQUIRE(first.look(*work));
  CHECK(first.holds());
  RepositoryLease second = scene.replica("a", "run-2");
  REQUIRE(second.look(*work));
  CHECK(second.holds());
  CHECK_FALSE(second.trouble());  // it took over what its last run left
  scene.pass(25'000);
  REQUIRE(first.look(*work));
  CHECK_FALSE(first.holds());
  CHECK(first.trouble());
  // Whose process is known to have ended is not waited for.
  RepositoryLease third = scene.replica("b", "");
  REQUIRE(third.look(*work));
  CHECK_FALSE(third.holds());
}

TEST_CASE("a remote that does not answer costs the lease in time") {
  Scene scene;
  auto repository = scene.mirror("a");
  RepositoryLease a = scene.replica("a", "run-a");
  REQUIRE(a.look(repository));
  std::filesystem::rename(scene.box / "bare.git", scene.box / "gone.git");
  scene.pass(30'000);
  CHECK_FALSE(a.look(repository));
  CHECK(a.holds());
  CHECK(a.next_call() > scene.time.mono);
  scene.pass(20'000);
  CHECK_FALSE(a.holds());
  std::filesystem::rename(scene.box / "gone.git", scene.box / "bare.git");
  REQUIRE(a.look(repository));
  CHECK(a.holds());
}
