#include "tests/unit/decision/repository.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::tests;

namespace {

const ObjectKey pi{"batch", "Job", "shop", "pi"};

// eu counts twice as much as ap.
const std::string divided =
    "  placement:\n    replicaScheduling:\n      replicaSchedulingType: Divided\n"
    "      replicaDivisionPreference: Weighted\n      weightPreference:\n"
    "        staticWeightList:\n"
    "        - {targetCluster: {clusterNames: [eu]}, weight: 2}\n"
    "        - {targetCluster: {clusterNames: [ap]}, weight: 1}\n";

Files fleet_with(const std::string& workload, const std::string& policy) {
  return {{"eu.yaml", cluster("eu")},
          {"ap.yaml", cluster("ap")},
          {"w.yaml", workload},
          {"p.yaml", policy}};
}

std::string job(int parallelism, int completions) {
  return "apiVersion: batch/v1\nkind: Job\nmetadata: {name: pi, namespace: shop}\nspec:\n"
         "  parallelism: " +
         std::to_string(parallelism) + "\n  completions: " + std::to_string(completions) +
         "\n  template: {spec: {containers: [{name: c, image: perl}]}}\n";
}

bool has(const decision::Decision& decision, const std::string& cluster, const ObjectKey& object,
         const std::string& text) {
  return manifest_of(decision, cluster, object)->json->find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("Divided gives every cluster its share") {
  const auto web = deployment_key("web");
  const decision::Decision decision = tests::decide(
      fleet_with(deployment("web", 6), policy_for("p", "apps/v1 Deployment", divided)));
  CHECK(places_of(decision, web) == "ap:2 eu:4");
  CHECK(has(decision, "eu", web, "\"replicas\":4"));
  CHECK(has(decision, "ap", web, "\"replicas\":2"));
}

TEST_CASE("Duplicated gives every cluster all of them, as one manifest") {
  const auto web = deployment_key("web");
  const decision::Decision decision =
      tests::decide(fleet_with(deployment("web", 6), policy_for("p", "apps/v1 Deployment")));
  CHECK(places_of(decision, web) == "ap:6 eu:6");
  CHECK(manifest_of(decision, "eu", web) == manifest_of(decision, "ap", web));
}

TEST_CASE("a Job has its completions divided like its parallelism") {
  const decision::Decision decision =
      tests::decide(fleet_with(job(3, 10), policy_for("p", "batch/v1 Job", divided)));
  CHECK(places_of(decision, pi) == "ap:1 eu:2");
  CHECK(has(decision, "ap", pi, "\"completions\":3,"));
  CHECK(has(decision, "eu", pi, "\"completions\":7,"));
  CHECK(has(decision, "eu", pi, "\"parallelism\":2,"));
}

TEST_CASE("a Job that is duplicated keeps its completions") {
  const decision::Decision decision =
      tests::decide(fleet_with(job(3, 10), policy_for("p", "batch/v1 Job")));
  CHECK(has(decision, "ap", pi, "\"completions\":10,"));
}

TEST_CASE("a cluster whose file breaks keeps its share, and nothing moves") {
  const auto web = deployment_key("web");
  Files files = fleet_with(deployment("web", 6), policy_for("p", "apps/v1 Deployment", divided));
  const decision::Decision first = tests::decide(files);
  files["eu.yaml"] = "kind: [";
  const decision::Decision second = tests::decide(files, remember(first));
  CHECK(places_of(second, web) == "ap:2 eu:4");
  CHECK(has(second, "ap", web, "\"replicas\":2"));
}

TEST_CASE("requirements that cannot be read leave the workload as it is") {
  const auto web = deployment_key("web");
  Files files = fleet_with(deployment("web", 6), policy_for("p", "apps/v1 Deployment", divided));
  const decision::Decision first = tests::decide(files);
  std::string wrong = deployment("web", 3);
  wrong.replace(wrong.find("image: nginx"), 12, "image: nginx, resources: {requests: {cpu: much}}");
  files["w.yaml"] = wrong;
  const decision::Decision second = tests::decide(files, remember(first));
  CHECK(held_on(second, web) == "ap eu");
  CHECK(places_of(second, web) == "ap:2 eu:4");
  CHECK(binding_of(second, web)->kept);
}
