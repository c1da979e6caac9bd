#include "raw_client.h"
#include "reconciler/server/http_server.h"
#include "served.h"

#include <future>
#include <thread>
#include <vector>

using namespace flotilla;
using namespace flotilla::tests;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

const std::string probe = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
const std::string half_hook =
    "POST /hooks/generic HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token\r\n"
    "Content-Length: 2\r\n\r\n{";

}  // namespace

TEST_CASE("A body of one MiB is the most") {
  const Served served;
  const std::string token = "Authorization: Bearer token\r\n";
  const std::string blanks(1U << 20U, ' ');
  CHECK(ask(served.port(), "POST", "/hooks/generic", token, blanks).status == 200);
  const Answer answer = ask(served.port(), "POST", "/hooks/generic", token, blanks + " ");
  CHECK(answer.status == 413);

  SECTION("also in pieces of untold number") {
    Connection connection(served.port());
    connection.send("POST /hooks/generic HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" +
                    token + "\r\n");
    for (int i = 0; i < 9; ++i) connection.send("20000\r\n" + std::string(0x20000, ' ') + "\r\n");
    connection.send("0\r\n\r\n");
    CHECK(connection.receive().status == 413);
  }
  SECTION("and who asks first need not send it") {
    Connection connection(served.port());
    connection.send("POST /hooks/generic HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n" + token +
                    "Content-Length: 1048577\r\n\r\n");
    CHECK(connection.receive().status == 413);
  }
}

TEST_CASE("A hundred headers are the most, and 32 KiB of them") {
  const Served served;
  std::string many;
  for (int i = 0; i < 90; ++i) many += "X-" + std::to_string(i) + ": 1\r\n";
  CHECK(ask(served.port(), "GET", "/healthz", many).status == 200);
  for (int i = 90; i < 110; ++i) many += "X-" + std::to_string(i) + ": 1\r\n";
  CHECK(ask(served.port(), "GET", "/healthz", many).status == 431);
  const std::string large = "X: " + std::string(40'000, 'x') + "\r\n";
  const int status = ask(served.port(), "GET", "/healthz", large).status;
  CHECK((status == 431 || status == 413 || status == 0));
  CHECK(ask(served.port(), "GET", "/healthz").status == 200);
}

TEST_CASE("Slow clients do not keep others waiting") {
  const Served served;
  std::vector<std::unique_ptr<Connection>> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(std::make_unique<Connection>(served.port()));
    REQUIRE(slow.back()->send(i % 2 == 0 ? half_hook : "GET /metr"));
  }
  const auto began = Clock::now();
  for (int i = 0; i < 20; ++i) CHECK(ask(served.port(), "GET", "/healthz").status == 200);
  CHECK(Clock::now() - began < 5s);
  slow.front()->send("}");
  CHECK(slow.front()->receive().status == 200);
}

TEST_CASE("Who is silent is hung up on") {
  server::ServerOptions options;
  options.silence = 1s;
  const Served served(options);
  Connection silent(served.port());
  Connection half(served.port());
  half.send(half_hook);
  CHECK(silent.ends_within(20s));
  CHECK(half.ends_within(20s));
}

TEST_CASE("Who is slow is hung up on, who asks again and again is not") {
  server::ServerOptions options;
  options.per_request = 1000ms;
  const Served served(options);
  Connection drip(served.port());
  Connection steady(served.port());
  REQUIRE(drip.send("GET /healthz HTTP/1.1\r\nX: "));
  const auto deadline = Clock::now() + 20s;
  const auto began = Clock::now();
  bool ended = false;
  int answered = 0;
  // A byte now and then is never silence.
  while (!ended && Clock::now() < deadline) {
    ended = !drip.send("x") || drip.ends_within(50ms);
    steady.send(probe);
    if (steady.receive().status == 200) ++answered;
  }
  CHECK(ended);
  while (Clock::now() < began + 1500ms) {
    steady.send(probe);
    if (steady.receive().status != 200) break;
    ++answered;
  }
  CHECK(Clock::now() >= began + 1500ms);
  CHECK(answered >= 10);
}

TEST_CASE("More connections than are allowed wait for their turn") {
  server::ServerOptions options;
  options.most_connections = 3;
  const Served served(options);
  std::vector<std::unique_ptr<Connection>> open;
  for (int i = 0; i < 3; ++i) {
    open.push_back(std::make_unique<Connection>(served.port()));
    open.back()->send(probe);
    REQUIRE(open.back()->receive().status == 200);
  }
  Connection late(served.port());
  late.send(probe);
  CHECK(late.receive(200ms).status == 0);
  open.clear();
  CHECK(ask(served.port(), "GET", "/healthz").status == 200);
}

TEST_CASE("A hundred requests at once are all answered") {
  const Served served;
  std::vector<std::future<int>> answers;
  for (int i = 0; i < 100; ++i)
    answers.push_back(std::async(std::launch::async, [&served, i] {
      const std::string body = R"({"ref":"refs/heads/main","n":)" + std::to_string(i) + "}";
      const std::string id = std::to_string(i);
      if (i % 2 == 0) return ask(served.port(), "GET", "/metrics").status;
      return ask(served.port(), "POST", "/hooks/github", signed_by("secret", body, id), body)
          .status;
    }));
  int good = 0;
  for (auto& answer : answers) good += answer.get() == 200 ? 1 : 0;
  CHECK(good == 100);
  CHECK(served.calls == 1);
}

TEST_CASE("The end waits for a request that has begun, for a while") {
  server::ServerOptions options;
  options.farewell = GENERATE(500ms, 20s);
  const bool patient = options.farewell == 20s;
  Served served(options);
  const std::uint16_t port = served.port();
  Connection begun(port);
  REQUIRE(begun.send(half_hook));
  Connection idle(port);
  REQUIRE(idle.send(probe));
  REQUIRE(idle.receive().status == 200);

  if (!patient) {
    const auto began = Clock::now();
    served.http.reset();
    CHECK(Clock::now() - began >= 400ms);
    CHECK(Clock::now() - began < 10s);
    CHECK(begun.ends_within(20s));
    CHECK(idle.ends_within(20s));
  }
  if (patient) {
    auto ending = std::async(std::launch::async, [&served] { served.http.reset(); });
    while (!Connection(port).ends_within(10ms)) {
      // Until nobody else is let in.
    }
    begun.send("}");
    CHECK(begun.receive().status == 200);
    ending.get();
    CHECK(served.calls == 1);
  }
  CHECK(Connection(port).ends_within(20s));
}

TEST_CASE("An address that is taken is an error in words") {
  const Served served;
  server::ServerOptions options;
  options.listen = served.http->address();
  const auto second = server::HttpServer::start(options, {});
  REQUIRE_FALSE(second);
  CHECK(second.error().code == Code::unavailable);
  CHECK(second.error().message ==
        "cannot listen on " + options.listen + ": Address already in use");
}
