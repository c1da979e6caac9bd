#include "reconciler/cluster_status/summary.h"

#include "render/document/json.h"

#include <catch2/catch.hpp>

#include <random>
#include <vector>

using namespace flotilla;
using namespace flotilla::cluster_status;

namespace {

constexpr std::int64_t gibi = std::int64_t{1} << 30;

placement::Models default_models() { return placement::models_of(overrides::Cluster()); }

NodeFacts node(std::int64_t cores, std::int64_t gibibytes, std::int64_t pods = 110) {
  return {{{"cpu", cores * 1000}, {"memory", gibibytes * gibi}, {"pods", pods}}, true, true};
}

PodFacts pod(const std::string& on, std::int64_t milli_cpu, std::int64_t gibibytes = 0) {
  PodFacts facts;
  facts.node = on;
  if (milli_cpu > 0) facts.requests["cpu"] = milli_cpu;
  if (gibibytes > 0) facts.requests["memory"] = gibibytes * gibi;
  return facts;
}

std::string text(const Summary& summary, const char* part) {
  return canonical_json(summary.resource_summary()[part]);
}

// "0:1 2:3": nodes by grade, those without any left out.
std::string grades(const Summary& summary) {
  std::string said;
  const Json::Value all = summary.resource_summary();
  for (const Json::Value& one : all["allocatableModelings"])
    if (one["count"].asInt() != 0)
      said += (said.empty() ? "" : " ") + one["grade"].asString() + ":" + one["count"].asString();
  return said;
}

Json::Value parse(const std::string& json) { return parse_json_fast(json).value(); }

}  // namespace

TEST_CASE("a cluster is the sum of its nodes and pods") {
  Summary summary(default_models());
  CHECK(summary.put_node("a", node(4, 16)));
  CHECK(summary.put_node("b", node(8, 32)));
  NodeFacts away = node(2, 4);
  away.ready = false;
  CHECK(summary.put_node("c", away));
  summary.put_pod("shop/one", pod("a", 500, 1));
  summary.put_pod("shop/two", pod("b", 1500, 2));
  summary.put_pod("shop/three", pod("", 250));
  CHECK(canonical_json(summary.node_summary()) == R"({"readyNum":2,"totalNum":3})");
  CHECK(text(summary, "allocatable") == R"({"cpu":"14","memory":"52Gi","pods":"330"})");
  CHECK(text(summary, "allocated") == R"({"cpu":"2","memory":"3Gi","pods":"2"})");
  CHECK(text(summary, "allocating") == R"({"cpu":"250m","pods":"1"})");

  summary.put_pod("shop/three", pod("a", 250));  // it was scheduled
  CHECK(text(summary, "allocated") == R"({"cpu":"2250m","memory":"3Gi","pods":"3"})");
  CHECK(text(summary, "allocating") == R"({"pods":"0"})");
  PodFacts done = pod("b", 1500, 2);
  done.over = true;
  summary.put_pod("shop/two", done);
  summary.remove_pod("shop/three");
  summary.remove_pod("shop/three");
  CHECK(text(summary, "allocated") == R"({"cpu":"500m","memory":"1Gi","pods":"1"})");
  CHECK(summary.remove_node("b"));
  CHECK_FALSE(summary.remove_node("b"));
  CHECK(text(summary, "allocatable") == R"({"cpu":"6","memory":"20Gi","pods":"220"})");
  CHECK_FALSE(summary.put_node("a", node(4, 8)));  // no count of nodeSummary
}

TEST_CASE("a node's grade is the lowest that its free resources reach") {
  struct Case {
    const char* what;
    NodeFacts node;
    PodFacts pod;
    std::string grades;
  };
  NodeFacts not_ready = node(4, 16);
  not_ready.ready = false;
  NodeFacts cordoned = node(4, 16);
  cordoned.schedulable = false;
  NodeFacts without_pods = node(4, 16);
  without_pods.allocatable.erase("pods");
  const std::vector<Case> cases = {
      {"the least of the first grade", node(0, 0), pod("n", 0), "0:1"},
      {"just below a bound", node(1, 3), pod("n", 0), "0:1"},
      {"on a bound", node(1, 4), pod("n", 0), "1:1"},
      {"both on the bound of grade 3", node(4, 32), pod("n", 0), "3:1"},
      {"much memory does not help", node(2, 1024), pod("n", 0), "2:1"},
      {"many cores do not help", node(128, 16), pod("n", 0), "2:1"},
      {"the highest grade has no end", node(500, 5000), pod("n", 0), "8:1"},
      {"a pod takes it one grade down", node(2, 16), pod("n", 1), "1:1"},
      {"pods of other nodes take nothing", node(2, 16), pod("m", 1900), "2:1"},
      {"pods without a node take nothing", node(2, 16), pod("", 1900), "2:1"},
      {"more is used than there is", node(1, 4), pod("n", 1001), ""},
      {"no slot for another pod", node(4, 16, 1), pod("n", 0), ""},
      {"no slots at all", without_pods, pod("", 0), ""},
      {"not ready", not_ready, pod("", 0), ""},
      {"cordoned", cordoned, pod("", 0), ""},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    Summary summary(default_models());
    summary.put_node("n", c.node);
    summary.put_pod("shop/one", c.pod);
    CHECK(grades(summary) == c.grades);
  }
}

TEST_CASE("a full node does not hide those after it") {
  Summary summary(default_models());
  summary.put_node("a", node(4, 16, 1));
  summary.put_node("b", node(4, 16));
  summary.put_pod("shop/one", pod("a", 100));
  CHECK(grades(summary) == "2:1");
}

TEST_CASE("models of the cluster count instead of the default ones") {
  const auto models = [](const std::string& json) {
    Object object;
    object.tree["spec"]["resourceModels"] = parse(json);
    overrides::Cluster cluster;
    cluster.object = std::make_shared<const Object>(object);
    return placement::models_of(cluster);
  };
  const auto two =
      models(R"([{"grade":1,"ranges":[{"name":"cpu","min":"0","max":"2"}]},)"
             R"({"grade":5,"ranges":[{"name":"cpu","min":"2","max":"9223372036854775807"}]}])");
  Summary summary(two);
  summary.put_node("a", node(1, 1));
  summary.put_node("b", node(2, 1));
  CHECK(grades(summary) == "1:1 5:1");
  summary.set_models(default_models());
  CHECK(grades(summary) == "0:2");
  summary.set_models(two);
  summary.put_pod("shop/one", pod("b", 1));
  CHECK(grades(summary) == "1:2");
  // A resource that no node has: the first grade begins at nothing.
  Summary gpus(models(
      R"([{"grade":0,"ranges":[{"name":"example.com/gpu","min":"0","max":"1"}]},)"
      R"({"grade":1,"ranges":[{"name":"example.com/gpu","min":"1","max":"9223372036854775807"}]}])"));
  gpus.put_node("a", node(1, 1));
  CHECK(grades(gpus) == "0:1");
}

TEST_CASE("a list leaves nothing of what is gone") {
  Summary summary(default_models());
  summary.begin_nodes();
  summary.put_node("a", node(1, 1));
  summary.put_node("b", node(1, 1));
  summary.end_nodes();
  summary.begin_pods();
  summary.put_pod("shop/one", pod("a", 100));
  summary.put_pod("shop/two", pod("b", 100));
  summary.end_pods();
  summary.begin_nodes();
  summary.put_node("b", node(1, 1));
  summary.begin_nodes();  // a page expired
  summary.put_node("b", node(1, 1));
  summary.end_nodes();
  CHECK(canonical_json(summary.node_summary()) == R"({"readyNum":1,"totalNum":1})");
  CHECK(text(summary, "allocated") == R"({"cpu":"200m","pods":"2"})");
  summary.begin_pods();
  summary.put_pod("shop/two", pod("b", 100));
  summary.end_pods();
  CHECK(text(summary, "allocated") == R"({"cpu":"100m","pods":"1"})");
}

TEST_CASE("what is kept up is what is counted afresh") {
  std::mt19937 dice(7);
  const auto below = [&](unsigned limit) { return static_cast<int>(dice() % limit); };
  Summary kept(default_models());
  std::map<std::string, NodeFacts> nodes;
  std::map<std::string, PodFacts> pods;
  for (int step = 0; step < 2000; ++step) {
    const std::string node_name = "n" + std::to_string(below(6));
    const std::string pod_name = "shop/p" + std::to_string(below(20));
    switch (below(4)) {
      case 0: {
        NodeFacts facts = node(below(9), below(40), below(8));
        facts.ready = below(4) != 0;
        nodes[node_name] = facts;
        kept.put_node(node_name, facts);
        break;
      }
      case 1:
        nodes.erase(node_name);
        kept.remove_node(node_name);
        break;
      case 2: {
        const PodFacts facts = pod(below(3) == 0 ? "" : node_name, below(2000), below(4));
        pods[pod_name] = facts;
        kept.put_pod(pod_name, facts);
        break;
      }
      default:
        pods.erase(pod_name);
        kept.remove_pod(pod_name);
    }
    if (step % 20 != 0) continue;
    Summary afresh(default_models());
    for (const auto& [name, facts] : pods) afresh.put_pod(name, facts);
    for (const auto& [name, facts] : nodes) afresh.put_node(name, facts);
    INFO("step " << step);
    REQUIRE(canonical_json(kept.resource_summary()) == canonical_json(afresh.resource_summary()));
    REQUIRE(kept.node_summary() == afresh.node_summary());
  }
}

TEST_CASE("a pod requests what the scheduler counts") {
  const auto cpu = [](const std::string& spec) {
    return read_pod(parse(R"({"spec":)" + spec + "}")).requests["cpu"];
  };
  const std::string two = R"("containers":[{"resources":{"requests":{"cpu":"100m"}}},)"
                          R"({"resources":{"requests":{"cpu":0.2}}},{}])";
  CHECK(cpu("{" + two + "}") == 300);
  CHECK(cpu("{" + two + R"(,"overhead":{"cpu":"5m"}})") == 305);
  CHECK(cpu("{" + two +
            R"(,"initContainers":[{"resources":{"requests":{"cpu":"1"}}},)"
            R"({"resources":{"requests":{"cpu":"2"}}}]})") == 2000);
  // A sidecar runs beside all that come after it.
  CHECK(cpu("{" + two +
            R"(,"initContainers":[{"restartPolicy":"Always",)"
            R"("resources":{"requests":{"cpu":"1"}}}]})") == 1300);
  CHECK(cpu("{" + two +
            R"(,"initContainers":[{"restartPolicy":"Always",)"
            R"("resources":{"requests":{"cpu":"1"}}},)"
            R"({"resources":{"requests":{"cpu":"2"}}}]})") == 3000);
  const PodFacts facts =
      read_pod(parse(R"({"spec":{"nodeName":"a"},"status":{"phase":"Failed"}})"));
  CHECK(facts.over);
  CHECK(facts.node == "a");
}

TEST_CASE("a node is ready and schedulable by what it says") {
  const auto read = [](const std::string& json) { return read_node(parse(json)); };
  const std::string ready = R"("status":{"allocatable":{"cpu":"1500m","memory":"1Gi","x":"?"},)"
                            R"("conditions":[{"type":"DiskPressure","status":"True"},)"
                            R"({"type":"Ready","status":"True"}]})";
  const NodeFacts facts = read("{" + ready + "}");
  CHECK(facts.ready);
  CHECK(facts.schedulable);
  CHECK(facts.allocatable == Amounts{{"cpu", 1500}, {"memory", gibi}});
  CHECK_FALSE(read("{" + ready + R"(,"spec":{"unschedulable":true}})").schedulable);
  CHECK_FALSE(read(R"({"status":{"conditions":[{"type":"Ready","status":"Unknown"}]}})").ready);
  CHECK_FALSE(read("{}").ready);
}
