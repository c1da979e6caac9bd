#include "reconciler/lease/membership.h"

#include "render/document/json.h"
#include "tests/unit/kube/run.h"
#include "tests/unit/lease/server.h"

#include <catch2/catch.hpp>

#include <atomic>

using namespace flotilla;
using namespace std::chrono_literals;
using lease::Membership;
using test::LeaseServer;
using Clock = std::chrono::steady_clock;

namespace {

// A fleet of its own for each test: they may share a server.
std::string fresh_fleet() {
  static std::atomic<int> number{0};
  return "fleet-" + std::to_string(++number);
}

struct One {
  One(kube::Loop& loop, const LeaseServer& server, Membership::Options options)
      : client(std::make_unique<kube::Client>(loop, server.access(),
                                              Membership::client_options(options.timing))),
        membership(std::make_unique<Membership>(*client, options)) {
    membership->on_change = [this] { ++changes; };
    loop.spawn(membership->keep());
  }
  std::unique_ptr<kube::Client> client;
  std::unique_ptr<Membership> membership;
  int changes = 0;
  bool frozen = false;  // as if it had been killed: nobody asks it any more
  std::map<std::string, Membership::Work> work;
};

// Replicas in one process, each with a client of its own.
class Scene {
 public:
  explicit Scene(bool sharded) : sharded_(sharded) {
    for (int i = 0; i < 12; ++i) clusters_.push_back("member" + std::to_string(i));
  }
  ~Scene() { loop_.stop(); }

  One& join(const std::string& name) {
    Membership::Options options;
    options.fleet = fleet_;
    options.namespace_ = "flotilla-" + fleet_;
    options.replica = name;
    options.process = name + "-run-" + std::to_string(ones_.size());
    options.sharded = sharded_;
    // Each has a loop of its own, so that one can be killed.
    loops_.push_back(std::make_unique<kube::Loop>());
    ones_.push_back(std::make_unique<One>(*loops_.back(), *server_, options));
    return *ones_.back();
  }
  // Its requests and its renewals end from one moment to the next.
  void kill(One& one) { one.frozen = true; }

  bool run_until(std::chrono::milliseconds limit, const std::function<bool()>& is_so) {
    for (const auto end = Clock::now() + limit; Clock::now() < end;) {
      if (is_so()) return true;
      turn();
    }
    return is_so();
  }
  void run_for(std::chrono::milliseconds time) {
    run_until(time, [] { return false; });
  }

  int leaders() const {
    int count = 0;
    for (const auto& one : ones_)
      if (!one->frozen && one->membership->is_leader()) ++count;
    return count;
  }
  One* leader() const {
    for (const auto& one : ones_)
      if (!one->frozen && one->membership->is_leader()) return one.get();
    return nullptr;
  }
  bool all_worked_on() const {
    for (const std::string& cluster : clusters_)
      if (workers(cluster) != 1) return false;
    return true;
  }
  int workers(const std::string& cluster) const {
    int count = 0;
    for (const auto& one : ones_)
      if (!one->frozen && one->work.contains(cluster)) ++count;
    return count;
  }
  std::vector<std::unique_ptr<One>>& ones() { return ones_; }
  LeaseServer& server() { return *server_; }
  int overlaps() const { return overlaps_; }
  Json::Value lease(const std::string& suffix) {
    kube::Client client(loop_, server_->access());
    const auto got = test::run(
        loop_, client.get(lease::leases, "flotilla-" + fleet_, "flotilla-" + fleet_ + suffix));
    return got ? *got : Json::Value();
  }
  // Runs a task of a replica to its end, while the others go on.
  void finish(std::size_t number, kube::Task<> task) {
    bool done = false;
    loops_[number]->spawn(mark_done(std::move(task), &done));
    CHECK(run_until(10s, [&] { return done; }));
  }

 private:
  static kube::Task<> mark_done(kube::Task<> task, bool* done) {
    co_await std::move(task);
    *done = true;
  }
  static kube::Task<> nap(kube::Loop* loop) { co_await loop->sleep(5ms); }

  void turn() {
    for (std::size_t i = 0; i < ones_.size(); ++i) {
      One& one = *ones_[i];
      if (one.frozen) continue;
      loops_[i]->run(nap(loops_[i].get()));
      std::erase_if(one.work, [](const auto& entry) { return !entry.second.is_valid(); });
      for (const std::string& cluster : clusters_) {
        if (one.work.contains(cluster)) continue;
        auto work = one.membership->begin(cluster);
        if (work) one.work.emplace(cluster, std::move(*work));
      }
    }
    if (leaders() > 1) ++overlaps_;
    for (const std::string& cluster : clusters_)
      if (workers(cluster) > 1) ++overlaps_;
  }

  bool sharded_;
  std::string fleet_ = fresh_fleet();
  std::unique_ptr<LeaseServer> server_ = LeaseServer::make();
  kube::Loop loop_;
  std::vector<std::string> clusters_;
  std::vector<std::unique_ptr<kube::Loop>> loops_;
  std::vector<std::unique_ptr<One>> ones_;
  int overlaps_ = 0;
};

}  // namespace

TEST_CASE("a killed leader is followed by another, and three share what two had") {
  Scene scene(true);
  One& a = scene.join("a");
  // The namespace is made, too.
  REQUIRE(scene.run_until(10s, [&] { return a.membership->is_leader() && scene.all_worked_on(); }));
  scene.join("b");
  scene.join("c");
  REQUIRE(scene.run_until(15s, [&] {
    for (const auto& one : scene.ones())
      if (one->work.empty() || one->membership->members().size() != 3) return false;
    return scene.all_worked_on();
  }));
  a.membership->note("main@sha1:1");
  CHECK(scene.run_until(5s, [&] {
    return scene.ones()[1]->membership->leader_note() == "main@sha1:1" &&
           scene.ones()[2]->membership->leader() == "a";
  }));
  const Json::Value lease = scene.lease("");
  CHECK(lease["spec"]["holderIdentity"] == "a");
  CHECK(lease["spec"]["leaseDurationSeconds"] == 10);
  CHECK(lease["metadata"]["annotations"]["flotilla.dev/revision"] == "main@sha1:1");
  CHECK(scene.lease("-b")["metadata"]["annotations"]["flotilla.dev/members"] == "a,b,c");

  scene.kill(a);
  const auto killed = Clock::now();
  CHECK(scene.run_until(15s, [&] { return scene.leaders() == 1 && scene.all_worked_on(); }));
  CHECK(Clock::now() - killed > 5s);  // not before a's lease had run out
  REQUIRE(scene.leader() != nullptr);
  CHECK(scene.leader()->membership->leader_note() == "main@sha1:1");

  // It comes back under its name, and has its lease and its clusters soon.
  One& again = scene.join("a");
  CHECK(scene.run_until(8s, [&] { return !again.work.empty() && scene.all_worked_on(); }));
  CHECK(scene.overlaps() == 0);
  for (const auto& one : scene.ones()) CHECK(one->membership->trouble() == std::nullopt);
}

TEST_CASE("a graceful end hands over at once") {
  Scene scene(true);
  scene.join("a");
  REQUIRE(scene.run_until(10s, [&] { return scene.leaders() == 1; }));
  scene.join("b");
  REQUIRE(scene.run_until(10s,
                          [&] { return !scene.ones()[1]->work.empty() && scene.all_worked_on(); }));
  One& a = *scene.ones()[0];
  scene.finish(0, a.membership->release());
  CHECK_FALSE(a.membership->is_leader());
  scene.kill(a);
  CHECK(scene.run_until(6s, [&] { return scene.leaders() == 1 && scene.all_worked_on(); }));
  CHECK(scene.lease("-a").isNull());
  CHECK(scene.lease("")["spec"]["holderIdentity"] == "b");
  CHECK(scene.overlaps() == 0);
}

TEST_CASE("a leader that cannot renew stops, says so, and goes on when it can again") {
  Scene scene(false);
  One& a = scene.join("a");
  REQUIRE(scene.run_until(10s, [&] { return a.membership->is_leader() && scene.all_worked_on(); }));
  scene.server().hang(true);
  const int changes = a.changes;
  CHECK(scene.run_until(9s, [&] { return !a.membership->is_leader(); }));
  CHECK(scene.run_until(1s, [&] { return a.work.empty(); }));
  CHECK(scene.run_until(2s, [&] { return a.changes > changes; }));
  CHECK(scene.run_until(5s, [&] { return a.membership->trouble().has_value(); }));
  scene.server().hang(false);
  CHECK(scene.run_until(15s, [&] { return a.membership->is_leader() && scene.all_worked_on(); }));
  CHECK(scene.run_until(5s, [&] { return !a.membership->trouble(); }));
}

TEST_CASE("a Lease of another fleet is left alone, and one without a label is used") {
  Scene scene(false);
  One& a = scene.join("a");
  REQUIRE(scene.run_until(10s, [&] { return a.membership->is_leader(); }));
  const Json::Value lease = scene.lease("");
  CHECK(lease["metadata"]["labels"][lease::fleet_label].isString());
  CHECK_FALSE(lease::read_lease(lease, "other"));
  Json::Value bare = lease;
  bare["metadata"].removeMember("labels");
  CHECK(lease::read_lease(bare, "other"));
}
