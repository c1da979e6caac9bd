#include "tests/support/fault_proxy.h"

#include "reconciler/kube/client.h"
#include "reconciler/simulator/simulator.h"
#include "tests/support/kube_call.h"
#include "tests/unit/kube/run.h"
#include "tests/unit/kube/temp_dir.h"

#include <catch2/catch.hpp>

#include <thread>

// The fault proxy before an embedded member cluster: that it passes on what it should, that it
// spoils what it is told to, and what the client makes of each fault.
using namespace flotilla;
using namespace flotilla::kube;
using namespace std::chrono_literals;
using test::run;
using tests::FaultProxy;
using tests::FaultRule;
using tests::Injection;

namespace {

using Clock = std::chrono::steady_clock;

const Resource kConfigMaps{"", "v1", "ConfigMap", "configmaps", true, {}};

std::string config_map(const std::string& name, const std::string& value = "x") {
  return R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":")" + name +
         R"(","namespace":"default"},"data":{"a":")" + value + R"("}})";
}

FaultRule rule_of(Injection injection, int times = 1) {
  FaultRule rule;
  rule.injection = injection;
  rule.times = times;
  return rule;
}

FaultRule status_rule(int status, int times = 1, int retry_after = 0) {
  FaultRule rule = rule_of(Injection::status, times);
  rule.status = status;
  rule.retry_after = retry_after;
  return rule;
}

// A member, the proxy before it, and a client that looks through it.
struct World {
  std::unique_ptr<simulator::Simulator> member;
  std::unique_ptr<FaultProxy> proxy;
  Loop loop;
  std::optional<Client> client;

  explicit World(ClientOptions options = {}) {
    simulator::Options member_options;
    member_options.controllers = false;
    member = std::move(*simulator::Simulator::start(member_options));
    proxy = std::make_unique<FaultProxy>(
        tests::FaultProxyOptions{member->server_url(), member->ca_pem()});
    client.emplace(loop, access(), options);
  }
  Access access() const {
    Access access;
    access.server = proxy->url();
    access.peer.ca_pem = proxy->ca_pem();
    access.token = member->token();
    return access;
  }
  ApiResult<Applied> apply(const std::string& name, const std::string& value = "x") {
    return run(loop, client->apply(kConfigMaps, "default", name, config_map(name, value)));
  }
  ApiResult<List> list() { return run(loop, client->list(kConfigMaps, "default")); }
  ApiResult<Json::Value> remove(const std::string& name) {
    return run(loop, client->remove(kConfigMaps, "default", name, ""));
  }
  // How often the member saw such a request.
  std::size_t seen(const std::string& method) const {
    std::size_t count = 0;
    for (const simulator::Request& request : member->requests())
      count += request.method == method ? 1 : 0;
    return count;
  }
};

ClientOptions quick() {
  ClientOptions options;
  options.timeout = 1s;
  options.patience = 4s;
  return options;
}

}  // namespace

TEST_CASE("the fault proxy without rules is not noticed") {
  World world;
  CHECK(run(world.loop, world.client->discover()));
  for (int i = 0; i < 20; ++i) REQUIRE(world.apply("c" + std::to_string(i)));
  const auto list = world.list();
  REQUIRE(list);
  CHECK(list->items.size() == 20);
  CHECK(world.remove("c0"));
  CHECK(fault_of(world.remove("c0").error()) == Fault::not_found);
  std::vector<std::string> types;
  WatchOptions options;
  options.resource_version = list->resource_version;
  const auto on_event = [&types](WatchEvent event) {
    types.push_back(event.type);
    return types.size() < 2;
  };
  std::optional<ApiResult<bool>> watched;
  world.loop.spawn(
      test::keep_result(world.client->watch(kConfigMaps, "default", options, on_event), &watched));
  const auto deadline = Clock::now() + 10s;
  while (types.empty() && Clock::now() < deadline) world.loop.run(world.loop.sleep(1ms));
  REQUIRE(world.apply("c1", "y"));
  world.loop.run();
  CHECK(types == std::vector<std::string>{"DELETED", "MODIFIED"});
  CHECK(world.proxy->injected() == 0);
  CHECK(world.proxy->requests() > 20);
}

TEST_CASE("rules strike as often as they say, and where they say") {
  World world;
  FaultRule rule = status_rule(422, -1);
  SECTION("so many times") {
    rule.times = 2;
    world.proxy->set_rules({rule});
    for (const bool good : {false, false, true}) CHECK(world.apply("a").has_value() == good);
  }
  SECTION("not the first ones") {
    rule.skip = 2;
    world.proxy->set_rules({rule});
    for (const bool good : {true, true, false, false}) CHECK(world.apply("a").has_value() == good);
  }
  SECTION("every third") {
    rule.every = 3;
    world.proxy->set_rules({rule});
    for (const bool good : {false, true, true, false, true})
      CHECK(world.apply("a").has_value() == good);
  }
  SECTION("by method and target") {
    rule.method = "PATCH";
    rule.target = "/configmaps/a?";
    world.proxy->set_rules({rule});
    CHECK_FALSE(world.apply("a"));
    CHECK(world.apply("b"));
    CHECK(world.list());
  }
  SECTION("by a probability that is the same each time") {
    rule.probability = 0.3;
    const auto pattern = [&world, &rule] {
      FaultProxy proxy({world.member->server_url(), world.member->ca_pem(), 7});
      proxy.set_rules({rule});
      Loop loop;
      Access access = world.access();
      access.server = proxy.url();
      access.peer.ca_pem = proxy.ca_pem();
      Client client(loop, access);
      std::string text;
      for (int i = 0; i < 60; ++i) text += run(loop, client.get_raw("/version")) ? '.' : 'x';
      return text;
    };
    const std::string first = pattern();
    CHECK(std::count(first.begin(), first.end(), 'x') > 5);
    CHECK(std::count(first.begin(), first.end(), 'x') < 35);
    CHECK(first == pattern());
  }
}

TEST_CASE("an apply and a delete get through faults that pass, and happen once") {
  const FaultRule rule = GENERATE(
      values<FaultRule>({rule_of(Injection::reset_connection), rule_of(Injection::reset_request),
                         rule_of(Injection::lost_answer), rule_of(Injection::reset_answer),
                         rule_of(Injection::half_answer), status_rule(500), status_rule(503),
                         status_rule(504), status_rule(429, 1, 1)}));
  World world;
  world.proxy->set_rules({rule});
  REQUIRE(world.apply("a"));
  INFO(world.proxy->counts().begin()->first);
  CHECK(world.proxy->injected() == 1);
  const auto list = world.list();
  REQUIRE(list);
  CHECK(list->items.size() == 1);
  world.proxy->drop_connections();
  world.proxy->set_rules({rule});
  const auto removed = world.remove("a");
  // Done by an attempt whose answer was lost, if it is not there any more.
  CHECK((removed || fault_of(removed.error()) == Fault::not_found));
  CHECK(world.list()->items.empty());
  CHECK(world.proxy->injected() == 2);
  CHECK_FALSE(world.client->outage());
}

TEST_CASE("a list gets through faults that pass, and is whole") {
  const FaultRule rule = GENERATE(values<FaultRule>(
      {rule_of(Injection::reset_request), rule_of(Injection::reset_answer),
       rule_of(Injection::half_answer), rule_of(Injection::stall), rule_of(Injection::slow_answer),
       status_rule(503), status_rule(429, 1, 1)}));
  World world(quick());
  for (int i = 0; i < 10; ++i) REQUIRE(world.apply("c" + std::to_string(i)));
  world.proxy->set_rules({rule});
  const auto list = world.list();
  INFO(world.proxy->counts().begin()->first);
  REQUIRE(list);
  CHECK(list->items.size() == 10);
  CHECK(world.proxy->injected() == 1);
  CHECK_FALSE(world.client->outage());
}

TEST_CASE("what does not pass comes back as what it is, after one request") {
  const auto [status, fault] = GENERATE(table<int, Fault>({{409, Fault::conflict},
                                                           {410, Fault::expired},
                                                           {401, Fault::unauthorized},
                                                           {403, Fault::forbidden},
                                                           {422, Fault::user}}));
  World world;
  world.proxy->set_rules({status_rule(status, -1)});
  const auto applied = world.apply("a");
  REQUIRE_FALSE(applied);
  CHECK(applied.error().status == status);
  CHECK(fault_of(applied.error()) == fault);
  CHECK(fault_of(world.remove("a").error()) == fault);
  CHECK(fault_of(world.list().error()) == fault);
  CHECK(world.proxy->injected() == 3);
  CHECK(world.member->requests().empty());
}

TEST_CASE("a body that trickles ends at the request's time") {
  World world(quick());
  for (int i = 0; i < 10; ++i) REQUIRE(world.apply("c" + std::to_string(i)));
  FaultRule slow = rule_of(Injection::slow_answer, -1);
  slow.piece = 1;
  slow.pause = 50ms;
  world.proxy->set_rules({slow});
  const auto start = Clock::now();
  const auto list = world.list();
  REQUIRE_FALSE(list);
  CHECK(list.error().error.code == Code::timeout);
  CHECK_THAT(list.error().error.message, Catch::EndsWith("the answer did not end in time"));
  CHECK(Clock::now() - start < 15s);
  CHECK_FALSE(world.client->outage());  // it answers, slowly
}

TEST_CASE("a member that hangs costs one timeout, and comes back with its first answer") {
  ClientOptions options = quick();
  options.first_rest = 100ms;
  World world(options);
  REQUIRE(world.apply("a"));
  world.proxy->set_rules({rule_of(Injection::hang, -1)});
  const auto start = Clock::now();
  const auto applied = world.apply("b");
  CHECK(Clock::now() - start < 3s);
  REQUIRE_FALSE(applied);
  CHECK(fault_of(applied.error()) == Fault::unreachable);
  REQUIRE(world.client->outage());
  CHECK(fault_of(world.list().error()) == Fault::unreachable);
  world.proxy->set_rules({});
  const auto deadline = Clock::now() + 10s;
  while (world.client->outage() && Clock::now() < deadline) {
    if (!world.list()) world.loop.run(world.loop.sleep(10ms));
  }
  CHECK(world.apply("b"));
}

TEST_CASE("a watch ends with each fault as what it is, and goes on from where it was") {
  struct Case {
    FaultRule rule;
    Fault fault;
  };
  const Case tried = GENERATE(values<Case>({
      {rule_of(Injection::reset_request), Fault::unreachable},
      {rule_of(Injection::half_answer), Fault::unreachable},
      {rule_of(Injection::reset_answer), Fault::unreachable},
      {rule_of(Injection::hang), Fault::unreachable},
      {rule_of(Injection::watch_expired), Fault::expired},
      {status_rule(410), Fault::expired},
      {status_rule(429, 1, 1), Fault::transient},
      {status_rule(500), Fault::transient},
      {status_rule(401), Fault::unauthorized},
  }));
  World world(quick());
  REQUIRE(world.apply("a"));
  const auto list = world.list();
  REQUIRE(list);
  REQUIRE(world.apply("b"));
  world.proxy->set_rules({tried.rule});
  std::vector<std::string> seen;
  WatchOptions options;
  options.resource_version = list->resource_version;
  const auto on_event = [&seen](WatchEvent event) {
    if (event.type != "ERROR") seen.push_back(event.object["metadata"]["name"].asString());
    return seen.empty();
  };
  const auto ended =
      run(world.loop, world.client->watch(kConfigMaps, "default", options, on_event));
  INFO(world.proxy->counts().begin()->first);
  REQUIRE_FALSE(ended);
  CHECK(fault_of(ended.error()) == tried.fault);
  CHECK(seen.empty());
  if (const auto outage = world.client->outage()) {
    world.loop.run(world.loop.sleep(
        std::chrono::ceil<std::chrono::milliseconds>(outage->next_try - Clock::now())));
  }
  CHECK(run(world.loop, world.client->watch(kConfigMaps, "default", options, on_event)));
  CHECK(seen == std::vector<std::string>{"b"});
}

TEST_CASE("an expired token is renewed from its file, through the proxy as well") {
  World world;
  const test::TempDir dir;
  Access access = world.access();
  access.token = "expired";
  access.token_file = dir.write("token", world.member->token() + "\n");
  Client client(world.loop, access);
  CHECK(run(world.loop, client.list(kConfigMaps, "default")));
}

TEST_CASE("many calls under many faults all succeed in the end") {
  World world;
  std::vector<FaultRule> rules;
  for (const Injection injection : {Injection::reset_request, Injection::lost_answer,
                                    Injection::half_answer, Injection::reset_connection}) {
    FaultRule rule = rule_of(injection, -1);
    rule.probability = 0.05;
    rules.push_back(rule);
  }
  FaultRule busy = status_rule(503, -1);
  busy.probability = 0.05;
  rules.push_back(busy);
  world.proxy->set_rules(rules);
  int failures = 0;
  const auto one = [](Client& client, int number, int* failed) -> Task<> {
    const std::string name = "c" + std::to_string(number);
    const ApiResult<Applied> applied =
        co_await client.apply(kConfigMaps, "default", name, config_map(name));
    if (!applied) ++*failed;
  };
  std::vector<Task<>> tasks;
  for (int i = 0; i < 200; ++i) tasks.push_back(one(*world.client, i, &failures));
  world.loop.run(all(std::move(tasks)));
  CHECK(failures == 0);
  CHECK(world.proxy->injected() > 10);
  world.proxy->set_rules({});
  CHECK(world.list()->items.size() == 200);
}
