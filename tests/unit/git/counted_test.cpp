#include "reconciler/git/repository.h"
#include "reconciler/metrics/metrics.h"
#include "tests/support/exposition.h"
#include "tests/support/git_servers/sandbox.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::testing;
using git::Repository;

namespace {

double counted(const std::string& name, const tests::Labels& labels = {}) {
  const tests::Exposition read = tests::parse_exposition(metrics::text());
  return read.has(name, labels) ? read.value(name, labels) : 0;
}

double lists(const char* result) {
  return counted("flotilla_git_list_total", {{"result", result}});
}

double pushes(const char* result) {
  return counted("flotilla_git_push_total", {{"branch", "flotilla/status"}, {"result", result}});
}

}  // namespace

TEST_CASE("looks, fetches and pushes are counted") {
  Sandbox box;
  const auto work = box / "work";
  make_repository(work);
  auto mirror = Repository::open_mirror(box / "data/mirror", work.string());
  REQUIRE(mirror);
  const double listed = lists("done");
  const double failed = lists("failed");
  const double fetched = counted("flotilla_git_fetch_total", {{"result", "done"}});
  const double timed = counted("flotilla_git_fetch_duration_seconds_count");
  REQUIRE(mirror->fetch());
  REQUIRE(mirror->fetch());
  CHECK(lists("done") == listed + 2);
  CHECK(counted("flotilla_git_fetch_total", {{"result", "done"}}) == fetched + 1);
  CHECK(counted("flotilla_git_fetch_duration_seconds_count") == timed + 1);

  const std::string one = mirror->write_commit("", {{"file", "one"}}, "one", {})->value();
  const std::string two = mirror->write_commit("", {{"file", "two"}}, "two", {})->value();
  REQUIRE(mirror->push("flotilla/status", one, ""));
  CHECK_FALSE(mirror->push("flotilla/status", two, ""));
  CHECK(pushes("done") == 1);
  CHECK(pushes("lost_race") == 1);

  std::filesystem::remove_all(work);
  CHECK_FALSE(mirror->fetch());
  CHECK(lists("failed") == failed + 1);
  CHECK_FALSE(mirror->push("flotilla/status", two, one));
  CHECK(pushes("failed") == 1);
}
