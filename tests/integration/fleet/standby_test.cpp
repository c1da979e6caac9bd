#include "tests/integration/fleet/ends.h"
#include "tests/integration/fleet/eventually.h"
#include "tests/integration/fleet/hands.h"
#include "tests/integration/fleet/replicas.h"

#include <catch2/catch.hpp>

// Two replicas, of which one works: the other takes its place when it dies, ends or falls silent,
// and nothing is done twice. Once with the lease in the repository and once in a cluster.
namespace flotilla::tests {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto hand_over = 15s;
const std::vector<std::string> clusters = {"eu-prod", "us-prod"};
const std::set<std::string> objects = {"Namespace team", "ConfigMap team/one",
                                       "ConfigMap team/two"};
const Arguments in_repository = {};
const Arguments in_cluster = {"--lease", "cluster", "--lease-context", "ap-staging"};

struct Scene {
  explicit Scene(Arguments lease) : replicas(service, std::move(lease)) {
    world.repo.remove("clusters/ap-staging.yaml");  // for Leases only
    service.push("two members");
  }

  World world = small_world({"ap-staging", "eu-prod", "us-prod"});
  Service service{world};
  Replicas replicas;
  int value = 1;

  const Members& members() const { return *world.members; }

  void push_next() {
    world.repo.write("config/one.yaml", config_map("one", std::to_string(++value)));
    service.push("one is " + std::to_string(value));
  }
  std::string lag() const {
    for (const std::string& cluster : clusters)
      if (!is_live(members(), cluster, "ConfigMap team/one") ||
          value_of(members(), cluster, "ConfigMap team/one") != std::to_string(value))
        return cluster + " lags";
    return "";
  }
  void await_all(std::chrono::seconds limit) const {
    eventually(limit, "the last commit is everywhere", [&] { return lag(); });
    eventually(30s, "the status branch is complete",
               [&] { return status_lack(service, clusters, objects); });
  }
  // Others change something, and the next commit changes it too: both are done with within the
  // limit by whoever works now. Gives the time since `begin`.
  std::chrono::milliseconds await_work(Clock::time_point begin, Clock::duration limit) {
    edit(members(), "us-prod", "ConfigMap team/two", R"({"data":{"value":"by hand"}})");
    push_next();
    eventually(limit, "somebody works", [&]() -> std::string {
      if (const std::string text = lag(); !text.empty()) return text;
      const bool undone = value_of(members(), "us-prod", "ConfigMap team/two") == "2";
      return undone ? "" : "a change by hand stands";
    });
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
  }
  // All that was written on the members since the last call was written by this one, and nothing
  // was made that had been there. Nobody else was at work meanwhile, or wrote at least.
  enum class Silence { complete, of_writes };
  void check_done_by(const std::string& name, Silence of_others = Silence::complete) {
    for (const std::string& cluster : clusters) {
      const std::vector<SeenRequest> work = work_on(members(), cluster);
      INFO(cluster);
      if (of_others == Silence::complete) CHECK(entangled(work) == "");
      CHECK(writers_of(work) == std::vector<std::string>{name});
    }
    if (!known.empty()) CHECK(identities(world) == known);
    known = identities(world);
    world.members->forget_requests();
  }
  Identities known;
};

void begin_with_a_standby(Scene& scene) {
  scene.replicas.start("first");
  scene.await_all(60s);
  CHECK(scene.replicas.metric("first", "flotilla_leader") == 1);
  CHECK(scene.replicas.metric("first", "flotilla_shard_clusters") == 2);
  scene.check_done_by("first");
  scene.replicas.start("second");
  eventually(60s, "the second one is ready", [&] {
    return scene.replicas.ask("second", "/readyz").status == 200 ? "" : "not ready";
  });
  CHECK(scene.replicas.ask("second", "/healthz").status == 200);
  CHECK(contains(scene.replicas.ask("second", "/metrics").body, "flotilla_build_info{version="));
  scene.push_next();
  scene.await_all(30s);
  CHECK(scene.replicas.leader() == "first");
  CHECK(scene.replicas.metric("second", "flotilla_leader") == 0);
  CHECK(scene.replicas.metric("second", "flotilla_shard_clusters") == 0);
  scene.check_done_by("first");
}

void kill_and_end(Scene& scene) {
  auto begin = Clock::now();
  scene.replicas.kill("first");
  WARN("the other one works " << scene.await_work(begin, hand_over).count() << " ms after kill -9");
  scene.await_all(30s);
  CHECK(scene.replicas.leader() == "second");
  scene.check_done_by("second");

  scene.replicas.start("first");
  eventually(60s, "the first one is ready again", [&] {
    return scene.replicas.ask("first", "/readyz").status == 200 ? "" : "not ready";
  });
  scene.push_next();
  scene.await_all(30s);
  scene.check_done_by("second");
  scene.replicas.end("second");
  begin = Clock::now();
  WARN("the other one works " << scene.await_work(begin, 8s).count() << " ms after the end");
  scene.await_all(30s);
  scene.check_done_by("first");
}

// One that was silent for long finds that another works now, whatever it was about to do.
void freeze(Scene& scene) {
  scene.replicas.start("second");
  eventually(60s, "the second one is ready", [&] {
    return scene.replicas.ask("second", "/readyz").status == 200 ? "" : "not ready";
  });
  scene.push_next();
  scene.await_all(30s);
  scene.check_done_by("first");
  scene.replicas.freeze("first", true);
  WARN("the other one works " << scene.await_work(Clock::now(), hand_over).count()
                              << " ms after the first one fell silent");
  scene.replicas.freeze("first", false);
  edit(scene.members(), "eu-prod", "ConfigMap team/two", R"({"data":{"value":"by hand"}})");
  for (int i = 0; i < 3; ++i) {
    scene.push_next();
    scene.await_all(30s);
  }
  CHECK(scene.replicas.leader() == "second");
  scene.check_done_by("second", Scene::Silence::of_writes);
}

void two_replicas(const Arguments& lease) {
  Scene scene(lease);
  try {
    begin_with_a_standby(scene);
    const std::string first_status = scene.service.status_head();
    kill_and_end(scene);
    freeze(scene);
    scene.replicas.end("second");
    scene.replicas.end("first");
    CHECK(what_one_writer_changes(scene.service) == "");
    CHECK(went_on(scene.service, first_status));
  } catch (...) {
    WARN("the replicas said:\n" << scene.replicas.logs());
    throw;
  }
}

// While nobody can say who may work, nobody does.
void cut_off(Scene& scene, const std::vector<std::string>& pair,
             const std::function<void(bool)>& cut) {
  const auto looks = [&](const std::string& name) {
    return scene.replicas.metric(name, R"(flotilla_git_list_total{result="done"})").value_or(0);
  };
  const Identities before = identities(scene.world);
  const auto begin = Clock::now();
  cut(true);
  eventually(12s, "all stop", [&]() -> std::string {
    for (const std::string& name : pair)
      for (const char* metric : {"flotilla_leader", "flotilla_shard_clusters"})
        if (scene.replicas.metric(name, metric) != 0) return name + ": " + metric;
    return "";
  });
  WARN("all have stopped after "
       << std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin).count()
       << " ms");
  scene.world.members->forget_requests();
  for (const std::string& cluster : clusters)
    edit(scene.members(), cluster, "ConfigMap team/two", R"({"data":{"value":"by hand"}})");
  scene.push_next();
  std::map<std::string, double> first;
  for (const std::string& name : pair) first[name] = looks(name);
  eventually(20s, "all have looked at the repository", [&]() -> std::string {
    for (const std::string& name : pair)
      if (looks(name) < first[name] + 3) return name + " has not";
    return "";
  });
  for (const std::string& cluster : clusters) {
    CHECK(writers_of(work_on(scene.members(), cluster)).empty());
    CHECK(value_of(scene.members(), cluster, "ConfigMap team/two") == "by hand");
  }
  for (const std::string& name : pair) CHECK(scene.replicas.ask(name, "/healthz").status == 200);
  const auto back = Clock::now();
  cut(false);
  WARN("all is as committed " << scene.await_work(back, 30s).count()
                              << " ms after the Leases came back");
  scene.await_all(30s);
  for (const std::string& cluster : clusters)
    CHECK(entangled(work_on(scene.members(), cluster)) == "");
  CHECK(identities(scene.world) == before);
}

}  // namespace

TEST_CASE("the cluster with the Leases is away for a while", "[replicas][slow][long]") {
  Arguments lease = in_cluster;
  lease.emplace_back("--sharded");
  Scene scene(lease);
  const std::vector<std::string> pair = {"worker-1", "worker-2"};  // one cluster each
  try {
    for (const std::string& name : pair) scene.replicas.start(name);
    scene.await_all(60s);
    eventually(30s, "each has a cluster", [&] {
      const std::map<std::string, int> shares = scene.replicas.shares();
      return shares.at("worker-1") == 1 && shares.at("worker-2") == 1 ? "" : "not yet";
    });
    cut_off(scene, pair, [&](bool on) { scene.world.members->hang("ap-staging", on); });
    cut_off(scene, pair, [&](bool on) {
      on ? scene.world.members->stop("ap-staging") : scene.world.members->start("ap-staging");
    });
    for (const std::string& name : pair) scene.replicas.end(name);
    CHECK(what_one_writer_changes(scene.service) == "");
  } catch (...) {
    WARN("the replicas said:\n" << scene.replicas.logs());
    throw;
  }
}

TEST_CASE("two controllers by mistake, with the lease in the repository",
          "[replicas][slow][long]") {
  two_replicas(in_repository);
}

TEST_CASE("a standby, with Leases in a cluster", "[replicas][slow][long]") {
  two_replicas(in_cluster);
}

}  // namespace flotilla::tests
