#include "reconciler/decision/recollect.h"

#include "tests/unit/decision/repository.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::tests;

TEST_CASE("what stands on the members was placed there, and stays") {
  Files files = {
      {"eu.yaml", cluster("eu")}, {"ap.yaml", cluster("ap")}, {"us.yaml", cluster("us")}};
  files["web.yaml"] = deployment("web", 5);
  files["p.yaml"] =
      policy_for("p", "apps/v1 Deployment",
                 "  placement:\n    replicaScheduling: {replicaSchedulingType: Divided, "
                 "replicaDivisionPreference: Weighted}\n");
  const ObjectKey web = deployment_key("web");
  decision::Standings standings;
  standings.by_cluster["eu"][web] = {4, "2026-01-02T00:00:00Z"};
  decision::Previous previous;
  SECTION("all of it is known") {
    standings.by_cluster["us"][web] = {1, "2026-01-01T00:00:00Z"};
    previous.bindings = decision::recollect(tests::decide(files), standings);
    CHECK(places_of(tests::decide(files, previous), web) == "eu:4 us:1");
    CHECK(previous.bindings.at(web)->schedule.last_scheduled_time == "2026-01-02T00:00:00Z");
  }
  SECTION("a cluster cannot be asked: the rest is there") {
    standings.unasked = {"ap"};
    previous.bindings = decision::recollect(tests::decide(files), standings);
    CHECK(places_of(tests::decide(files, previous), web) == "ap:1 eu:4");
  }
  SECTION("a cluster that its policy does not select does not count") {
    files["p.yaml"] = policy_for("p", "apps/v1 Deployment", to_clusters("ap"));
    CHECK(decision::recollect(tests::decide(files), standings).empty());
  }
}
