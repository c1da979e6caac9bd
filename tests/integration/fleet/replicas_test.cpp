#include "tests/integration/fleet/replicas.h"

#include "tests/integration/fleet/ends.h"
#include "tests/integration/fleet/eventually.h"
#include "tests/integration/fleet/hands.h"

#include <catch2/catch.hpp>

// Three replicas that share the clusters: all of them are worked on, each by one replica; two are
// killed and come back, and the clusters change hands without two at work on one.
namespace flotilla::tests {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto hand_over = 15s;
const std::set<std::string> objects = {"Namespace team", "ConfigMap team/one",
                                       "ConfigMap team/two"};

// Each of them has a part of these clusters, of the three real ones too.
const std::vector<std::string> trio = {"worker-0", "worker-1", "worker-2"};

struct Scene {
  std::vector<std::string> clusters = member_names(9);
  World world = small_world(clusters);
  Service service{world};
  Replicas replicas{service,
                    {"--lease", "cluster", "--lease-context", clusters.front(), "--sharded"}};
  int value = 1;

  const Members& members() const { return *world.members; }

  void push_next() {
    world.repo.write("config/one.yaml", config_map("one", std::to_string(++value)));
    service.push("one is " + std::to_string(value));
  }
  // The clusters where team/one is not as committed; of these.
  std::string lag(const std::vector<std::string>& of) const {
    for (const std::string& cluster : of)
      if (!is_live(members(), cluster, "ConfigMap team/one") ||
          value_of(members(), cluster, "ConfigMap team/one") != std::to_string(value))
        return cluster + " lags";
    return "";
  }
  std::string unshared(const std::vector<std::string>& among) const {
    const std::map<std::string, int> shares = replicas.shares();
    int sum = 0;
    std::string text;
    bool each = true;
    for (const std::string& name : among) {
      const int share = shares.contains(name) ? shares.at(name) : 0;
      sum += share;
      each = each && share > 0;
      text += name + " has " + std::to_string(share) + ", ";
    }
    if (replicas.leader().empty()) return text + "nobody leads";
    return each && sum == static_cast<int>(clusters.size()) ? "" : text;
  }
  std::map<std::string, std::vector<std::string>> writers() const {
    std::map<std::string, std::vector<std::string>> writers;
    for (const std::string& cluster : clusters)
      writers[cluster] = writers_of(work_on(members(), cluster));
    return writers;
  }
  void check_order() const {
    for (const std::string& cluster : clusters) {
      INFO(cluster);
      CHECK(entangled(work_on(members(), cluster)) == "");
    }
  }
};

std::vector<std::string> without(std::vector<std::string> names, const std::string& name) {
  std::erase(names, name);
  return names;
}

void begin(Scene& scene) {
  for (const std::string& name : trio) scene.replicas.start(name);
  eventually(90s, "the first commit is everywhere", [&] { return scene.lag(scene.clusters); });
  eventually(60s, "the clusters are shared", [&] { return scene.unshared(trio); });
  eventually(60s, "the status branch is complete",
             [&] { return status_lack(scene.service, scene.clusters, objects); });
}

// A commit reaches all clusters, each through the replica that has it. Gives these.
std::map<std::string, std::string> follow_a_commit(Scene& scene) {
  scene.world.members->forget_requests();
  scene.push_next();
  eventually(30s, "a commit is everywhere", [&] { return scene.lag(scene.clusters); });
  eventually(30s, "the status branch is complete",
             [&] { return status_lack(scene.service, scene.clusters, objects); });
  std::map<std::string, std::string> at_work;
  for (const auto& [cluster, writers] : scene.writers()) {
    INFO(cluster);
    REQUIRE(writers.size() == 1);
    at_work[cluster] = writers.front();
  }
  return at_work;
}

// kill -9; what others do to its clusters is undone soon by those that are left, and they follow
// the next commit.
void kill(Scene& scene, const std::string& victim,
          const std::map<std::string, std::string>& at_work, const std::vector<std::string>& left) {
  std::vector<std::string> orphans;
  for (const auto& [cluster, name] : at_work)
    if (name == victim) orphans.push_back(cluster);
  REQUIRE(!orphans.empty());
  const bool led = scene.replicas.leader() == victim;
  scene.world.members->forget_requests();
  const auto killed = Clock::now();
  const auto since = [&] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - killed);
  };
  scene.replicas.kill(victim);
  for (const std::string& cluster : orphans)
    edit(scene.members(), cluster, "ConfigMap team/one", R"({"data":{"value":"by hand"}})");
  eventually(hand_over, "the clusters of " + victim + " are worked on again",
             [&] { return scene.lag(orphans); });
  WARN(victim << (led ? ", the leader," : "") << " was killed: its " << orphans.size()
              << " clusters are worked on again after " << since().count() << " ms");
  eventually(hand_over - since(), "there is a leader",
             [&] { return scene.replicas.leader().empty() ? "there is none" : ""; });
  scene.push_next();
  eventually(30s, "the next commit is everywhere", [&] { return scene.lag(scene.clusters); });
  WARN("a commit after that is everywhere " << since().count() << " ms after the kill");
  eventually(30s, "the clusters are shared anew", [&] { return scene.unshared(left); });
  eventually(30s, "the status branch is complete",
             [&] { return status_lack(scene.service, scene.clusters, objects); });
  scene.check_order();
  for (const auto& [cluster, writers] : scene.writers()) {
    INFO(cluster);
    CHECK(without(writers, victim).size() == 1);
    if (at_work.at(cluster) != victim) CHECK(writers.back() == at_work.at(cluster));
  }
}

// While commits go on.
void join(Scene& scene, const std::vector<std::string>& newcomers) {
  scene.world.members->forget_requests();
  for (const std::string& name : newcomers) scene.replicas.start(name);
  eventually(90s, "the clusters are shared with those that joined", [&] {
    scene.push_next();
    return scene.unshared(trio);
  });
  eventually(60s, "the last commit is everywhere", [&] { return scene.lag(scene.clusters); });
  scene.check_order();
  std::set<std::string> at_work;
  for (const auto& [cluster, writers] : scene.writers()) {
    INFO(cluster);
    REQUIRE(!writers.empty());
    CHECK(writers.size() <= 3);
    at_work.insert(writers.back());
  }
  CHECK(at_work == std::set<std::string>(trio.begin(), trio.end()));
}

}  // namespace

TEST_CASE("three replicas share the clusters, and the leader and another one are killed",
          "[replicas][slow]") {
  Scene scene;
  const Replicas& replicas = scene.replicas;
  try {
    begin(scene);
    const std::string first_status = scene.service.status_head();
    const std::map<std::string, std::string> at_work = follow_a_commit(scene);
    std::set<std::string> busy;
    for (const auto& [cluster, name] : at_work) busy.insert(name);
    CHECK(busy.size() == trio.size());

    const Identities before = identities(scene.world);
    const std::string first = replicas.leader();
    std::vector<std::string> left = without(trio, first);
    kill(scene, first, at_work, left);
    const std::map<std::string, std::string> afterwards = follow_a_commit(scene);
    for (const auto& [cluster, name] : at_work)
      if (name != first) CHECK(afterwards.at(cluster) == name);
    const std::string second = left.front() == replicas.leader() ? left.back() : left.front();
    left = without(left, second);
    kill(scene, second, afterwards, left);

    join(scene, {first, second});
    eventually(60s, "the status branch is complete",
               [&] { return status_lack(scene.service, scene.clusters, objects); });
    CHECK(follow_a_commit(scene) == at_work);
    CHECK(identities(scene.world) == before);

    for (const std::string& name : trio) scene.replicas.end(name);
    CHECK(what_one_writer_changes(scene.service) == "");
    CHECK(went_on(scene.service, first_status));
  } catch (...) {
    WARN("the replicas said:\n" << replicas.logs());
    throw;
  }
}

}  // namespace flotilla::tests
