#include "reconciler/decision/fleet_health.h"

#include "render/yaml/reader.h"
#include "tests/support/problems.h"
#include "tests/unit/decision/repository.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using interpreter::ReadinessRules;

namespace {

struct Found {
  ReadinessRules rules;
  std::int64_t timeout = 0;
  std::vector<std::string> faults;  // "line:column code message"
};

// The spec of a Fleet, as it stands in a file.
Found read(const std::string& spec) {
  auto file = yaml::read_documents(spec, "fleet.yaml");
  REQUIRE(file.documents.size() == 1);
  Problems problems;
  overrides::Fields fields(file.documents[0].tree, {"fleet.yaml", "Fleet/f", problems, "spec"});
  Found found;
  found.rules = decision::read_health(fields);
  found.timeout = decision::read_readiness_timeout(fields);
  fields.say_unknown();
  for (const Problem& problem : problems) {
    CHECK(problem.where.file == "fleet.yaml");
    CHECK(problem.object == "Fleet/f");
  }
  found.faults = test::lines(problems);
  return found;
}

tests::Files with_fleet(const std::string& spec) {
  tests::Files files = tests::shop();
  files["fleet.yaml"] =
      "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: f}\nspec: {" + spec + "}\n";
  return files;
}

}  // namespace

TEST_CASE("a Fleet that says nothing of health") {
  for (const std::string spec : {"{}", "{health: {}}", "{health: null, readinessTimeout: null}",
                                 "{health: {jobs: null, statusGrace: null}}"}) {
    INFO(spec);
    const Found found = read(spec);
    CHECK(found.rules == ReadinessRules{});
    CHECK(found.timeout == 60);
    CHECK(found.faults.empty());
  }
}

TEST_CASE("every field of a Fleet's health") {
  using Row = std::tuple<std::string, ReadinessRules>;
  const auto [health, rules] = GENERATE(table<std::string, ReadinessRules>({
      Row{"jobs: Started", {false, false, false, 30}},
      Row{"jobs: Complete", {true, false, false, 30}},
      Row{"failedPods: Current", {false, false, false, 30}},
      Row{"failedPods: Failed", {false, true, false, 30}},
      Row{"addresses: Optional", {false, false, false, 30}},
      Row{"addresses: Required", {false, false, true, 30}},
      Row{"statusGrace: 0s", {false, false, false, 0}},
      Row{"statusGrace: \"0\"", {false, false, false, 0}},
      Row{"statusGrace: 1m30s", {false, false, false, 90}},
      Row{"statusGrace: 1000ms", {false, false, false, 1}},
      Row{"statusGrace: 24h", {false, false, false, 86400}},
      Row{"jobs: Complete, failedPods: Failed, addresses: Required, statusGrace: 5s",
          {true, true, true, 5}},
  }));
  INFO(health);
  const Found found = read("{health: {" + health + "}}");
  CHECK(found.faults.empty());
  CHECK(found.rules == rules);
}

TEST_CASE("how long a wave waits") {
  CHECK(read("{readinessTimeout: 5m}").timeout == 300);
  CHECK(read("{readinessTimeout: 1s}").timeout == 1);
  CHECK(read("{readinessTimeout: 24h}").timeout == 86400);
}

TEST_CASE("faults of a Fleet's health, each at its place") {
  using Row = std::tuple<std::string, std::string>;
  const auto [spec, fault] = GENERATE(table<std::string, std::string>({
      Row{"health: []", "1:9 wrong-type spec.health is a list, want a map"},
      Row{"health:\n  jobs: Completed",
          "2:9 invalid-value spec.health.jobs is \"Completed\", want one of Started, Complete"},
      Row{"health:\n  jobs: true",
          "2:9 wrong-type spec.health.jobs is a truth value, want one of Started, Complete"},
      Row{"health: {failedPods: failed}",
          "1:22 invalid-value spec.health.failedPods is \"failed\", want one of Current, Failed"},
      Row{"health: {addresses: \"\"}",
          "1:21 invalid-value spec.health.addresses is \"\", want one of Optional, Required"},
      Row{"health: {statusGrace: 30}",
          "1:23 wrong-type spec.health.statusGrace is a number, want a duration such as 30s"},
      Row{"health: {statusGrace: \"30\"}",
          "1:23 invalid-value spec.health.statusGrace is \"30\", want a duration such as 30s or "
          "1m30s"},
      Row{"health: {statusGrace: -1s}",
          "1:23 invalid-value spec.health.statusGrace is \"-1s\", want 0s to 24h"},
      Row{"health: {statusGrace: 24h1s}",
          "1:23 invalid-value spec.health.statusGrace is \"24h1s\", want 0s to 24h"},
      Row{"health: {statusGrace: 1500ms}",
          "1:23 invalid-value spec.health.statusGrace is \"1500ms\", want whole seconds"},
      Row{"health: {job: Complete}",
          "1:15 unknown-field spec.health.job is not a known field (did you mean jobs?)"},
      Row{"health: {}\nreadinessTimeout: 0s",
          "2:19 invalid-value spec.readinessTimeout is \"0s\", want 1s to 24h"},
      Row{"readinessTimeout: 999ms",
          "1:19 invalid-value spec.readinessTimeout is \"999ms\", want 1s to 24h"},
      Row{"readinessTimeout: 86401s",
          "1:19 invalid-value spec.readinessTimeout is \"86401s\", want 1s to 24h"},
      Row{"readinessTimeout: {seconds: 5}",
          "1:19 wrong-type spec.readinessTimeout is a map, want a duration such as 30s"},
  }));
  INFO(spec);
  const Found found = read(spec);
  CHECK(found.faults == std::vector<std::string>{fault});
  CHECK(found.rules == ReadinessRules{});
  CHECK(found.timeout == 60);
}

TEST_CASE("what the Fleet says of health reaches the decision") {
  const decision::Decision plain = tests::decide(tests::shop());
  CHECK(plain.readiness == ReadinessRules{});
  CHECK(plain.readiness_timeout == 60);

  const decision::Decision told = tests::decide(with_fleet(
      "health: {jobs: Complete, failedPods: Failed, addresses: Required, statusGrace: 5s}, "
      "readinessTimeout: 2m"));
  CHECK(test::lines(told.problems) == test::lines(plain.problems));
  CHECK(told.readiness == ReadinessRules{true, true, true, 5});
  CHECK(told.readiness_timeout == 120);
}

TEST_CASE("a Fleet whose health is in error changes nothing on a cluster") {
  const decision::Decision first = tests::decide(with_fleet(""));
  const decision::Decision second =
      tests::decide(with_fleet("health: {jobs: Finished}"), tests::remember(first));
  CHECK(test::has_error(second.problems, "invalid-value", "spec.health.jobs"));
  CHECK(tests::held_on(second, tests::key("a")) == "ap eu");
}

TEST_CASE("deciding again after the Fleet's health has changed") {
  decision::Decider decider;
  const decision::Decision first = decider.decide(tests::read(with_fleet("")), {});
  CHECK_FALSE(first.readiness.job_must_complete);
  const decision::Decision second =
      decider.decide(tests::read(with_fleet("health: {jobs: Complete}, readinessTimeout: 5s")),
                     tests::remember(first));
  CHECK(second.readiness.job_must_complete);
  CHECK(second.readiness_timeout == 5);
  const decision::Decision third =
      decider.decide(tests::read(with_fleet("health: {jobs: Complete}, readinessTimeout: 5s")),
                     tests::remember(second));
  CHECK(third.readiness.job_must_complete);
  CHECK(third.readiness_timeout == 5);
}
