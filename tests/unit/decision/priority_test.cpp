#include "tests/unit/decision/repository.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::tests;

namespace {

// One cluster with room for three pods; first and second want two each.
Files crowded(const std::string& first, const std::string& second) {
  const std::string divided =
      "  placement: {replicaScheduling: {replicaSchedulingType: Divided, "
      "replicaDivisionPreference: Aggregated}}\n";
  return {{"eu.yaml", cluster("eu") + "status: {resourceSummary: {allocatable: {pods: \"3\"}}}\n"},
          {"first.yaml", deployment("first", 2)},
          {"second.yaml", deployment("second", 2)},
          {"p.yaml", policy_for("p", "apps/v1 Deployment first", first + divided)},
          {"q.yaml", policy_for("q", "apps/v1 Deployment second", second + divided)}};
}

std::string priority(const std::string& name) {
  return "  schedulePriority: {priorityClassSource: KubePriorityClass, priorityClassName: " + name +
         "}\n";
}

std::string priority_class(const std::string& name, int value) {
  return "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: " + name +
         "}\nvalue: " + std::to_string(value) + "\n";
}

const auto first = deployment_key("first");
const auto second = deployment_key("second");

}  // namespace

TEST_CASE("room goes to the first by name") {
  const decision::Decision decision = tests::decide(crowded("", ""));
  CHECK(places_of(decision, first) == "eu:2");
  CHECK(places_of(decision, second).empty());
  CHECK(faults_of(decision, second) == std::vector<std::string>{"not-scheduled"});
}

TEST_CASE("room goes to the higher priority first") {
  Files files = crowded(priority("low"), priority("high"));
  files["low.yaml"] = priority_class("low", 1);
  files["high.yaml"] = priority_class("high", 10);
  const decision::Decision decision = tests::decide(files);
  CHECK(binding_of(decision, second)->priority == 10);
  CHECK(places_of(decision, second) == "eu:2");
  CHECK(places_of(decision, first).empty());
}

TEST_CASE("Kubernetes' own classes need no template") {
  const decision::Decision decision = tests::decide(crowded("", priority("system-node-critical")));
  CHECK(binding_of(decision, second)->priority == 2'000'001'000);
  CHECK(places_of(decision, second) == "eu:2");
}

TEST_CASE("a class that the repository does not have is said and counts as 0") {
  const decision::Decision decision = tests::decide(crowded("", priority("high")));
  CHECK_FALSE(binding_of(decision, second)->priority);
  CHECK(places_of(decision, first) == "eu:2");
  CHECK(faults_of(decision, second) ==
        std::vector<std::string>{"not-scheduled", "unknown-priority-class"});
}
