#include "overrides/cluster.h"
#include "tests/support/documents.h"
#include "tests/support/problems.h"

using namespace flotilla;
using namespace flotilla::overrides;

namespace {

Cluster member() {
  Cluster cluster;
  cluster.name = "eu-1";
  cluster.labels = {{"env", "prod"}};
  cluster.provider = "aws";
  cluster.zones = {"a", "b"};
  return cluster;
}

std::string expression(const std::string& key, const std::string& op, const std::string& values) {
  return "{'fieldSelector': {'matchExpressions': [{'key': '" + key + "', 'operator': '" + op +
         "', 'values': [" + values + "]}]}}";
}

bool matches_member(const std::string& text) {
  Problems problems;
  const auto affinity = read_cluster_affinity(test::tree(text), {"p.yaml", "", problems});
  INFO(text);
  REQUIRE(affinity);
  return matches(*affinity, member());
}

}  // namespace

TEST_CASE("cluster affinity") {
  const auto [text, wanted] = GENERATE(table<std::string, bool>({
      {"{}", true},
      {"{'clusterNames': ['eu-1', 'eu-2']}", true},
      {"{'clusterNames': ['eu-2']}", false},
      {"{'clusterNames': []}", true},
      {"{'exclude': ['eu-1']}", false},
      {"{'exclude': ['eu-2']}", true},
      {"{'clusterNames': ['eu-1'], 'exclude': ['eu-1']}", false},
      {"{'labelSelector': {'matchLabels': {'env': 'prod'}}}", true},
      {"{'labelSelector': {'matchLabels': {'env': 'test'}}}", false},
      {"{'labelSelector': {'matchLabels': {'env': 'prod'}}, 'clusterNames': ['eu-2']}", false},
      {expression("provider", "In", "'aws', 'gcp'"), true},
      {expression("provider", "In", "'gcp'"), false},
      {expression("provider", "NotIn", "'gcp'"), true},
      {expression("provider", "NotIn", "'aws'"), false},
      {expression("region", "In", "'r'"), false},    // it has none
      {expression("region", "NotIn", "'r'"), true},  // as with labels
      {expression("zone", "In", "'b', 'c'"), true},  // one of its zones
      {expression("zone", "In", "'c'"), false},
      {expression("zone", "NotIn", "'c'"), true},
      {expression("zone", "NotIn", "'b', 'c'"), false},
      {"{'fieldSelector': {'matchExpressions': [{'key': 'provider', 'operator': 'In', 'values': "
       "['aws']}, {'key': 'zone', "
       "'operator': 'In', 'values': ['c']}]}}",
       false},
  }));
  CHECK(matches_member(text) == wanted);
}

TEST_CASE("a cluster without zones") {
  Cluster cluster;
  CHECK_FALSE(matches(ClusterAffinity{std::nullopt, {{"zone", "In", {"a"}}}, {}, {}}, cluster));
  CHECK(matches(ClusterAffinity{std::nullopt, {{"zone", "NotIn", {"a"}}}, {}, {}}, cluster));
  CHECK(matches(ClusterAffinity{std::nullopt, {{"zone", "DoesNotExist", {}}}, {}, {}}, cluster));
  CHECK_FALSE(matches(ClusterAffinity{std::nullopt, {{"zone", "Exists", {}}}, {}, {}}, cluster));
  CHECK(matches(ClusterAffinity{std::nullopt, {{"zone", "Exists", {}}}, {}, {}}, member()));
  CHECK_FALSE(
      matches(ClusterAffinity{std::nullopt, {{"provider", "Exists", {}}}, {}, {}}, cluster));
  CHECK_FALSE(matches(ClusterAffinity{std::nullopt, {{"zone", "Gt", {"a"}}}, {}, {}}, member()));
}

TEST_CASE("faults of an affinity") {
  const auto [text, code, message] = GENERATE(table<std::string, std::string, std::string>({
      {expression("name", "In", "'a'"), "invalid-value",
       "key is \"name\", want one of provider, region, zone"},
      {expression("zone", "Exists", ""), "invalid-value",
       "operator is \"Exists\", want one of In, NotIn"},
      {expression("zone", "In", "'a b'"), "invalid-value", "values[0] is \"a b\""},
      {expression("zone", "In", "'a', 1"), "wrong-type", "values[1] is a number, want a text"},
      {"{'labelSelector': {'matchExpressions': [{'key': 'a', 'operator': 'In'}]}}", "invalid-value",
       "matchExpressions[0].values is empty"},
      {"{'labelSelector': {'matchLabels': {'a b': 'c'}}}", "invalid-value", "has the key \"a b\""},
      {"{'fieldSelector': {'matchLabels': {}}}", "unknown-field",
       "targetCluster.fieldSelector.matchLabels is not a known field"},
      {"{'clusterNames': 'eu-1'}", "wrong-type",
       "targetCluster.clusterNames is a text, want a list"},
      {"{'exclude': [1]}", "wrong-type", "targetCluster.exclude[0] is a number, want a text"},
      {"{'labelSelector': {'matchLabels': {'a': true}}}", "wrong-type",
       "is a truth value, want a text"},
      {"'eu-1'", "wrong-type", "targetCluster is a text, want a map"},
  }));
  Problems problems;
  INFO(text);
  CHECK_FALSE(read_cluster_affinity(test::tree(text), {"p.yaml", "", problems, "targetCluster"}));
  CHECK(test::has_error(problems, code, message));
}

TEST_CASE("requirements without values that hold for no cluster") {
  const auto [key, op, warned] = GENERATE(table<std::string, std::string, bool>({
      {"zone", "In", true},
      {"zone", "NotIn", false},
      {"provider", "In", true},
      {"provider", "NotIn", true},
      {"region", "NotIn", true},
  }));
  INFO(key << " " << op);
  Problems problems;
  const auto affinity =
      read_cluster_affinity(test::tree(expression(key, op, "")), {"p.yaml", "", problems});
  REQUIRE(affinity);
  CHECK(test::has_warning(problems, "selects-nothing", "operator " + op) == warned);
  CHECK(matches(*affinity, member()) == !warned);
}
