#include "reconciler/kube/loop.h"

#include "tests/unit/kube/http_fixture.h"
#include "tests/unit/kube/run.h"
#include "tests/unit/kube/sockets.h"

#include <catch2/catch.hpp>

#include <thread>

using namespace flotilla;
using namespace flotilla::kube;
using namespace std::chrono_literals;
using test::HttpFixture;
using test::Reply;
using test::Request;

namespace {

using Outcome = Result<HttpResponse>;

Task<> fetch(Loop& loop, HttpRequest request, Outcome* outcome) {
  Outcome result = co_await loop.send(std::move(request));
  *outcome = std::move(result);
}

Outcome send(Loop& loop, HttpRequest request) {
  Outcome outcome = fail(Code::internal, "not run");
  loop.run(fetch(loop, std::move(request), &outcome));
  return outcome;
}

Task<> count_after(Loop& loop, std::chrono::milliseconds wait, std::vector<int>* order,
                   int number) {
  co_await loop.sleep(wait);
  order->push_back(number);
}

Task<> hold(Loop& loop, Semaphore& semaphore, int* now, int* most) {
  co_await semaphore.acquire();
  *most = std::max(*most, ++*now);
  co_await loop.sleep(0ms);
  --*now;
  semaphore.release();
}

// Gives its permit on without ever waiting for anything else.
Task<> pass_on(Semaphore& semaphore, int* passed) {
  co_await semaphore.acquire();
  ++*passed;
  semaphore.release();
}

Task<> hold_then_pass(Loop& loop, Semaphore& semaphore) {
  co_await semaphore.acquire();
  co_await loop.sleep(1ms);
  semaphore.release();
}

}  // namespace

TEST_CASE("a request arrives as it was made, and so does its answer") {
  HttpFixture server([](const Request&) {
    return Reply{
        201,
        "made",
        {{"Warning", "299 - \"one\""}, {"Warning", "299 - \"two\""}, {"X-Test", "  yes "}}};
  });
  Loop loop;
  HttpRequest request;
  request.method = "PATCH";
  request.url = server.url() + "/a/b?c=d%20e";
  request.headers["Content-Type"] = "application/apply-patch+yaml";
  request.body = std::string(100'000, 'x');
  const Outcome outcome = send(loop, request);
  REQUIRE(outcome);
  CHECK(outcome->status == 201);
  CHECK(outcome->body == "made");
  CHECK(outcome->headers.at("warning") == "299 - \"one\"\n299 - \"two\"");
  CHECK(outcome->headers.at("x-test") == "yes");
  REQUIRE(server.requests().size() == 1);
  const Request seen = server.requests().front();
  CHECK(seen.method == "PATCH");
  CHECK(seen.path == "/a/b");
  CHECK(seen.query == "c=d e");
  CHECK(seen.headers.at("content-type") == "application/apply-patch+yaml");
  CHECK(seen.headers.at("user-agent") == "flotilla");
  CHECK(seen.headers.count("expect") == 0);
  CHECK(seen.body == request.body);
}

TEST_CASE("connections are used again") {
  HttpFixture server([](const Request&) { return Reply{}; });
  Loop loop;
  const auto peer = std::make_shared<const Peer>();
  for (int i = 0; i < 5; ++i) {
    HttpRequest request;
    request.url = server.url();
    request.peer = peer;
    REQUIRE(send(loop, request));
  }
  CHECK(server.requests().size() == 5);
  CHECK(server.connections() == 1);
}

TEST_CASE("a refused connection is unavailable and says so") {
  Loop loop;
  HttpRequest request;
  request.url = "http://127.0.0.1:" + std::to_string(test::closed_port()) + "/secret-path";
  const Outcome outcome = send(loop, request);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == Code::unavailable);
  CHECK_THAT(outcome.error().message, Catch::EndsWith(": connection refused"));
  CHECK_THAT(outcome.error().message, !Catch::Contains("secret-path"));
}

TEST_CASE("a host that does not exist is unavailable") {
  Loop loop;
  HttpRequest request;
  request.url = "http://no-such-host.invalid/";
  const Outcome outcome = send(loop, request);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == Code::unavailable);
  CHECK(outcome.error().message == "http://no-such-host.invalid: no such host");
}

TEST_CASE("a text that is no URL is invalid") {
  Loop loop;
  for (const char* url : {"ftp://host/", "http://", "http://ho st/"}) {
    HttpRequest request;
    request.url = url;
    const Outcome outcome = send(loop, request);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == Code::invalid);
  }
}

TEST_CASE("a server that accepts and never answers costs the timeout and no more") {
  const test::SilentServer server;
  Loop loop;
  HttpRequest request;
  request.url = server.url();
  request.timeout = 200ms;
  const auto start = std::chrono::steady_clock::now();
  const Outcome outcome = send(loop, request);
  const auto took = std::chrono::steady_clock::now() - start;
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == Code::timeout);
  CHECK(outcome.error().message == server.url() + ": no answer in time");
  CHECK(took >= 200ms);
  CHECK(took < 5s);
}

TEST_CASE("a connection that is closed without an answer is unavailable") {
  const test::ClosingServer server;
  Loop loop;
  HttpRequest request;
  request.url = server.url();
  const Outcome outcome = send(loop, request);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == Code::unavailable);
}

TEST_CASE("sleepers wake in the order of their deadlines") {
  Loop loop;
  std::vector<int> order;
  std::vector<Task<>> tasks;
  tasks.push_back(count_after(loop, 60ms, &order, 3));
  tasks.push_back(count_after(loop, 5ms, &order, 1));
  tasks.push_back(count_after(loop, 30ms, &order, 2));
  loop.run(all(std::move(tasks)));
  CHECK(order == std::vector<int>{1, 2, 3});
}

TEST_CASE("all of nothing ends at once") {
  Loop loop;
  loop.run(all({}));
  SUCCEED();
}

TEST_CASE("a semaphore bounds its holders and serves 3,000 waiting tasks without a deep stack") {
  Loop loop;
  SECTION("holders that wait") {
    Semaphore semaphore(32);
    int now = 0;
    int most = 0;
    std::vector<Task<>> tasks;
    for (int i = 0; i < 3000; ++i) tasks.push_back(hold(loop, semaphore, &now, &most));
    loop.run(all(std::move(tasks)));
    CHECK(most == 32);
    CHECK(now == 0);
  }
  SECTION("holders that release at once, which would recurse if they resumed each other") {
    Semaphore semaphore(1);
    int passed = 0;
    std::vector<Task<>> tasks;
    tasks.push_back(hold_then_pass(loop, semaphore));
    for (int i = 0; i < 100'000; ++i) tasks.push_back(pass_on(semaphore, &passed));
    loop.run(all(std::move(tasks)));
    CHECK(passed == 100'000);
  }
}

TEST_CASE("3000 requests over a bounded number of connections") {
  HttpFixture server([](const Request&) { return Reply{200, "{}"}; });
  Loop::Options options;
  options.max_connections_per_host = 16;
  Loop loop(options);
  std::vector<Outcome> outcomes(3000, Outcome(fail(Code::internal, "not run")));
  std::vector<Task<>> tasks;
  for (Outcome& outcome : outcomes) {
    HttpRequest request;
    request.url = server.url();
    tasks.push_back(fetch(loop, std::move(request), &outcome));
  }
  loop.run(all(std::move(tasks)));
  for (const Outcome& outcome : outcomes) REQUIRE(outcome);
  CHECK(server.requests().size() == 3000);
  CHECK(server.connections() <= 16);
}

TEST_CASE("work is handed in from other threads") {
  Loop loop;
  std::thread::id seen;
  std::jthread other;
  loop.post([&] {
    other = std::jthread([&] {
      loop.post([&] {
        seen = std::this_thread::get_id();
        loop.stop();
      });
    });
  });
  std::vector<int> order;
  loop.spawn(count_after(loop, 1h, &order, 1));
  loop.run();
  CHECK(seen == std::this_thread::get_id());
}

namespace {
Task<> off_and_back(Loop& loop, std::thread::id* there, std::thread::id* back) {
  std::function<void()> work = [there] { *there = std::this_thread::get_id(); };
  co_await loop.off_thread(std::move(work));
  *back = std::this_thread::get_id();
}
}  // namespace

TEST_CASE("blocking work runs on another thread and the task goes on here") {
  Loop loop;
  std::vector<std::thread::id> there(50);
  std::vector<std::thread::id> back(50);
  std::vector<Task<>> tasks;
  for (std::size_t i = 0; i < there.size(); ++i) {
    tasks.push_back(off_and_back(loop, &there[i], &back[i]));
  }
  loop.run(all(std::move(tasks)));
  for (std::size_t i = 0; i < there.size(); ++i) {
    CHECK(there[i] != std::thread::id());
    CHECK(there[i] != std::this_thread::get_id());
    CHECK(back[i] == std::this_thread::get_id());
  }
}

namespace {
Task<> stop_after(Loop& loop, std::chrono::milliseconds wait) {
  co_await loop.sleep(wait);
  loop.stop();
}
}  // namespace

TEST_CASE("stop ends what is under way as cancelled") {
  const test::SilentServer server;
  Loop loop;
  Outcome outcome = fail(Code::internal, "not run");
  HttpRequest request;
  request.url = server.url();
  loop.spawn(fetch(loop, request, &outcome));
  loop.spawn(stop_after(loop, 50ms));
  loop.run();
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == Code::cancelled);
}

TEST_CASE("a loop that goes away drops the tasks that still wait") {
  const test::SilentServer server;
  auto alive = std::make_shared<int>(0);
  Semaphore semaphore(1);
  Outcome outcome = fail(Code::internal, "not run");
  std::vector<int> order;
  {
    Loop loop;
    int now = 0;
    int most = 0;
    HttpRequest request;
    request.url = server.url();
    request.on_line = [alive](std::string_view) { return true; };
    std::vector<Task<>> tasks;
    tasks.push_back(fetch(loop, request, &outcome));
    tasks.push_back(count_after(loop, 1h, &order, 1));
    tasks.push_back(hold_then_pass(loop, semaphore));
    for (int i = 0; i < 10; ++i) tasks.push_back(hold(loop, semaphore, &now, &most));
    loop.spawn(all(std::move(tasks)));
    loop.spawn(count_after(loop, 1h, &order, 2));
    loop.run(count_after(loop, 0ms, &order, 0));
    CHECK(alive.use_count() > 1);
  }
  CHECK(alive.use_count() == 1);
  CHECK(order == std::vector<int>{0});
  CHECK(outcome.error().message == "not run");
}

TEST_CASE("a proxy's password is in no error") {
  for (const char* scheme : {"http", "gopher", "socks9", ""}) {
    Peer peer;
    peer.proxy_url = std::string(scheme) + (*scheme == '\0' ? "" : "://") +
                     "me:hunter2@127.0.0.1:" + std::to_string(test::closed_port());
    HttpRequest request;
    request.url = "http://127.0.0.1:1";
    request.peer = std::make_shared<const Peer>(peer);
    Loop loop;
    const Result<HttpResponse> answer = test::run(loop, loop.send(std::move(request)));
    REQUIRE_FALSE(answer);
    CHECK_THAT(answer.error().message, !Catch::Contains("hunter2"));
  }
}
