#include "tests/integration/fleet/crowd.h"
#include "tests/integration/fleet/eventually.h"
#include "tests/support/fault_proxy.h"

#include <catch2/catch.hpp>

#include <csignal>

// Between Flotilla and every member stands a proxy that spoils some of the requests. Runs that are
// repeated until one says that all is done, and a service: the end is that of a fleet without
// faults, nothing of ours is beyond the inventory, and what was to stay is the same object.
namespace flotilla::tests {
namespace {

using namespace std::chrono_literals;
using Rules = std::vector<FaultRule>;
using Watches = FaultRule::Watches;

constexpr std::size_t few = 30;  // objects on each member
constexpr int most_runs = 12;

// A proxy before each member, and the kubeconfig of the world leads through them.
class Between {
 public:
  explicit Between(const World& world) {
    std::vector<ContextChange> changes;
    for (const std::string& member : world.members->names()) {
      const KubeEndpoint at = world.members->endpoint(member);
      FaultProxyOptions options;
      options.upstream = at.url;
      options.upstream_ca_pem = read_file(at.ca_file);
      options.seed = proxies_.size() + 1;
      proxies_.push_back(std::make_unique<FaultProxy>(options));
      ContextChange change;
      change.member = member;
      change.url = proxies_.back()->url();
      change.ca_file = world.folder.path() / ("proxy-of-" + member + ".crt");
      write_file(change.ca_file, proxies_.back()->ca_pem());
      changes.push_back(change);
    }
    write_changed_kubeconfig(*world.members, world.kubeconfig, changes);
  }

  void set_rules(const Rules& rules) const {
    for (const auto& proxy : proxies_) proxy->set_rules(rules);
  }
  void drop_connections() const {
    for (const auto& proxy : proxies_) proxy->drop_connections();
  }
  // "hang" → how many of them.
  std::map<std::string, std::size_t> counts() const {
    std::map<std::string, std::size_t> sum;
    for (const auto& proxy : proxies_)
      for (const auto& [name, count] : proxy->counts()) sum[name] += count;
    return sum;
  }

 private:
  std::vector<std::unique_ptr<FaultProxy>> proxies_;
};

std::string text_of(const std::map<std::string, std::size_t>& counts) {
  std::string text;
  for (const auto& [name, count] : counts) text += name + " " + std::to_string(count) + ", ";
  return text;
}

FaultRule rule(Injection injection, double probability, int times = -1) {
  FaultRule rule;
  rule.injection = injection;
  rule.probability = probability;
  rule.times = times;
  return rule;
}

FaultRule answer(int status, double probability, int times = -1) {
  FaultRule answered = rule(Injection::status, probability, times);
  answered.status = status;
  return answered;
}

FaultRule to(const std::string& method, FaultRule rule) {
  rule.method = method;
  return rule;
}

FaultRule of_lists(FaultRule rule) {
  rule.target = "limit=";
  return rule;
}

FaultRule with_pause(FaultRule rule, int seconds) {
  rule.retry_after = seconds;
  return rule;
}

FaultRule in_pieces(FaultRule rule, std::size_t piece, std::chrono::milliseconds pause) {
  rule.piece = piece;
  rule.pause = pause;
  return rule;
}

struct Class {
  std::string name;
  Rules rules;
  // A wrong credential is for a person to mend; everything else passes.
  std::set<int> codes = {0, 3};
};

// Each kind of fault alone.
const std::vector<Class>& classes() {
  static const std::vector<Class> all = {
      {"connections are reset", {rule(Injection::reset_connection, 0.3)}},
      {"requests are reset", {rule(Injection::reset_request, 0.1)}},
      {"answers are lost", {rule(Injection::lost_answer, 0.1)}},
      {"answers are reset", {rule(Injection::reset_answer, 0.1)}},
      {"answers are cut in half", {rule(Injection::half_answer, 0.1)}},
      {"requests hang", {rule(Injection::hang, 0.03, 1)}},
      {"answers stall", {rule(Injection::stall, 0.03, 1)}},
      {"answers are slow", {in_pieces(rule(Injection::slow_answer, 0.1), 256, 2ms)}},
      {"409", {to("PATCH", answer(409, 0.1)), to("DELETE", answer(409, 0.1))}, {0, 2, 3}},
      {"410", {of_lists(answer(410, 0.3, 4)), to("GET", answer(410, 0.01))}},
      {"429", {with_pause(answer(429, 0.03), 1)}},
      {"500", {answer(500, 0.1)}},
      {"503", {answer(503, 0.1)}},
      {"504", {answer(504, 0.1)}},
      {"401", {answer(401, 0.02)}, {0, 2, 3}},
  };
  return all;
}

Rules mixed(double probability) {
  return {rule(Injection::reset_connection, probability),
          rule(Injection::reset_request, probability),
          rule(Injection::lost_answer, probability),
          rule(Injection::reset_answer, probability),
          rule(Injection::half_answer, probability),
          rule(Injection::hang, probability / 8, 2),
          rule(Injection::stall, probability / 8, 2),
          in_pieces(rule(Injection::slow_answer, probability), 256, 2ms),
          to("PATCH", answer(409, probability)),
          to("DELETE", answer(409, probability)),
          of_lists(answer(410, probability)),
          with_pause(answer(429, probability / 2), 1),
          answer(500, probability),
          answer(503, probability),
          answer(401, probability / 10, 2),
          rule(Injection::watch_expired, probability)};
}

// Runs until one says that all is done.
struct Runs {
  std::set<int> codes;
  int made = 0;
  std::string said;
  bool done = false;
};

Runs run_until_done(const World& world) {
  Runs runs;
  while (!runs.done && runs.made < most_runs) {
    const Outcome run = world.run_once({"--request-timeout", "1s"});
    ++runs.made;
    runs.codes.insert(run.code);
    runs.said += "run " + std::to_string(runs.made) + " ended with " + std::to_string(run.code) +
                 " after " + std::to_string(run.took.count()) + " ms: " + run.text();
    runs.done = run.code == 0;
  }
  return runs;
}

void check_end(Crowd& crowd, const Identities& before, const Ends& wanted, Side side, bool anew) {
  CHECK(lost(before, identities(crowd.world), wanted) == "");
  if (!anew) CHECK(crowd.take_away_kept(side) == "");
  CHECK(difference(end_state(crowd.world), wanted) == "");
  CHECK(inventory_difference(crowd.world) == "");
}

void go(Crowd& crowd, const CrowdEnds& ends, Side side, bool anew, const std::set<int>& codes) {
  INFO("to the " << to_string(side));
  const Identities before = identities(crowd.world);
  crowd.commit(side);
  const Runs runs = run_until_done(crowd.world);
  INFO(runs.said);
  CHECK(runs.done);
  for (const int code : runs.codes) CHECK(codes.contains(code));
  check_end(crowd, before, ends.of(side), side, anew);
}

}  // namespace

// On real servers by hand: the mixed ones meet every kind there too.
TEST_CASE("faults of each kind alone do not change the end", "[faults][long]") {
  const CrowdEnds ends = undisturbed_ends(few);
  Crowd crowd(few);
  const Between between(crowd.world);
  Side side = Side::right;
  bool anew = true;
  for (const Class& one : classes()) {
    side = other(side);
    INFO(one.name);
    const auto before = between.counts();
    between.set_rules(one.rules);
    go(crowd, ends, side, anew, one.codes);
    INFO("injected so far: " << text_of(between.counts()));
    CHECK(between.counts() != before);
    anew = false;
  }
}

TEST_CASE("all faults together do not change the end", "[faults]") {
  const CrowdEnds ends = undisturbed_ends(few);
  Crowd crowd(few);
  const Between between(crowd.world);
  between.set_rules(mixed(0.02));
  go(crowd, ends, Side::left, true, {0, 2, 3});
  go(crowd, ends, Side::right, false, {0, 2, 3});
  INFO("injected: " << text_of(between.counts()));
  CHECK(between.counts().size() >= 8);
}

TEST_CASE("a service among faults comes to the same end", "[faults]") {
  const CrowdEnds ends = undisturbed_ends(few);
  Crowd crowd(few);
  const World& world = crowd.world;
  const Between between(world);
  between.set_rules(mixed(0.02));
  Arguments arguments =
      world.run_arguments({"--interval", "500ms", "--request-timeout", "1s", "-v"});
  arguments.insert(arguments.begin(), flotilla_program());
  const std::filesystem::path log = world.folder.path() / "service.log";
  std::string revision = crowd.commit(Side::left);
  Identities before = identities(world);
  Process process(arguments, log);
  const auto arrives = [&](Side side, bool anew) {
    // A watch that stalls is taken for dead after 150 s without a bookmark.
    eventually(200s, "the members are as wanted", [&] {
      Ends now = end_state(world);
      if (!anew)
        for (auto& [member, objects] : now)
          objects.erase("ConfigMap team/kept-" + to_string(other(side)));
      return difference(now, ends.of(side));
    });
    eventually(60s, "the status branch tells of it", [&]() -> std::string {
      if (!contains(world.status_file("fleet.yaml"), revision)) return "it is of an older commit";
      return inventory_difference(world);
    });
    check_end(crowd, before, ends.of(side), side, anew);
  };
  try {
    arrives(Side::left, true);
    for (const Side side : {Side::right, Side::left}) {
      before = identities(world);
      revision = crowd.commit(side);
      between.drop_connections();
      arrives(side, false);
    }
    process.signal(SIGTERM);
    REQUIRE(process.exits_within(15s));
    CHECK(exit_code(*process.exited()) == 0);
    INFO("injected: " << text_of(between.counts()));
    CHECK(between.counts().size() >= 8);
  } catch (...) {
    WARN("the service said:\n" << read_file(log) << "injected: " << text_of(between.counts()));
    throw;
  }
}

TEST_CASE("an object that is kept is let go though nobody hears of it", "[faults]") {
  World world = small_world({"eu-prod"});
  const Between between(world);
  std::string keep = config_map("two", "2");
  keep.insert(keep.find("  namespace:"), "  annotations: {helm.sh/resource-policy: keep}\n");
  world.repo.write("config/two.yaml", keep);
  world.commit("two is precious");
  REQUIRE(world.run_once().code == 0);
  world.repo.remove("config/two.yaml");
  world.commit("two is gone");
  const auto labels = [&] {
    const LiveObjects live = live_objects(*world.members, "eu-prod");
    return live.at("ConfigMap team/two")["metadata"]["labels"].size();
  };

  SECTION("the answer is lost") {
    between.set_rules({to("PATCH", rule(Injection::lost_answer, 1, 1))});
    const Outcome run = world.run_once();
    INFO(run.text());
    CHECK(run.code == 0);
  }
  SECTION("it may not be: that is said, and it stays in the inventory") {
    between.set_rules({to("PATCH", answer(403, 1))});
    const Outcome refused = world.run_once();
    INFO(refused.text());
    CHECK(refused.code == 2);
    CHECK(contains(refused.err, "team/two"));
    CHECK(labels() > 0);
    CHECK(inventory_difference(world) == "");
    between.set_rules({});
    CHECK(world.run_once().code == 0);
  }
  CHECK(labels() == 0);
  CHECK(inventory_difference(world) == "");
}

}  // namespace flotilla::tests
