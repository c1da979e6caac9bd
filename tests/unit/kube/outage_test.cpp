#include "reconciler/kube/client.h"
#include "tests/unit/kube/api.h"
#include "tests/unit/kube/run.h"
#include "tests/unit/kube/sockets.h"

#include <catch2/catch.hpp>

#include <set>

// What a server that does not answer costs.
using namespace flotilla;
using namespace flotilla::kube;
using namespace std::chrono_literals;
using test::access_to;
using test::HttpFixture;
using test::kConfigMaps;
using test::Reply;
using test::Request;
using test::run;

namespace {

using Clock = std::chrono::steady_clock;

Task<> apply_one(Client& client, int number, std::vector<ApiResult<Applied>>* results) {
  const std::string name = "c" + std::to_string(number);
  ApiResult<Applied> applied = co_await client.apply(kConfigMaps, "shop", name, "{}");
  results->push_back(std::move(applied));
}

std::vector<ApiResult<Applied>> apply_many(Loop& loop, Client& client, int count) {
  std::vector<ApiResult<Applied>> results;
  std::vector<Task<>> tasks;
  for (int i = 0; i < count; ++i) tasks.push_back(apply_one(client, i, &results));
  loop.run(all(std::move(tasks)));
  return results;
}

int count_of(const std::vector<ApiResult<Applied>>& results, Fault fault) {
  int count = 0;
  for (const auto& result : results) count += !result && fault_of(result.error()) == fault ? 1 : 0;
  return count;
}

Task<> start_later(Loop& loop, int port, std::optional<HttpFixture>* server) {
  co_await loop.sleep(2s);
  server->emplace([](const Request&) { return Reply{200, "{}"}; }, test::Tls{}, port);
}

std::string dead_server() { return "http://127.0.0.1:" + std::to_string(test::closed_port()); }

}  // namespace

TEST_CASE("many calls to a dead server cost what one costs") {
  Loop loop;
  Client client(loop, access_to(dead_server()));
  const auto start = Clock::now();
  const auto results = apply_many(loop, client, 300);
  CHECK(Clock::now() - start < 15s);
  CHECK(count_of(results, Fault::unreachable) == 300);
  REQUIRE(client.outage());
  CHECK(client.outage()->failures >= 3);
  const auto again = Clock::now();
  const auto refused = run(loop, client.get_raw("/version"));
  CHECK(Clock::now() - again < 2s);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().status == 0);
  CHECK(refused.error().error.code == Code::unavailable);
}

TEST_CASE(
    "many calls to a server that hangs cost one timeout, and what is queued fails with them") {
  const test::SilentServer server;
  Loop loop;
  ClientOptions options;
  options.concurrency = 8;
  options.timeout = 500ms;
  options.first_rest = 30s;
  Client client(loop, access_to(server.url()), options);
  const auto start = Clock::now();
  const auto results = apply_many(loop, client, 200);
  CHECK(Clock::now() - start < 5s);
  CHECK(count_of(results, Fault::unreachable) == 200);
  CHECK(client.outage());
}

TEST_CASE("what waits for a server that has hung for a timeout fails with the first") {
  const test::SilentServer server;
  Loop loop;
  ClientOptions options;
  options.timeout = 2s;
  options.first_rest = 30s;
  Client client(loop, access_to(server.url()), options);
  std::vector<ApiResult<Applied>> results;
  loop.spawn(apply_one(client, 1, &results));
  loop.run(loop.sleep(1200ms));
  loop.spawn(apply_one(client, 2, &results));
  const auto start = Clock::now();
  loop.run();
  CHECK(Clock::now() - start < 1600ms);  // its own time would be over after 2 s
  CHECK(count_of(results, Fault::unreachable) == 2);
}

TEST_CASE("one slow request among others that are answered opens nothing") {
  HttpFixture server([](const Request& request) {
    if (request.path == "/slow") return Reply{200, "", {}, {}, Reply::Then::hang};
    return Reply{200, "ok"};
  });
  Loop loop;
  ClientOptions options;
  options.timeout = 1s;
  options.patience = 1s;
  Client client(loop, access_to(server.url()), options);
  std::optional<ApiResult<std::string>> slow;
  loop.spawn(test::keep_result(client.get_raw("/slow"), &slow));
  loop.run(loop.sleep(50ms));
  CHECK(run(loop, client.get_raw("/version")));
  loop.run();
  REQUIRE(slow);
  REQUIRE_FALSE(*slow);
  CHECK(slow->error().error.code == Code::timeout);
  CHECK_FALSE(client.outage());
}

TEST_CASE("a server that comes back while a call goes on trying is no failure") {
  const int port = test::closed_port();
  Loop loop;
  Client client(loop, access_to("http://127.0.0.1:" + std::to_string(port)));
  std::vector<ApiResult<Applied>> results;
  std::vector<Task<>> tasks;
  for (int i = 0; i < 40; ++i) tasks.push_back(apply_one(client, i, &results));
  std::optional<HttpFixture> server;
  loop.spawn(start_later(loop, port, &server));
  loop.run(all(std::move(tasks)));
  for (const auto& result : results) CHECK(result);
  CHECK(results.size() == 40);
  CHECK_FALSE(client.outage());
}

TEST_CASE("an open circuit sends nothing, then one try, and its success lets all through") {
  std::optional<HttpFixture> server;
  const int port = test::closed_port();
  Loop loop;
  ClientOptions options;
  options.failures_to_open = 1;
  options.patience = 1ms;
  options.first_rest = 2s;
  Client client(loop, access_to("http://127.0.0.1:" + std::to_string(port)), options);
  CHECK_FALSE(run(loop, client.get_raw("/version")));
  REQUIRE(client.outage());
  server.emplace([](const Request&) { return Reply{200, "{}"}; }, test::Tls{}, port);
  CHECK(count_of(apply_many(loop, client, 10), Fault::unreachable) == 10);
  CHECK(server->requests().empty());
  loop.run(loop.sleep(
      std::chrono::ceil<std::chrono::milliseconds>(client.outage()->next_try - Clock::now())));
  const auto results = apply_many(loop, client, 10);
  CHECK(count_of(results, Fault::unreachable) == 9);
  CHECK(server->requests().size() == 1);
  CHECK_FALSE(client.outage());
  CHECK(count_of(apply_many(loop, client, 10), Fault::unreachable) == 0);
}

TEST_CASE(
    "a watch that is refused counts, fails at once while the circuit is open, and closes it") {
  const int port = test::closed_port();
  Loop loop;
  ClientOptions options;
  options.first_rest = 1s;
  Client client(loop, access_to("http://127.0.0.1:" + std::to_string(port)), options);
  const WatchOptions watch;
  int events = 0;
  const auto on_event = [&events](WatchEvent) { return ++events < 2; };
  for (int i = 0; i < 3; ++i)
    CHECK_FALSE(run(loop, client.watch(kConfigMaps, "", watch, on_event)));
  REQUIRE(client.outage());
  const auto refused = run(loop, client.watch(kConfigMaps, "", watch, on_event));
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().error.message, Catch::Contains("did not answer 3 times"));
  HttpFixture server(
      [](const Request& request) {
        if (request.query.find("watch=1") == std::string::npos) return Reply{200, "{}"};
        return Reply{200, "", {}, {"{\"type\":\"BOOKMARK\",\"object\":{}}\n"}, Reply::Then::hang};
      },
      test::Tls{}, port);
  loop.run(loop.sleep(
      std::chrono::ceil<std::chrono::milliseconds>(client.outage()->next_try - Clock::now())));
  std::optional<ApiResult<bool>> ended;
  loop.spawn(test::keep_result(client.watch(kConfigMaps, "", watch, on_event), &ended));
  // It lasts, and does not keep others from asking.
  const auto deadline = Clock::now() + 5s;
  while (events == 0 && Clock::now() < deadline) loop.run(loop.sleep(1ms));
  CHECK(events == 1);
  CHECK_FALSE(client.outage());
  CHECK(run(loop, client.get_raw("/version")));
  CHECK_FALSE(ended);
}

TEST_CASE("watches that the server ends open nothing") {
  HttpFixture server([](const Request&) {
    return Reply{200, "", {}, {"{\"type\":\"BOOKMARK\",\"object\":{}}\n"}};
  });
  Loop loop;
  Client client(loop, access_to(server.url()));
  for (int i = 0; i < 10; ++i) {
    CHECK(
        run(loop, client.watch(kConfigMaps, "", WatchOptions{}, [](WatchEvent) { return true; })));
  }
  CHECK_FALSE(client.outage());
}

TEST_CASE("a watch whose answer does not begin ends after a request's time") {
  const test::SilentServer server;
  Loop loop;
  ClientOptions options;
  options.timeout = 200ms;
  Client client(loop, access_to(server.url()), options);
  const auto start = Clock::now();
  const auto ended =
      run(loop, client.watch(kConfigMaps, "", WatchOptions{}, [](WatchEvent) { return true; }));
  REQUIRE_FALSE(ended);
  CHECK(fault_of(ended.error()) == Fault::unreachable);
  CHECK(Clock::now() - start < 5s);
  CHECK(client.outage());
}

TEST_CASE("watches end at different times, the same for the same server and number") {
  HttpFixture server([](const Request&) { return Reply{200, "", {}, {""}}; });
  const auto times = [&server] {
    Loop loop;
    Client client(loop, access_to(server.url()));
    const std::size_t before = server.requests().size();
    for (int i = 0; i < 8; ++i) {
      CHECK(run(loop,
                client.watch(kConfigMaps, "", WatchOptions{}, [](WatchEvent) { return true; })));
    }
    std::vector<int> seconds;
    const std::vector<Request> seen = server.requests();
    for (std::size_t i = before; i < seen.size(); ++i) {
      const std::string& query = seen[i].query;
      seconds.push_back(std::stoi(query.substr(query.find("timeoutSeconds=") + 15)));
    }
    return seconds;
  };
  const std::vector<int> first = times();
  REQUIRE(first.size() == 8);
  CHECK(first == times());
  CHECK(std::set<int>(first.begin(), first.end()).size() >= 6);
  for (const int seconds : first) {
    CHECK(seconds >= 300);
    CHECK(seconds <= 600);
  }
}
