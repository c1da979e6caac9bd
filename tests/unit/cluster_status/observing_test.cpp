#include "reconciler/cluster_status/cluster_status.h"
#include "render/document/json.h"
#include "render/document/tree.h"
#include "tests/unit/kube/run.h"
#include "tests/unit/member/mirror_server.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <utility>

// Runs against embedded servers, and against real ones.
using namespace flotilla;
using namespace std::chrono_literals;
using cluster_status::ClusterStatus;

namespace {

kube::Task<> poll(kube::Loop& loop, const std::function<bool()>* done, bool* held) {
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (!(*held = (*done)()) && std::chrono::steady_clock::now() < deadline)
    co_await loop.sleep(20ms);
}

// A cluster that is observed, and a person who works on it.
class Scene {
 public:
  Scene() { use({}); }
  ~Scene() {
    status.reset();
    for (const std::string& path : std::exchange(made_, {}))
      send("DELETE", path, R"({"gracePeriodSeconds":0})", "application/json");
  }
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  // Quick, so that the tests are.
  static cluster_status::Options quick() {
    cluster_status::Options options;
    options.probe_interval = 50ms;
    options.probe_timeout = 500ms;
    options.thresholds = {.failure = 0ms, .success = 0ms};
    options.summary_interval = 0ms;
    return options;
  }
  // Quick too, but a cluster is not lost at once.
  static cluster_status::Options patient() {
    cluster_status::Options options = quick();
    options.probe_timeout = 100ms;
    options.thresholds.failure = 400ms;
    return options;
  }
  void use(const cluster_status::Options& options) { use(options, server->access()); }
  void use(const cluster_status::Options& options, kube::Access access) {
    status.reset();
    kube::ClientOptions client_options;
    client_options.first_rest = 100ms;
    client_options.longest_rest = 200ms;
    client = std::make_unique<kube::Client>(loop, std::move(access), client_options);
    status = std::make_unique<ClusterStatus>(*client, options, overrides::Cluster());
  }
  void follow() {
    status->follow([this] { ++changes; });
  }
  void look() { loop.run(status->look_once()); }
  bool until(const std::function<bool()>& done) {
    bool held = false;
    loop.run(poll(loop, &done, &held));
    return held;
  }
  std::string ready() const {
    for (const Json::Value& condition : (*status->status())["conditions"])
      if (condition["type"] == "Ready") return condition["reason"].asString();
    return "";
  }
  const Json::Value& part(const char* name) const { return (*status->status())[name]; }
  std::string summary(const char* name) const {
    return canonical_json(part("resourceSummary").get(name, Json::Value()));
  }
  // As soon as it is so.
  bool will_be(const std::string& allocated, const std::string& allocating) {
    return until(
        [&] { return summary("allocated") == allocated && summary("allocating") == allocating; });
  }
  std::size_t asked(const std::string& what) const {
    const auto targets = server->asked_by("flotilla");
    return static_cast<std::size_t>(std::ranges::count_if(
        targets, [&](const std::string& target) { return target.starts_with(what); }));
  }

  // By hand. Must succeed.
  void ask(const std::string& method, const std::string& path, const std::string& body,
           const std::string& type = "application/json") {
    const auto response = send(method, path, body, type);
    REQUIRE(response);
    INFO(method << " " << path << ": " << response->body);
    REQUIRE(response->status / 100 == 2);
    if (method == "POST") made_.push_back(path + "/" + name_in(body));
    if (method == "DELETE") std::erase(made_, path);
  }
  void make_node(const std::string& name, const std::string& allocatable, bool is_ready) {
    ask("POST", "/api/v1/nodes",
        R"({"apiVersion":"v1","kind":"Node","metadata":{"name":")" + name + R"("}})");
    set_node(name, allocatable, is_ready);
  }
  void set_node(const std::string& name, const std::string& allocatable, bool is_ready) {
    const std::string now = is_ready ? "True" : "False";
    ask("PATCH", "/api/v1/nodes/" + name + "/status",
        R"({"status":{"capacity":)" + allocatable + R"(,"allocatable":)" + allocatable +
            R"(,"conditions":[{"type":"Ready","status":")" + now + R"("}]}})",
        "application/merge-patch+json");
  }
  void make_pod(const std::string& name, const std::string& cpu, const std::string& node) {
    const std::string on = node.empty() ? "" : R"("nodeName":")" + node + R"(",)";
    ask("POST", "/api/v1/namespaces/default/pods",
        R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name + R"("},"spec":{)" + on +
            R"("containers":[{"name":"a","image":"a","resources":{"requests":{"cpu":")" + cpu +
            R"("}}}]}})");
  }

  std::unique_ptr<test::MirrorServer> server = test::MirrorServer::make();
  kube::Loop loop;
  std::unique_ptr<kube::Client> client;
  std::unique_ptr<ClusterStatus> status;
  int changes = 0;

 private:
  Result<kube::HttpResponse> send(const std::string& method, const std::string& path,
                                  const std::string& body, const std::string& type) {
    const kube::Access access = server->access();
    kube::HttpRequest request;
    request.method = method;
    request.url = access.server + path;
    request.headers = {{"Authorization", "Bearer " + access.token}, {"Content-Type", type}};
    request.body = body;
    request.peer = std::make_shared<const kube::Peer>(access.peer);
    return test::run(hand_, hand_.send(request));
  }
  static std::string name_in(const std::string& body) {
    return get_string(parse_json_fast(body).value(), {"metadata", "name"});
  }
  kube::Loop hand_;
  std::vector<std::string> made_;
};

std::string pods(const std::string& cpu, int count) {
  return (cpu.empty() ? "{" : R"({"cpu":")" + cpu + R"(",)") + R"("pods":")" +
         std::to_string(count) + R"("})";
}

}  // namespace

TEST_CASE("one look is a probe and the version, and no list") {
  Scene scene;
  scene.use(Scene::quick());
  scene.status->use(
      std::make_shared<const kube::Discovery>(*test::run(scene.loop, scene.client->discover())));
  const std::size_t before = scene.server->asked_by("flotilla").size();
  scene.look();
  CHECK(scene.ready() == "ClusterReady");
  CHECK(scene.part("kubernetesVersion").asString().starts_with("v1."));
  CHECK(scene.server->asked_by("flotilla").size() == before + 2);
  CHECK(scene.asked("/readyz") == 1);
  CHECK(scene.part("conditions")[1]["reason"] == "Complete");
  bool has_deployments = false;
  for (const Json::Value& one : scene.part("apiEnablements"))
    for (const Json::Value& resource : one["resources"])
      has_deployments = has_deployments ||
                        (one["groupVersion"] == "apps/v1" && resource["kind"] == "Deployment" &&
                         resource["name"] == "deployments");
  CHECK(has_deployments);
  CHECK_FALSE(scene.status->status()->isMember("nodeSummary"));
  const auto same = scene.status->status();
  scene.look();
  CHECK(scene.status->status() == same);
  CHECK(scene.asked("/version") == 1);

  cluster_status::Options options = Scene::quick();
  options.capacity_once = true;
  scene.use(options);
  scene.look();
  CHECK(scene.part("nodeSummary")["totalNum"] == 0);
  CHECK(scene.summary("allocated") == pods("", 0));
}

TEST_CASE("nodes and pods are followed") {
  Scene scene;
  scene.use(Scene::quick());
  scene.follow();
  REQUIRE(scene.until([&] { return !scene.part("resourceSummary").isNull(); }));
  scene.make_node("capacity-a", R"({"cpu":"4","memory":"16Gi","pods":"10"})", true);
  scene.make_node("capacity-b", R"({"cpu":"2","memory":"8Gi","pods":"10"})", false);
  REQUIRE(scene.until([&] {
    return scene.part("nodeSummary") == parse_json_fast(R"({"totalNum":2,"readyNum":1})").value() &&
           scene.summary("allocatable") == R"({"cpu":"6","memory":"24Gi","pods":"20"})";
  }));
  scene.make_pod("capacity-one", "500m", "capacity-a");
  scene.make_pod("capacity-two", "250m", "");
  CHECK(scene.will_be(pods("500m", 1), pods("250m", 1)));
  scene.ask("PATCH", "/api/v1/namespaces/default/pods/capacity-one/status",
            R"({"status":{"phase":"Succeeded"}})", "application/merge-patch+json");
  CHECK(scene.will_be(pods("", 0), pods("250m", 1)));
  scene.ask("DELETE", "/api/v1/namespaces/default/pods/capacity-two",
            R"({"gracePeriodSeconds":0})");
  CHECK(scene.will_be(pods("", 0), pods("", 0)));
  scene.set_node("capacity-b", R"({"cpu":"2","memory":"8Gi","pods":"10"})", true);
  CHECK(scene.until([&] { return scene.part("nodeSummary")["readyNum"] == 2; }));
  CHECK(scene.until([&] {
    return canonical_json(scene.part("resourceSummary")["allocatableModelings"]) ==
           R"([{"count":0,"grade":0},{"count":1,"grade":1},{"count":1,"grade":2},)"
           R"({"count":0,"grade":3},{"count":0,"grade":4},{"count":0,"grade":5},)"
           R"({"count":0,"grade":6},{"count":0,"grade":7},{"count":0,"grade":8}])";
  }));
  scene.ask("DELETE", "/api/v1/nodes/capacity-b", "{}");
  CHECK(scene.until([&] { return scene.part("nodeSummary")["totalNum"] == 1; }));
  CHECK(scene.asked("/api/v1/pods?limit=") == 1);
  CHECK(scene.asked("/api/v1/nodes?limit=") == 1);
}

TEST_CASE("pods that come and go do not change the summary more often than is asked for") {
  Scene scene;
  cluster_status::Options options = Scene::quick();
  options.summary_interval = 1h;
  scene.use(options);
  scene.follow();
  REQUIRE(scene.until([&] { return !scene.part("resourceSummary").isNull(); }));
  scene.make_pod("capacity-one", "500m", "");
  scene.make_node("capacity-a", R"({"cpu":"4","memory":"16Gi","pods":"10"})", true);
  // Nodes are told at once.
  REQUIRE(scene.until([&] { return scene.part("nodeSummary")["readyNum"] == 1; }));
  CHECK(scene.summary("allocating") == pods("", 0));
}

TEST_CASE("an outage is told, and its end") {
  Scene scene;
  scene.use(Scene::quick());
  scene.follow();
  scene.make_pod("capacity-one", "500m", "");
  REQUIRE(scene.will_be(pods("", 0), pods("500m", 1)));
  REQUIRE(scene.until([&] { return !scene.part("kubernetesVersion").isNull(); }));
  scene.server->stop();
  REQUIRE(scene.until([&] { return scene.ready() == "ClusterNotReachable"; }));
  CHECK(scene.status->fault());
  CHECK_FALSE(scene.part("resourceSummary").isNull());  // what was known of it stands
  scene.server->start();
  REQUIRE(scene.until([&] { return scene.ready() == "ClusterReady"; }));
  scene.make_pod("capacity-two", "250m", "");
  CHECK(scene.will_be(pods("", 0), pods("750m", 2)));
  CHECK(scene.until([&] { return scene.asked("/version") >= 2; }));
}

TEST_CASE("a server that hangs is not reachable, after the threshold") {
  Scene scene;
  scene.use(Scene::patient());
  scene.follow();
  REQUIRE(scene.until([&] { return scene.ready() == "ClusterReady"; }));
  scene.server->hang(true);
  REQUIRE(scene.until([&] { return scene.status->fault().has_value(); }));
  CHECK(scene.ready() == "ClusterReady");
  CHECK(scene.until([&] { return scene.ready() == "ClusterNotReachable"; }));
  scene.server->hang(false);
  CHECK(scene.until([&] { return scene.ready() == "ClusterReady"; }));
}

TEST_CASE("a cluster that was ready before this observer began is lost after the threshold only") {
  Scene scene;
  scene.use(Scene::patient());
  scene.server->hang(true);
  Json::Value known;
  known["conditions"][0]["type"] = "Ready";
  known["conditions"][0]["status"] = "True";
  known["conditions"][0]["reason"] = "ClusterReady";
  scene.status->remember(known);
  scene.follow();
  REQUIRE(scene.until([&] { return scene.status->fault().has_value(); }));
  CHECK(scene.ready() == "ClusterReady");
  CHECK(scene.until([&] { return scene.ready() == "ClusterNotReachable"; }));
  scene.server->hang(false);
  CHECK(scene.until([&] { return scene.ready() == "ClusterReady"; }));
}

TEST_CASE(
    "an observer that is stopped as soon as it follows asks nothing of a client that is gone") {
  Scene scene;
  scene.use(Scene::quick());
  scene.follow();
  scene.status.reset();
  scene.client.reset();
  // The same at the first answer, when nodes and pods begin to be followed.
  for (int rounds = 0; rounds < 20; ++rounds) {
    scene.use(Scene::quick());
    scene.follow();
    for (int i = 0; i < rounds; ++i) scene.loop.run(scene.loop.sleep(1ms));
    scene.status.reset();
    scene.client.reset();
  }
  scene.use(Scene::quick());
  scene.follow();
  CHECK(scene.until([&] { return scene.ready() == "ClusterReady"; }));
}

TEST_CASE("a credential that may not list nodes and pods leaves them out") {
  Scene scene;
  const auto token = scene.server->limited_token();
  if (!token) return;
  kube::Access access = scene.server->access();
  access.token = *token;
  scene.use(Scene::quick(), access);
  scene.follow();
  REQUIRE(scene.until([&] { return scene.status->remarks().size() == 2; }));
  CHECK(scene.status->remarks() == std::vector<std::string>{"the credential may not list Node",
                                                            "the credential may not list Pod"});
  CHECK(scene.until([&] {
    return scene.ready() == "ClusterReady" && !scene.part("kubernetesVersion").isNull();
  }));
  CHECK(scene.part("nodeSummary").isNull());
  CHECK(scene.part("resourceSummary").isNull());
}

TEST_CASE("with capacity off nodes and pods are not asked for") {
  Scene scene;
  cluster_status::Options options = Scene::quick();
  options.capacity = false;
  scene.use(options);
  scene.follow();
  REQUIRE(scene.until([&] { return scene.asked("/readyz") >= 3; }));
  CHECK(scene.asked("/api/v1/") == 0);
  CHECK(scene.asked("/version") == 1);
  scene.status->stop();
  const std::size_t probes = scene.asked("/readyz");
  scene.loop.run();  // ends, for nothing goes on
  CHECK(scene.asked("/readyz") == probes);
}
