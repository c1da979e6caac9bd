#include "tests/unit/placement/policies.h"

using namespace flotilla;
using namespace flotilla::placement;

namespace {

Placement place(const std::string& placement) {
  return policy("shop", "p", "{" + every_config + ", 'placement': " + placement + "}").placement;
}

// How it is stored, with ' for ".
std::string stored(const std::string& placement) {
  return replace_all(canonical_json(place(placement).tree), "\"", "'");
}

Lines faults_of(const std::string& placement) { return faults("'placement': " + placement); }
Lines warnings_of(const std::string& placement) { return warnings("'placement': " + placement); }

Division division(const std::string& scheduling) {
  const Placement read = place("{'replicaScheduling': " + scheduling + "}");
  REQUIRE(read.replicas);
  return read.replicas->division;
}

std::string with_overflow(const std::string& overflow, const std::string& rest =
                                                           "'replicaDivisionPreference': "
                                                           "'Aggregated'") {
  return "{'clusterAffinities': [{'affinityName': 'a', 'clusterNames': ['x'], "
         "'overflowAffinities': [" +
         overflow + "]}], 'replicaScheduling': {" + rest + "}}";
}

const std::string dynamic = "'weightPreference': {'dynamicWeight': 'AvailableReplicas'}";

}  // namespace

TEST_CASE("the single affinity and the terms") {
  CHECK(place("{}").terms.empty());
  const Placement every = place("{'clusterAffinity': {}}");
  REQUIRE(every.terms.size() == 1);
  CHECK(every.terms[0].name.empty());

  const Placement terms = place(
      "{'clusterAffinities': [{'affinityName': 'z', 'clusterNames': ['eu']}, "
      "{'affinityName': 'a', 'labelSelector': {'matchLabels': {'b': 'c'}}, "
      "'overflowAffinities': []}]}");
  REQUIRE(terms.terms.size() == 2);
  CHECK(terms.terms[0].name == "z");
  CHECK(terms.terms[0].affinity.cluster_names == std::vector<std::string>{"eu"});
  CHECK(terms.terms[1].name == "a");
  CHECK(terms.terms[1].affinity.label_selector->match_labels.at("b") == "c");
  CHECK(terms.terms[1].overflow.empty());
}

TEST_CASE("terms overflow in order; their names are of their own term") {
  const Placement read = place(
      "{'clusterAffinities': ["
      "{'affinityName': 'a', 'clusterNames': ['x'], 'overflowAffinities': [{'affinityName': 'o', "
      "'clusterNames': ['y']}, {'affinityName': 'b', 'exclude': ['z']}]},"
      "{'affinityName': 'b', 'clusterNames': ['y'], 'overflowAffinities': [{'affinityName': "
      "'o'}]}], 'replicaScheduling': {" +
      dynamic + "}}");
  REQUIRE(read.terms.size() == 2);
  REQUIRE(read.terms[0].overflow.size() == 2);
  CHECK(read.terms[0].overflow[0].name == "o");
  CHECK(read.terms[0].overflow[0].affinity.cluster_names == std::vector<std::string>{"y"});
  CHECK(read.terms[0].overflow[1].affinity.exclude == std::vector<std::string>{"z"});
  CHECK(read.terms[1].overflow[0].name == "o");
}

TEST_CASE("tolerations") {
  const Placement read = place(
      "{'clusterTolerations': [{'key': 'k', 'operator': 'Exists', 'effect': 'NoSchedule', "
      "'tolerationSeconds': 30}, {'key': 'k', 'value': 'v'}, {'operator': 'Is'}]}");
  REQUIRE(read.tolerations.size() == 3);
  CHECK(read.tolerations[0].op == "Exists");
  CHECK(read.tolerations[0].effect == "NoSchedule");
  CHECK(read.tolerations[1].value == "v");
  CHECK(read.tree["clusterTolerations"][0]["tolerationSeconds"] == 30);
}

TEST_CASE("how replicas are divided") {
  CHECK_FALSE(place("{}").replicas);
  CHECK(division("{}") == Division::static_weight);
  CHECK(division("{'replicaSchedulingType': 'Duplicated'}") == Division::duplicated);
  CHECK(division("{'replicaSchedulingType': 'Duplicated', " + dynamic + "}") ==
        Division::duplicated);
  CHECK(division("{'replicaDivisionPreference': 'Aggregated'}") == Division::aggregated);
  CHECK(division("{'replicaDivisionPreference': 'Aggregated', " + dynamic + "}") ==
        Division::aggregated);
  CHECK(division("{" + dynamic + "}") == Division::dynamic_weight);
  CHECK(division("{'weightPreference': {'dynamicWeight': 'AvailableReplicas', 'staticWeightList': "
                 "[{'targetCluster': {}, 'weight': 1}]}}") == Division::dynamic_weight);
  CHECK(division("{'weightPreference': {}}") == Division::static_weight);
}

TEST_CASE("weights that are not given differ from an empty list of them") {
  CHECK_FALSE(place("{'replicaScheduling': {}}").replicas->weights);
  const auto empty = place("{'replicaScheduling': {'weightPreference': {}}}").replicas->weights;
  REQUIRE(empty);
  CHECK(empty->empty());
  const auto some =
      place(
          "{'replicaScheduling': {'weightPreference': {'staticWeightList': [{'targetCluster': "
          "{'clusterNames': ['eu']}, 'weight': 2}, {'targetCluster': {}, 'weight': "
          "9223372036854775807}]}}}")
          .replicas->weights;
  REQUIRE(some);
  REQUIRE(some->size() == 2);
  CHECK((*some)[0].target.cluster_names == std::vector<std::string>{"eu"});
  CHECK((*some)[0].weight == 2);
  CHECK((*some)[1].weight == std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("spread constraints") {
  const Placement read = place(
      "{'spreadConstraints': [{'maxGroups': 3}, {'spreadByField': 'region', 'minGroups': 2, "
      "'maxGroups': 2}, {'spreadByField': 'zone', 'minGroups': 0}, {'spreadByField': "
      "'provider'}, {'spreadByLabel': 'rack'}, {'spreadByLabel': 'rack'}]}");
  REQUIRE(read.spread.size() == 6);
  CHECK(read.spread[0].field == SpreadField::cluster);
  CHECK(read.spread[0].min == 1);
  CHECK(read.spread[0].max == 3);
  CHECK(read.spread[1].field == SpreadField::region);
  CHECK(read.spread[1].min == 2);
  CHECK(read.spread[2].field == SpreadField::zone);
  CHECK(read.spread[2].min == 1);
  CHECK(read.spread[2].max == 0);
  CHECK(read.spread[3].field == SpreadField::provider);
  CHECK(read.spread[4].field == SpreadField::label);
  CHECK(read.spread[4].label == "rack");
}

TEST_CASE("workload affinity") {
  const Placement read = place(
      "{'workloadAffinity': {'affinity': {'groupByLabelKey': 'app'}, 'antiAffinity': "
      "{'groupByLabelKey': 'example.com/tier'}}}");
  CHECK(read.affinity_label == "app");
  CHECK(read.anti_affinity_label == "example.com/tier");
}

TEST_CASE("a placement as it is stored") {
  const auto [written, wanted] = GENERATE(table<std::string, std::string>({
      {"{}", "{}"},
      {"{'clusterAffinity': {}}", "{'clusterAffinity':{}}"},
      {"{'clusterAffinity': {'clusterNames': [], 'exclude': null, 'labelSelector': "
       "{'matchLabels': {}}}, 'clusterTolerations': []}",
       "{'clusterAffinity':{'labelSelector':{}}}"},
      {"{'clusterAffinity': {'labelSelector': {'matchLabels': {'a': ''}}}}",
       "{'clusterAffinity':{'labelSelector':{'matchLabels':{'a':''}}}}"},
      {"{'clusterTolerations': [{'key': 'a', 'value': '', 'tolerationSeconds': 0}]}",
       "{'clusterTolerations':[{'key':'a','tolerationSeconds':0}]}"},
      {"{'replicaScheduling': {}}",
       "{'replicaScheduling':{'replicaDivisionPreference':'Weighted',"
       "'replicaSchedulingType':'Divided'}}"},
      {"{'replicaScheduling': {'replicaSchedulingType': '', 'replicaDivisionPreference': "
       "'Aggregated'}}",
       "{'replicaScheduling':{'replicaDivisionPreference':'Aggregated',"
       "'replicaSchedulingType':'Divided'}}"},
      {"{'replicaScheduling': {'replicaSchedulingType': 'Duplicated'}}",
       "{'replicaScheduling':{'replicaSchedulingType':'Duplicated'}}"},
      {"{'spreadConstraints': [{}]}",
       "{'spreadConstraints':[{'minGroups':1,'spreadByField':"
       "'cluster'}]}"},
      {"{'spreadConstraints': [{'spreadByLabel': 'a', 'minGroups': 0, 'maxGroups': 0}]}",
       "{'spreadConstraints':[{'minGroups':1,'spreadByLabel':'a'}]}"},
      {"{'spreadConstraints': [{'spreadByField': 'cluster', 'minGroups': 2, 'maxGroups': 3}]}",
       "{'spreadConstraints':[{'maxGroups':3,'minGroups':2,'spreadByField':'cluster'}]}"},
  }));
  INFO(written);
  CHECK(stored(written) == wanted);
  CHECK(stored(stored(written)) == wanted);
}

TEST_CASE("the placement of a binding is read like that of a policy") {
  Problems problems;
  const Json::Value tree = test::tree("{'clusterAffinity': {'clusterNames': ['eu']}}");
  const auto read = read_placement(tree, {"b.yaml", "ResourceBinding/shop/web", problems, "spec"});
  REQUIRE(read);
  CHECK(read->terms[0].affinity.cluster_names == std::vector<std::string>{"eu"});
  CHECK(read->tree == tree);

  const Json::Value bad = test::tree("{'clusterAffinity': {'clusterNames': 'eu'}}");
  CHECK_FALSE(read_placement(bad, {"b.yaml", "ResourceBinding/shop/web", problems, "spec"}));
  CHECK(lines_of(problems, Severity::error) ==
        Lines{"wrong-type spec.clusterAffinity.clusterNames is a text, want a list"});
  CHECK_FALSE(read_placement(Json::Value("x"), {"b.yaml", "", problems, "spec"}));
}

TEST_CASE("faults of affinities") {
  const auto [placement, line] = GENERATE(table<std::string, std::string>({
      {"{'clusterAfinity': {}}",
       "unknown-field P.clusterAfinity is not a known field (did you mean clusterAffinity?)"},
      {"{'clusterAffinity': []}", "wrong-type P.clusterAffinity is a list, want a map"},
      {"{'clusterAffinity': {}, 'clusterAffinities': [{'affinityName': 'a'}]}",
       "invalid-value P.clusterAffinities and clusterAffinity are both set, want one of them"},
      {"{'clusterAffinities': [{}]}",
       "missing-field P.clusterAffinities[0].affinityName is missing, want a text"},
      {"{'clusterAffinities': [{'affinityName': ''}]}",
       "missing-field P.clusterAffinities[0].affinityName is empty, want a text"},
      {"{'clusterAffinities': [{'affinityName': 'a/'}]}",
       "invalid-value P.clusterAffinities[0].affinityName is \"a/\": the name is empty"},
      {"{'clusterAffinities': [{'affinityName': 'a12345678901234567890123456789012'}]}",
       "invalid-value P.clusterAffinities[0].affinityName is "
       "\"a12345678901234567890123456789012\": it is longer than 32 characters"},
      {"{'clusterAffinities': [{'affinityName': 'a'}, {'affinityName': 'a'}]}",
       "invalid-value P.clusterAffinities[1].affinityName is \"a\": it is used twice, want another "
       "name for each term"},
      {"{'clusterAffinities': [{'affinityName': 'a', 'clusters': []}]}",
       "unknown-field P.clusterAffinities[0].clusters is not a known field"},
      {"{'clusterAffinity': {'overflowAffinities': []}}",
       "unknown-field P.clusterAffinity.overflowAffinities is not a known field"},
      {"{'clusterAffinity': {'fieldSelector': {'matchExpressions': [{'key': 'zone', 'operator': "
       "'Exists'}]}}}",
       "invalid-value P.clusterAffinity.fieldSelector.matchExpressions[0].operator is \"Exists\", "
       "want one of In, NotIn"},
      {with_overflow("{}"),
       "missing-field P.clusterAffinities[0].overflowAffinities[0].affinityName is missing, want a "
       "text"},
      {with_overflow("{'affinityName': 'a'}"),
       "invalid-value P.clusterAffinities[0].overflowAffinities[0].affinityName is \"a\": it is "
       "used twice, want another name for each term"},
      {with_overflow("{'affinityName': 'b'}, {'affinityName': 'b'}"),
       "invalid-value P.clusterAffinities[0].overflowAffinities[1].affinityName is \"b\": it is "
       "used twice, want another name for each term"},
      {with_overflow("{'affinityName': 'b', 'overflowAffinities': []}"),
       "unknown-field P.clusterAffinities[0].overflowAffinities[0].overflowAffinities is not a "
       "known field"},
      {with_overflow("{'affinityName': 'b'}", "'replicaSchedulingType': 'Duplicated'"),
       "invalid-value P.clusterAffinities[0].overflowAffinities is set, want replicaScheduling "
       "Divided, with Aggregated or with weightPreference.dynamicWeight, for that"},
      {with_overflow("{'affinityName': 'b'}", ""),
       "invalid-value P.clusterAffinities[0].overflowAffinities is set, want replicaScheduling "
       "Divided, with Aggregated or with weightPreference.dynamicWeight, for that"},
      {with_overflow("{'affinityName': 'b'}", "'replicaSchedulingType': 'Copied'"),
       "invalid-value P.replicaScheduling.replicaSchedulingType is \"Copied\", want one of "
       "Duplicated, Divided"},
      {"{'clusterAffinities': [{'affinityName': 'a', 'clusterNames': [], 'overflowAffinities': "
       "[{'affinityName': 'b'}]}], 'replicaScheduling': {" +
           dynamic + "}}",
       "invalid-value P.clusterAffinities[0].overflowAffinities is set, want a labelSelector, "
       "fieldSelector, clusterNames or exclude in the term that overflows"},
  }));
  INFO(placement);
  CHECK(faults_of(placement) == Lines{replace_all(line, "P.", "spec.placement.")});
}

TEST_CASE("faults of tolerations, spreading, replicas and workload affinity") {
  const auto [placement, line] = GENERATE(table<std::string, std::string>({
      {"{'clusterTolerations': [{'operator': 'Lt'}]}",
       "invalid-value P.clusterTolerations[0].operator is \"Lt\", want Equal or Exists"},
      {"{'clusterTolerations': [{'tolerationSeconds': '5'}]}",
       "wrong-type P.clusterTolerations[0].tolerationSeconds is a text, want a whole number"},
      {"{'clusterTolerations': [{'seconds': 1}]}",
       "unknown-field P.clusterTolerations[0].seconds is not a known field"},
      {"{'spreadConstraints': 'x'}", "wrong-type P.spreadConstraints is a text, want a list"},
      {"{'spreadConstraints': [{'spreadByField': 'rack', 'maxGroups': 1}]}",
       "invalid-value P.spreadConstraints[0].spreadByField is \"rack\", want one of cluster, "
       "region, zone, provider"},
      {"{'spreadConstraints': [{'spreadByField': 'cluster', 'spreadByLabel': 'a'}]}",
       "invalid-value P.spreadConstraints[0].spreadByLabel and spreadByField are both set, want "
       "one of them"},
      {"{'spreadConstraints': [{'minGroups': -1}]}",
       "invalid-value P.spreadConstraints[0].minGroups is -1, want 0 or more"},
      {"{'spreadConstraints': [{'maxGroups': -1}]}",
       "invalid-value P.spreadConstraints[0].maxGroups is -1, want 0 or more"},
      {"{'spreadConstraints': [{'minGroups': 3, 'maxGroups': 2}]}",
       "invalid-value P.spreadConstraints[0].maxGroups is 2 and minGroups is 3, want at least "
       "minGroups"},
      {"{'spreadConstraints': [{'maxGroups': 1}, {'spreadByField': 'cluster', 'maxGroups': 2}]}",
       "invalid-value P.spreadConstraints[1] spreads by cluster as one before it does, want one "
       "constraint for each field"},
      {"{'spreadConstraints': [{'spreadByField': 'region', 'maxGroups': 1}, {'spreadByLabel': "
       "'a'}]}",
       "invalid-value P.spreadConstraints spreads by region without spreading by cluster, want a "
       "constraint with spreadByField cluster"},
      {"{'replicaScheduling': {'replicaSchedulingType': 'Copied'}}",
       "invalid-value P.replicaScheduling.replicaSchedulingType is \"Copied\", want one of "
       "Duplicated, Divided"},
      {"{'replicaScheduling': {'replicaDivisionPreference': 'Even'}}",
       "invalid-value P.replicaScheduling.replicaDivisionPreference is \"Even\", want one of "
       "Aggregated, Weighted"},
      {"{'replicaScheduling': {'weightPreference': {'dynamicWeight': 'Cpu'}}}",
       "invalid-value P.replicaScheduling.weightPreference.dynamicWeight is \"Cpu\", want one of "
       "AvailableReplicas"},
      {"{'replicaScheduling': {'weightPreference': {'staticWeightList': [{'weight': 1}]}}}",
       "missing-field P.replicaScheduling.weightPreference.staticWeightList[0].targetCluster is "
       "missing, want a map"},
      {"{'replicaScheduling': {'weightPreference': {'staticWeightList': [{'targetCluster': "
       "{}}]}}}",
       "missing-field P.replicaScheduling.weightPreference.staticWeightList[0].weight is missing, "
       "want a whole number"},
      {"{'replicaScheduling': {'replicaSchedulingType': 'Duplicated', 'weightPreference': "
       "{'staticWeightList': [{'targetCluster': {}, 'weight': 0}]}}}",
       "invalid-value P.replicaScheduling.weightPreference.staticWeightList[0].weight is 0, want 1 "
       "or more"},
      {"{'workloadAffinity': {'affinity': {}}}",
       "missing-field P.workloadAffinity.affinity.groupByLabelKey is missing, want a text"},
      {"{'workloadAffinity': {'antiAffinity': {'groupByLabelKey': '/a'}}}",
       "invalid-value P.workloadAffinity.antiAffinity.groupByLabelKey is \"/a\": the part before "
       "'/' is empty"},
      {"{'workloadAffinity': {'affinity': {'groupByLabelKey': 'a'}, 'antiAffinity': "
       "{'groupByLabelKey': 'a'}}}",
       "invalid-value P.workloadAffinity.antiAffinity.groupByLabelKey is \"a\", which is the "
       "affinity's too, want another label key"},
  }));
  INFO(placement);
  CHECK(faults_of(placement) == Lines{replace_all(line, "P.", "spec.placement.")});
}

TEST_CASE("a constraint without maxGroups is read as unlimited, and that is said") {
  const auto [placement, line] = GENERATE(table<std::string, std::string>({
      {"{'spreadConstraints': [{'minGroups': 2}]}",
       "spread-without-max spec.placement.spreadConstraints[0].maxGroups is missing, which is read "
       "as unlimited here (Karmada would select no cluster)"},
      {"{'spreadConstraints': [{'maxGroups': 0}]}",
       "spread-without-max spec.placement.spreadConstraints[0].maxGroups is 0, which is read as "
       "unlimited here (Karmada would select no cluster)"},
  }));
  INFO(placement);
  CHECK(warnings_of(placement) == Lines{line});
}

TEST_CASE("spread constraints next to static weights have no effect, and that is said") {
  const auto [scheduling, ignored] = GENERATE(table<std::string, bool>({
      {"{}", true},
      {"{'weightPreference': {'staticWeightList': [{'targetCluster': {}, 'weight': 1}]}}", true},
      {"{'weightPreference': {}}", false},
      {"{" + dynamic + "}", false},
      {"{'replicaDivisionPreference': 'Aggregated'}", false},
      {"{'replicaSchedulingType': 'Duplicated'}", false},
  }));
  INFO(scheduling);
  const Lines lines = warnings_of(
      "{'spreadConstraints': [{'maxGroups': 1}], 'replicaScheduling': " + scheduling + "}");
  const Lines wanted = {
      "spread-ignored spec.placement.spreadConstraints has no effect: replicas divided by static "
      "weights go to every cluster that fits"};
  CHECK(lines == (ignored ? wanted : Lines{}));
}

TEST_CASE("all faults of a placement are found in one pass") {
  CHECK(faults_of("{'clusterAffinity': {'exclude': 'a'}, 'replicaScheduling': "
                  "{'replicaSchedulingType': 1}, 'spreadConstraints': [{'minGroups': 'x', "
                  "'spreadByField': 'y'}], 'clusterTolerations': [1], 'workloadAffinity': 1}")
            .size() == 6);
}
