#include "render/interpreter/interpreter.h"
#include "render/interpreter/timestamp.h"
#include "render/yaml/reader.h"
#include "tests/support/documents.h"

#include <fstream>

using namespace flotilla;
using interpreter::Interpreter;
using interpreter::Operation;
using interpreter::Readiness;
using interpreter::ReadinessResult;
using interpreter::ReadinessRules;

namespace {

constexpr std::int64_t now = 1'700'000'000;

Json::Value yaml_tree(const std::string& text) {
  auto read = yaml::read_documents(text, "table.yaml");
  for (const Problem& problem : read.problems) FAIL(problem.message << " in " << text);
  REQUIRE(read.documents.size() == 1);
  return read.documents[0].tree;
}

// "Ready=False/Reason/message" as the map that it stands for.
void spell_out_conditions(Json::Value& live) {
  Json::Value* conditions = find_path(live, {"status", "conditions"});
  if (conditions == nullptr || !conditions->isArray()) return;
  for (Json::Value& entry : *conditions) {
    if (!entry.isString()) continue;
    const auto parts = split(entry.asString(), '/');
    const auto sides = split(parts[0], '=');
    REQUIRE(sides.size() == 2);
    Json::Value spelled(Json::objectValue);
    spelled["type"] = sides[0];
    spelled["status"] = sides[1];
    if (parts.size() > 1) spelled["reason"] = parts[1];
    if (parts.size() > 2) spelled["message"] = parts[2];
    entry = spelled;
  }
}

Json::Value aged(Json::Value live, std::int64_t seconds) {
  live["metadata"]["creationTimestamp"] = interpreter::format_timestamp(now - seconds);
  return live;
}

struct Row {
  std::string state;
  Json::Value live;
  ReadinessRules rules;
  std::string message;
};

Row row_of(const std::string& line) {
  const auto cells = split(line, '|');
  REQUIRE(cells.size() == 5);
  const auto type = split(trim(cells[2]), ' ');
  REQUIRE(type.size() == 2);
  const std::string rest(trim(cells[3]));
  Row row;
  row.state = trim(cells[0]);
  row.message = trim(cells[4]);
  row.live = yaml_tree("{apiVersion: " + type[0] + ", kind: " + type[1] +
                       (rest == "-" ? "" : ", " + rest) + "}");
  spell_out_conditions(row.live);
  for (const std::string& circumstance : split(trim(cells[1]), ' ')) {
    if (circumstance.empty()) continue;
    const auto parts = split(circumstance, '=');
    if (parts[0] == "age") {
      row.live = aged(row.live, std::stoll(parts.at(1)));
    } else if (parts[0] == "grace") {
      row.rules.status_grace = std::stoll(parts.at(1));
    } else if (parts[0] == "jobs") {
      row.rules.job_must_complete = true;
    } else if (parts[0] == "pods") {
      row.rules.failed_pod_fails = true;
    } else {
      REQUIRE(parts[0] == "addresses");
      row.rules.address_required = true;
    }
  }
  return row;
}

// A Widget with a rule that reads status.open.
Interpreter with_rule(const std::string& body = "return obj.status.open == true",
                      const std::string& api_version = "example.com/v1",
                      const std::string& kind = "Widget") {
  return Interpreter({{"mine",
                       api_version,
                       kind,
                       {{Operation::health, "function InterpretHealth(obj) " + body + " end"}},
                       {}}},
                     [] { return now; });
}

Json::Value widget(const std::string& rest) {
  return aged(yaml_tree("{apiVersion: example.com/v1, kind: Widget, " + rest + "}"), 5);
}

std::string told(const ReadinessResult& result) {
  const std::string state(to_string(result.state));
  return result.message.empty() ? state : state + ": " + result.message;
}

}  // namespace

TEST_CASE("an object is as ready as tests/tables/kstatus.txt has it") {
  std::ifstream table(FLOTILLA_SOURCE_DIR "/tests/tables/kstatus.txt");
  REQUIRE(table);
  int rows = 0;
  for (std::string line; std::getline(table, line);) {
    if (line.empty() || line.front() == '#') continue;
    INFO(line);
    const Row row = row_of(line);
    const ReadinessResult result = interpreter::kstatus(row.live, row.rules, now);
    CHECK(to_string(result.state) == row.state);
    CHECK(result.message == row.message);
    // Only what is ready needs no reason.
    CHECK(result.message.empty() == (result.state == Readiness::current));
    ++rows;
  }
  CHECK(rows > 150);
}

TEST_CASE("kinds without a health rule of their own are ready by kstatus") {
  const Interpreter rules;
  std::ifstream table(FLOTILLA_SOURCE_DIR "/tests/tables/kstatus.txt");
  REQUIRE(table);
  for (std::string line; std::getline(table, line);) {
    if (line.empty() || line.front() == '#') continue;
    INFO(line);
    const Row row = row_of(line);
    CHECK(told(rules.readiness(row.live, row.rules, now)) ==
          told(interpreter::kstatus(row.live, row.rules, now)));
  }
}

TEST_CASE("the time tells when an object that stays as it is becomes something else") {
  const Json::Value thing = aged(yaml_tree("{apiVersion: example.com/v1, kind: Thing}"), 5);
  const Json::Value pod =
      aged(yaml_tree("{apiVersion: v1, kind: Pod, status: {phase: Pending, conditions: "
                     "[{type: PodScheduled, status: 'False', reason: Unschedulable}]}}"),
           5);
  for (const Json::Value& live : {thing, pod}) {
    const ReadinessResult before = interpreter::kstatus(live, {}, now);
    INFO(told(before));
    REQUIRE(before.until);
    CHECK(*before.until > now);
    CHECK(told(interpreter::kstatus(live, {}, *before.until - 1)) == told(before));
    const ReadinessResult after = interpreter::kstatus(live, {}, *before.until);
    CHECK(after.state != before.state);
    CHECK_FALSE(after.until);
  }
  CHECK(interpreter::kstatus(thing, {}, now).until == now + 25);
  CHECK(interpreter::kstatus(pod, {}, now).until == now + 10);
  CHECK_FALSE(
      interpreter::kstatus(aged(yaml_tree("{apiVersion: v1, kind: Pod}"), 5), {}, now).until);
}

TEST_CASE("an object that is not there") {
  CHECK(told(interpreter::kstatus(Json::Value(), {}, now)) ==
        "Unknown: there is no object to look at");
  CHECK(told(Interpreter().readiness(Json::Value(), {}, now)) ==
        "Unknown: there is no object to look at");
}

TEST_CASE("what a controller says is shortened and put on one line") {
  Json::Value live = yaml_tree(
      "{apiVersion: example.com/v1, kind: Thing, status: {conditions: "
      "[{type: Ready, status: \"False\", message: \"first\\nsecond\\n\"}]}}");
  CHECK(interpreter::kstatus(live, {}, now).message == "Ready is False: first second");

  Json::Value& message = live["status"]["conditions"][0]["message"];
  message = std::string(256, 'x');
  CHECK(interpreter::kstatus(live, {}, now).message == "Ready is False: " + std::string(256, 'x'));
  message = std::string(257, 'x');
  CHECK(interpreter::kstatus(live, {}, now).message ==
        "Ready is False: " + std::string(256, 'x') + "...");
  message = std::string(255, 'x') + "\u00e9";  // the cut would go through the letter
  CHECK(interpreter::kstatus(live, {}, now).message ==
        "Ready is False: " + std::string(255, 'x') + "...");
}

TEST_CASE("a health rule says whether its kind is ready") {
  const Interpreter rules = with_rule();
  CHECK(told(rules.readiness(widget("status: {open: true}"), {}, now)) == "Current");
  CHECK(told(rules.readiness(widget("status: {open: false}"), {}, now)) ==
        "InProgress: Widget's health rule says no");
  // kstatus alone would say otherwise.
  const Json::Value off =
      widget("status: {open: false, conditions: [{type: Ready, status: 'True'}]}");
  CHECK(told(interpreter::kstatus(off, {}, now)) == "Current");
  CHECK(told(rules.readiness(off, {}, now)) == "InProgress: Widget's health rule says no");
  const Json::Value on =
      widget("status: {open: true, conditions: [{type: Ready, status: 'False'}]}");
  CHECK(told(interpreter::kstatus(on, {}, now)) == "InProgress: Ready is False");
  CHECK(told(rules.readiness(on, {}, now)) == "Current");
}

TEST_CASE("deletion, generation and a missing status come before a health rule") {
  const Interpreter rules = with_rule("return true");
  CHECK(told(rules.readiness(widget("metadata: {deletionTimestamp: '2026-01-01T00:00:00Z'}"), {},
                             now)) == "Terminating: is being deleted");
  CHECK(told(rules.readiness(
            widget("metadata: {generation: 2}, status: {observedGeneration: 1, open: true}"), {},
            now)) == "InProgress: its status is of generation 1, not of 2");
  const Json::Value fresh = widget("status: {}");
  CHECK(told(rules.readiness(fresh, {}, now)) ==
        "NoStatus: no controller has written a status yet");
  CHECK(told(rules.readiness(fresh, {}, now + 24)) ==
        "NoStatus: no controller has written a status yet");
  CHECK(told(rules.readiness(fresh, {}, now + 25)) == "Current");
  // The grace ends the waiting for a status, not the asking of the rule.
  CHECK(told(with_rule("return false").readiness(fresh, {}, now + 25)) ==
        "InProgress: Widget's health rule says no");
}

TEST_CASE("a health rule that fails leaves the readiness unknown") {
  const ReadinessResult result =
      with_rule("error('no idea')").readiness(widget("status: {open: true}"), {}, now);
  CHECK(result.state == Readiness::unknown);
  CHECK(result.message.starts_with("Widget's health rule failed: "));
  CHECK(result.message.find("no idea") != std::string::npos);
  CHECK(told(with_rule("return 'yes'").readiness(widget("status: {open: true}"), {}, now))
            .starts_with("Unknown: Widget's health rule failed: "));
}

TEST_CASE("a health rule that fails on a Secret tells no value") {
  const Json::Value secret =
      yaml_tree("{apiVersion: v1, kind: Secret, data: {password: aHVudGVyMg==}}");
  const ReadinessResult result =
      with_rule("error(obj.data.password)", "v1", "Secret").readiness(secret, {}, now);
  CHECK(result.state == Readiness::unknown);
  CHECK(result.message.find("aHVudGVyMg") == std::string::npos);
}

TEST_CASE("a health rule of the user goes before kstatus for a kind of Kubernetes") {
  const Json::Value deployment = yaml_tree(
      "{apiVersion: apps/v1, kind: Deployment, spec: {replicas: 3}, status: {replicas: 1}}");
  CHECK(told(Interpreter().readiness(deployment, {}, now)) == "InProgress: 1 of 3 replicas exist");
  CHECK(told(with_rule("return obj.status.replicas > 0", "apps/v1", "Deployment")
                 .readiness(deployment, {}, now)) == "Current");
  // It is no custom resource: no status is no state of it.
  const Json::Value fresh = aged(yaml_tree("{apiVersion: apps/v1, kind: Deployment}"), 0);
  CHECK(told(with_rule("return true", "apps/v1", "Deployment").readiness(fresh, {}, now)) ==
        "Current");
  // A customization of something else than health leaves kstatus in charge.
  const Interpreter other({{"mine",
                            "apps/v1",
                            "Deployment",
                            {{Operation::replicas, "function GetReplicas(obj) return 1, nil end"}},
                            {}}},
                          [] { return now; });
  CHECK(told(other.readiness(deployment, {}, now)) == "InProgress: 1 of 3 replicas exist");
}

TEST_CASE("a bundled health rule says whether a kind of another project is ready") {
  const Interpreter rules;
  const auto release = [](const std::string& ready) {
    return yaml_tree(
        "{apiVersion: helm.toolkit.fluxcd.io/v2beta1, kind: HelmRelease, status: {conditions: "
        "[{type: Ready, status: 'True', reason: " +
        ready + "}]}}");
  };
  CHECK(told(rules.readiness(release("ReconciliationSucceeded"), {}, now)) == "Current");
  CHECK(told(rules.readiness(release("InstallFailed"), {}, now)) ==
        "InProgress: HelmRelease's health rule says no");
}

TEST_CASE("the native health rules do not say whether a kind is ready") {
  // A Pod that has failed has run to its end for kstatus, and is unhealthy for Karmada.
  const Json::Value pod = yaml_tree("{apiVersion: v1, kind: Pod, status: {phase: Failed}}");
  const Interpreter rules;
  CHECK(*rules.health(pod) == interpreter::Health::unhealthy);
  CHECK(told(rules.readiness(pod, {}, now)) == "Current");
}

TEST_CASE("readiness in words") {
  CHECK(to_string(Readiness::unknown) == "Unknown");
  CHECK(to_string(Readiness::no_status) == "NoStatus");
  CHECK(to_string(Readiness::in_progress) == "InProgress");
  CHECK(to_string(Readiness::current) == "Current");
  CHECK(to_string(Readiness::failed) == "Failed");
  CHECK(to_string(Readiness::terminating) == "Terminating");
}
