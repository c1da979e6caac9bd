#include "reconciler/decision/loose_ends.h"

#include "tests/unit/decision/repository.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::tests;

namespace {

std::string propagation(const std::string& selectors, const std::string& placement) {
  return "apiVersion: policy.karmada.io/v1alpha1\nkind: PropagationPolicy\n"
         "metadata: {name: p, namespace: shop}\nspec:\n  resourceSelectors: [" +
         selectors + "]\n  placement: " + placement + "\n";
}

constexpr const char* config_map_a = "{apiVersion: v1, kind: ConfigMap, name: a}";

// "line:column message" of what is found in the shop with one more file.
std::vector<std::string> found_with(const std::string& more) {
  Files files = shop();
  files["more.yaml"] = more;
  const decision::Snapshot snapshot = read(files);
  std::vector<std::string> texts;
  for (const Problem& problem : decision::loose_ends(snapshot, decision::decide(snapshot, {})))
    texts.push_back(std::to_string(problem.where.line) + ":" +
                    std::to_string(problem.where.column) + " " + problem.code + " " +
                    problem.message);
  return texts;
}

}  // namespace

TEST_CASE("Names that are there are no loose ends") {
  CHECK(found_with("") == std::vector<std::string>{});
  CHECK(
      found_with(propagation(config_map_a, "{clusterAffinity: {clusterNames: [eu, ap]}}")).empty());
}

TEST_CASE("Clusters that the repository does not have") {
  struct Row {
    std::string placement;
    std::string want;
  };
  const std::vector<Row> rows = {
      {"{clusterAffinity: {clusterNames: [eu, us]}}",
       "6:52 unknown-cluster spec.placement.clusterAffinity.clusterNames[1] is \"us\", want a "
       "cluster of the repository (ap, eu)"},
      {"{clusterAffinity: {exclude: [us]}}",
       "6:43 unknown-cluster spec.placement.clusterAffinity.exclude[0] is \"us\", want a cluster "
       "of "
       "the repository (ap, eu)"},
  };
  for (const Row& row : rows) {
    INFO(row.placement);
    CHECK(found_with(propagation(config_map_a, row.placement)) == std::vector{row.want});
  }
}

TEST_CASE("Without any cluster, no name is the wrong one") {
  const decision::Snapshot snapshot =
      read({{"a.yaml", config_map("a")},
            {"p.yaml", propagation(config_map_a, "{clusterAffinity: {clusterNames: [eu]}}")}});
  CHECK(decision::loose_ends(snapshot, decision::decide(snapshot, {})).empty());
}

TEST_CASE("An override policy names clusters in its rules, not in what it writes") {
  CHECK(found_with("apiVersion: policy.karmada.io/v1alpha1\nkind: OverridePolicy\n"
                   "metadata: {name: o, namespace: shop}\nspec:\n  overrideRules:\n"
                   "  - targetCluster: {clusterNames: [us]}\n    overriders:\n      plaintext:\n"
                   "      - {path: /data, operator: add, value: {clusterNames: [us]}}\n") ==
        std::vector<std::string>{
            "6:36 unknown-cluster spec.overrideRules[0].targetCluster.clusterNames[0] is \"us\", "
            "want a cluster of the repository (ap, eu)"});
}

TEST_CASE("Selectors that select nothing") {
  struct Row {
    std::string selectors;
    std::vector<std::string> want;
  };
  const std::vector<Row> rows = {
      {"{apiVersion: v1, kind: ConfigMap, name: aa}",
       {"5:23 selects-nothing spec.resourceSelectors[0] selects nothing: the repository has no v1 "
        "ConfigMap shop/aa"}},
      {"{apiVersion: v2, kind: ConfigMap, name: a}",
       {"5:23 selects-nothing spec.resourceSelectors[0] selects nothing: the repository has no v2 "
        "ConfigMap shop/a; there is v1 ConfigMap shop/a"}},
      {"{apiVersion: apps/v1, kind: Deployment}",
       {"5:22 selects-nothing spec.resourceSelectors select nothing that the repository has"}},
      // One of several kinds need not be there.
      {"{apiVersion: apps/v1, kind: Deployment}, {apiVersion: v1, kind: ConfigMap}", {}},
  };
  for (const Row& row : rows) {
    INFO(row.selectors);
    CHECK(found_with(propagation(row.selectors, "{}")) == row.want);
  }
}

TEST_CASE("Room is counted where nothing says how much there is") {
  const std::string counted =
      "{replicaScheduling: {replicaSchedulingType: Divided, replicaDivisionPreference: "
      "Aggregated}, clusterAffinity: {exclude: [ap]}}";
  CHECK(found_with(propagation(config_map_a, counted)) ==
        std::vector<std::string>{
            "6:34 no-capacity spec.placement.replicaScheduling counts what fits, want "
            "status.resourceSummary of every cluster, in its file or on the status branch "
            "(--status-dir); "
            "without it there is room for nothing on eu"});
}

TEST_CASE("While a file cannot be read, what is missing may stand in there") {
  CHECK(
      found_with(propagation("{apiVersion: v1, kind: ConfigMap, name: aa}", "{}") + "---\n{broken")
          .empty());
}
