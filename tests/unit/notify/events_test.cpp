#include "tests/unit/notify/facts.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::notify;
using test::fleet;
using test::told;
using test::well;

namespace {

// A fleet over time; each step gives what it tells.
struct Story {
  State state;
  std::int64_t time = 1'000'000;

  std::string at(std::int64_t seconds, const Facts& facts) {
    Step step = follow(state, facts, time + seconds, 60);
    state = std::move(step.state);
    return told(step.events);
  }
};

}  // namespace

TEST_CASE("a revision is deployed once, when every cluster has it") {
  Story story;
  Facts facts = fleet();
  facts.clusters["us"].current = false;
  CHECK(story.at(0, facts) == "Progressing");
  CHECK(count(story.state).done == 1);
  facts = fleet();
  facts.clusters["us"].healthy = 1;
  CHECK(story.at(1, facts).empty());
  CHECK(story.at(2, fleet()) == "Deployed");
  CHECK(story.at(3, fleet()).empty());
  CHECK(story.at(4, fleet(test::second)) == "Deployed");
}

TEST_CASE("a revision is deployed without a cluster that is long beyond reach") {
  Story story;
  Facts facts = fleet();
  test::lose(facts.clusters["us"]);
  CHECK(story.at(0, facts) == "Progressing");
  CHECK(story.at(59, facts).empty());
  CHECK(next_due(story.state, 60) == story.time + 60);
  CHECK(story.at(60, facts) == "Deployed; ClusterUnreachable us");
  CHECK(next_due(story.state, 60) == std::nullopt);
  CHECK(story.at(61, fleet()) == "ClusterRecovered us");
}

TEST_CASE("no cluster, no deployment; nor where deletions are held or nothing was reached") {
  Story story;
  Facts facts = fleet();
  facts.clusters.clear();
  CHECK(story.at(0, facts) == "Progressing");
  facts = fleet(test::second);
  facts.clusters["eu"].held = 1;
  facts.clusters["eu"].held_digest = "sha256:aa";
  CHECK(story.at(1, facts) == "Progressing; DeletionsHeld eu");
  CHECK(story.at(2, facts).empty());
  facts.clusters["eu"].held_digest = "sha256:bb";
  CHECK(story.at(3, facts) == "DeletionsHeld eu");
  facts.clusters["eu"].current = false;  // a pass that broke off knows less
  facts.clusters["eu"].held_digest = "";
  CHECK(story.at(4, facts).empty());
  facts.clusters["eu"].current = true;
  facts.clusters["eu"].held_digest = "sha256:bb";
  CHECK(story.at(5, facts).empty());
  facts = fleet();
  test::lose(facts.clusters["eu"]);
  test::lose(facts.clusters["us"]);
  story.at(6, facts);
  CHECK(story.at(100, facts) == "ClusterUnreachable eu,us");
}

TEST_CASE("a cluster that comes and goes is told when it stays away") {
  Story story;
  story.at(0, fleet());
  Facts lost = fleet();
  test::lose(lost.clusters["us"]);
  CHECK(story.at(10, lost).empty());
  CHECK(story.at(60, fleet()).empty());
  CHECK(story.at(61, lost).empty());
  CHECK(story.at(120, lost).empty());
  CHECK(story.at(121, lost) == "ClusterUnreachable us");
  CHECK(story.at(1'000, lost).empty());
  CHECK(story.at(1'001, fleet()) == "ClusterRecovered us");
  CHECK(story.at(1'002, fleet()).empty());
}

TEST_CASE("a clock that is set back tells nothing twice") {
  Story story;
  Facts lost = fleet();
  test::lose(lost.clusters["us"]);
  story.at(0, lost);
  CHECK(story.at(70, lost) == "Deployed; ClusterUnreachable us");
  CHECK(story.at(10, lost).empty());
  CHECK(story.at(80, lost).empty());
}

TEST_CASE("failures are told once for a revision") {
  Story story;
  Facts facts = fleet();
  facts.clusters["us"].applied = facts.clusters["us"].healthy = 1;
  facts.clusters["us"].failures = {"ConfigMap/shop/a: refused"};
  CHECK(story.at(0, facts) == "Failed us; Progressing");
  CHECK(story.at(1, facts).empty());
  // A pass on the way has seen nothing yet.
  facts.clusters["us"].failures = {};
  facts.clusters["us"].current = false;
  CHECK(story.at(2, facts).empty());
  facts.clusters["us"].failures = {"ConfigMap/shop/a: refused"};
  facts.clusters["us"].current = true;
  CHECK(story.at(3, facts).empty());
  CHECK(story.at(4, fleet()) == "Deployed");
  CHECK(story.at(5, facts) == "Failed us");
  facts.revision = test::second;
  facts.problems = {"a.yaml:1:1: error: bad"};
  CHECK(story.at(6, facts) == "Failed us; Progressing");
}

TEST_CASE("an unreachable cluster does not keep a failure that was mended elsewhere") {
  Story story;
  Facts facts = fleet();
  facts.problems = {"a.yaml:1:1: error: bad"};
  test::lose(facts.clusters["us"]);
  CHECK(story.at(0, facts) == "Failed; Progressing");
  facts.problems = {};
  CHECK(story.at(100, facts) == "Deployed; ClusterUnreachable us");
}

TEST_CASE("degraded is what was healthy before, for a while") {
  Story story;
  Facts sick = fleet();
  sick.clusters["eu"].healthy = 1;
  CHECK(story.at(0, sick) == "Progressing");  // on its way
  CHECK(story.at(500, sick).empty());
  CHECK(story.at(501, fleet()) == "Deployed");
  CHECK(story.at(502, sick).empty());
  CHECK(story.at(510, fleet()).empty());
  CHECK(story.at(511, sick).empty());
  CHECK(story.at(571, sick) == "Degraded eu");
  CHECK(story.at(572, sick).empty());
  // Still so with the next revision: nothing new.
  sick.revision = test::second;
  CHECK(story.at(573, sick) == "Progressing");
  CHECK(story.at(574, fleet(test::second)) == "Deployed; Recovered eu");
}

TEST_CASE("drift and fights are told for each object once") {
  Story story;
  story.at(0, fleet());
  Facts facts = fleet();
  facts.clusters["eu"].drift = {"ConfigMap/shop/a", "ConfigMap/shop/b"};
  CHECK(story.at(1, facts) == "Drift eu,eu");
  facts.clusters["eu"].drift.push_back("ConfigMap/shop/c");
  facts.clusters["eu"].fights = {"ConfigMap/shop/c: fight: corrected 6 times"};
  CHECK(story.at(2, facts) == "Drift eu; Fight eu");
  facts.clusters["eu"].fights = {"ConfigMap/shop/c: fight: corrected 7 times"};
  CHECK(story.at(3, facts).empty());
}

TEST_CASE("suspension and the source") {
  Story story;
  story.at(0, fleet());
  Facts facts = fleet();
  facts.suspended = true;
  facts.suspended_why = "freeze";
  const Step step = follow(story.state, facts, story.time + 1, 60);
  REQUIRE(step.events.size() == 1);
  CHECK(step.events[0].name == "SuspendedChanged");
  CHECK(step.events[0].lines[0].text == "suspended: freeze");
  story.state = step.state;
  CHECK(story.at(2, fleet()) == "SuspendedChanged");
  facts = fleet();
  facts.source_error = "no such host";
  CHECK(story.at(3, facts).empty());
  CHECK(story.at(20, fleet()).empty());
  CHECK(story.at(21, facts).empty());
  CHECK(story.at(81, facts) == "SourceError");
  CHECK(story.at(90, facts).empty());
  CHECK(story.at(91, fleet()) == "SourceRecovered");
}

TEST_CASE("a cluster that has not been tried is as it was") {
  Story story;
  Facts lost = fleet();
  test::lose(lost.clusters["us"]);
  story.at(0, lost);
  story.at(70, lost);
  Facts fresh = fleet();
  for (auto& [name, cluster] : fresh.clusters) {
    cluster = {};
    cluster.wanted = 2;
  }
  CHECK(story.at(71, fresh).empty());
  CHECK(count(story.state).healthy == 4);
  CHECK(story.at(72, lost).empty());
  CHECK(story.at(73, fleet()) == "ClusterRecovered us");
}
