#include "reconciler/decision/observed.h"

#include "render/document/json.h"
#include "tests/unit/decision/repository.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::tests;

namespace {

constexpr int many = 10;

Json::Value parse(const std::string& json) { return parse_json_fast(json).value(); }

Json::Value ready(const std::string& status, const std::string& reason = "") {
  return parse(R"({"conditions":[{"type":"Ready","status":")" + status + R"(","reason":")" +
               reason + R"("}]})");
}

std::string words(const std::vector<overrides::Taint>& taints) {
  std::string text;
  for (const overrides::Taint& taint : taints)
    text += (text.empty() ? "" : ", ") + taint.key + ":" + taint.effect;
  return text;
}

// Clusters eu and ap, ten ConfigMaps for both, a Deployment that is divided, one that goes to the
// one cluster with more room, one that goes to eu alone, and a ConfigMap that goes to ap alone.
Files fleet() {
  const std::string room = "status: {resourceSummary: {allocatable: {cpu: \"8\", pods: \"50\"}}}\n";
  Files files = {
      {"eu.yaml", cluster("eu")},
      {"ap.yaml", cluster("ap")},
      {"shop.yaml", name_space("shop")},
      {"p.yaml", policy_for("p", "v1 ConfigMap")},
      {"q.yaml",
       policy_for("q", "apps/v1 Deployment divided",
                  "  placement: {replicaScheduling: {replicaSchedulingType: Divided, "
                  "replicaDivisionPreference: Weighted, weightPreference: {dynamicWeight: "
                  "AvailableReplicas}}}\n")},
      {"r.yaml", policy_for("r", "apps/v1 Deployment roomy",
                            "  placement: {spreadConstraints: [{spreadByField: cluster, "
                            "maxGroups: 1, minGroups: 1}]}\n")},
      {"s.yaml", policy_for("s", "apps/v1 Deployment local", to_clusters("eu"))},
      {"divided.yaml", deployment("divided", 4)},
      {"roomy.yaml", deployment("roomy", 4)},
      {"local.yaml", deployment("local", 1)}};
  for (int i = 0; i < many; ++i) {
    const std::string name = "c" + std::to_string(i);
    files[name + ".yaml"] = config_map(name);
  }
  return files;
}

// Pass by pass, with what is observed meanwhile.
class Course {
 public:
  explicit Course(Files at_first) : files(std::move(at_first)) {
    for (const char* name : {"eu", "ap"})
      observe(name, parse(R"({"resourceSummary":{"allocatable":{"cpu":"8","pods":"50"}}})"));
    pass();
    pass();  // what took room is looked at once more
    CHECK(pass() == 0);
  }

  std::size_t pass() {
    const catalog::MemoryTree tree(files);
    decision::Snapshot snapshot{"main@sha1:1", catalog::load_catalog(tree, &cache_).value()};
    snapshot.observed = observed;
    decision = decider_.decide(snapshot, previous);
    const std::size_t anew = decider_.decided_anew();
    // Whatever is left out gives what a decision from nothing gives.
    const decision::Decision afresh = decision::decide(snapshot, previous);
    for (const decision::Binding& binding : afresh.bindings)
      CHECK(places_of(decision, binding.object) == places_of(afresh, binding.object));
    REQUIRE(decision.clusters.size() == afresh.clusters.size());
    for (std::size_t i = 0; i < afresh.clusters.size(); ++i) {
      CHECK(decision.clusters[i].status == afresh.clusters[i].status);
      CHECK(words(decision.clusters[i].taints) == words(afresh.clusters[i].taints));
    }
    const auto remembered = previous.cluster_status;
    previous = remember(decision);
    previous.cluster_status = remembered;
    return anew;
  }
  void observe(const std::string& name, const Json::Value& status) {
    const Json::Value before = observed[name] ? *observed[name] : Json::Value();
    observed[name] = std::make_shared<const Json::Value>(decision::with_later(before, status));
  }
  std::size_t pass_with(const std::string& name, const Json::Value& status) {
    observe(name, status);
    return pass();
  }

  Files files;
  decision::Decision decision;
  decision::Previous previous;
  std::map<std::string, std::shared_ptr<const Json::Value>> observed;

 private:
  catalog::ParseCache cache_;
  decision::Decider decider_;
};

}  // namespace

TEST_CASE("taints follow from the Ready condition") {
  struct Case {
    Json::Value status;
    std::string taints;
  };
  const std::vector<Case> cases = {
      {Json::Value(), ""},
      {parse("{}"), ""},
      {parse(R"({"conditions":[{"type":"Other","status":"False"}]})"), ""},
      {ready("True", "ClusterReady"), ""},
      {ready("False", "ClusterNotReachable"), "cluster.karmada.io/not-ready:NoSchedule"},
      {ready("False", "ClusterNotReady"), "cluster.karmada.io/not-ready:NoSchedule"},
      {ready("False", "StatusCollectionFailed"), "cluster.karmada.io/not-ready:NoSchedule"},
      {ready("Unknown", "ClusterStatusUnknown"), "cluster.karmada.io/unreachable:NoSchedule"},
      {ready("False", "NotTried"), ""},
      {ready("False", "PassFailed"), ""},
  };
  for (const Case& c : cases) {
    INFO(canonical_json(c.status));
    CHECK(words(decision::condition_taints(c.status)) == c.taints);
  }
}

TEST_CASE("the file has the say over what is observed, but for health") {
  overrides::Cluster cluster;
  cluster.taints = {{"cluster.karmada.io/not-ready", "mine", "NoSchedule"}};
  cluster.status = parse(R"({"kubernetesVersion":"v1","conditions":[)"
                         R"({"type":"Ready","status":"True"},{"type":"Own","status":"True"}]})");
  Json::Value observed = ready("False", "ClusterNotReady");
  observed["kubernetesVersion"] = "v2";
  observed["nodeSummary"]["totalNum"] = 3;
  const overrides::Cluster seen = decision::with_observed(cluster, observed);
  CHECK(seen.status["kubernetesVersion"] == "v1");
  CHECK(seen.status["nodeSummary"]["totalNum"] == 3);
  CHECK(words(decision::condition_taints(seen.status)) ==
        "cluster.karmada.io/not-ready:NoSchedule");
  REQUIRE(seen.taints.size() == 1);  // it carries it already
  CHECK(seen.taints.front().value == "mine");
  CHECK(decision::with_observed(cluster, Json::Value()).status == cluster.status);
}

TEST_CASE("what is new does not go to a cluster that is not ready, and what is there stays") {
  Course course(fleet());
  CHECK(clusters_of(course.decision, "c0") == "ap,eu");
  course.observe("eu", ready("False", "ClusterNotReachable"));
  course.files["new.yaml"] = config_map("new");
  CHECK(course.pass() == 2);  // and `roomy`, which might have moved there
  CHECK(clusters_of(course.decision, "c0") == "ap,eu");
  CHECK(clusters_of(course.decision, "new") == "ap");
  // It is back: what waited for it goes there, and what is there is not looked at.
  CHECK(course.pass_with("eu", ready("True", "ClusterReady")) == 2);
  CHECK(clusters_of(course.decision, "new") == "ap,eu");
  CHECK(course.pass() == 0);
}

TEST_CASE("what no decision can see decides nothing anew") {
  Course course(fleet());
  Json::Value status = ready("True", "ClusterReady");
  status["kubernetesVersion"] = "v1.36.2";
  status["nodeSummary"]["totalNum"] = 3;
  CHECK(course.pass_with("eu", status) == 0);
  CHECK(course.decision.clusters[1].status["kubernetesVersion"] == "v1.36.2");
  // The status branch tells the same a moment later, with the time.
  status = *course.observed["eu"];
  status["conditions"][0]["lastTransitionTime"] = "2026-11-21T10:00:00Z";
  course.previous.cluster_status["eu"] = status;
  CHECK(course.pass() == 0);
}

TEST_CASE("room concerns those alone that are placed by it in every pass") {
  Course course(fleet());
  const std::string before = places_of(course.decision, deployment_key("divided"));
  CHECK(places_of(course.decision, deployment_key("roomy")) == "ap:4");
  const Json::Value more =
      parse(R"({"resourceSummary":{"allocatable":{"cpu":"80","pods":"500"}}})");
  CHECK(course.pass_with("eu", more) == 1);
  CHECK(places_of(course.decision, deployment_key("divided")) == before);
  // The same amounts in other words.
  CHECK(course.pass_with(
            "eu", parse(R"({"resourceSummary":{"allocatable":{"cpu":"80000m","pods":500}}})")) ==
        0);
}

TEST_CASE("another API concerns those alone that need it") {
  Course course(fleet());
  const auto serving = [](const std::string& apps) {
    return parse(R"({"apiEnablements":[{"groupVersion":"v1","resources":[{"name":"configmaps",)"
                 R"("kind":"ConfigMap"},{"name":"namespaces","kind":"Namespace"}]})" +
                 apps + "]}");
  };
  CHECK(course.pass_with("ap", serving("")) <= 2);  // Deployments that do not run there
  CHECK(clusters_of(course.decision, "c0") == "ap,eu");
  course.files["late.yaml"] = deployment("late", 1);
  course.files["t.yaml"] = policy_for("t", "apps/v1 Deployment late");
  course.pass();
  course.pass();
  CHECK(places_of(course.decision, deployment_key("late")) == "eu:1");
  CHECK(course.pass() == 0);
  CHECK(course.pass_with("ap", serving(R"(,{"groupVersion":"apps/v1","resources":)"
                                       R"([{"name":"deployments","kind":"Deployment"}]})")) <= 2);
  CHECK(places_of(course.decision, deployment_key("late")) == "ap:1 eu:1");
}

TEST_CASE("a Fleet says whether capacity is collected") {
  const auto collected = [](const std::string& spec) {
    const std::string head =
        "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: f}\n";
    return tests::decide({{"fleet.yaml", head + "spec: {" + spec + "}\n"}})
        .service.capacity.collected;
  };
  CHECK(collected(""));
  CHECK(collected("capacity: On"));
  CHECK_FALSE(collected("capacity: Off"));
  CHECK_FALSE(collected("capacity: \"Off\""));
}
