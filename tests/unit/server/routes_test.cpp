#include "raw_client.h"
#include "served.h"
#include "tests/support/exposition.h"

using namespace flotilla;
using namespace flotilla::tests;

TEST_CASE("The metrics are served as Prometheus reads them") {
  const Served served;
  const std::string token = "Authorization: Bearer token\r\n";
  REQUIRE(ask(served.port(), "POST", "/hooks/generic", token).status == 200);
  const Answer answer = ask(served.port(), "GET", "/metrics");
  CHECK(answer.status == 200);
  CHECK(answer.headers.at("content-type") == "text/plain; version=0.0.4; charset=utf-8");
  const Exposition read = parse_exposition(answer.body);
  CHECK(read.faults == std::vector<std::string>{});
  CHECK(read.value("flotilla_webhook_total", {{"kind", "generic"}, {"result", "accepted"}}) >= 1);
}

TEST_CASE("The probes say what they are told") {
  Served served;
  for (const auto& [path, reason] :
       {std::pair("/healthz", &served.not_alive), std::pair("/readyz", &served.not_ready)}) {
    CAPTURE(path);
    CHECK(ask(served.port(), "GET", path).status == 200);
    CHECK(ask(served.port(), "GET", path).body == "ok\n");
    served.set(*reason, "the repository was not read yet");
    const Answer answer = ask(served.port(), "GET", path);
    CHECK(answer.status == 503);
    CHECK(answer.body == "the repository was not read yet\n");
    served.set(*reason, "");
    CHECK(ask(served.port(), "GET", path).status == 200);
  }
}

TEST_CASE("HEAD works where GET does") {
  const Served served;
  for (const char* path : {"/metrics", "/healthz", "/readyz"}) {
    CAPTURE(path);
    Connection connection(served.port());
    connection.send(std::string("HEAD ") + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    const Answer head = connection.receive(std::chrono::seconds(20), true);
    CHECK(head.status == 200);
    CHECK(head.headers.at("content-length") != "0");
    // What follows on the connection is the next answer, not a body.
    connection.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(connection.receive().body == "ok\n");
  }
}

TEST_CASE("Other paths and methods are refused") {
  const Served served;
  for (const char* path :
       {"/", "/metrics/", "/hooks", "/hooks/", "/hooks/gitlab", "/hooks/bitbucket",
        "/hooks/github/x", "/debug/pprof", "/..", "/healthz2"}) {
    CAPTURE(path);
    CHECK(ask(served.port(), "GET", path).status == 404);
    const Answer answer = ask(served.port(), "POST", path, "", "{}");
    CHECK(answer.status == 404);
    CHECK(answer.body == "not found\n");
    CHECK_FALSE(answer.headers.contains("server"));
  }
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE"}) {
    CAPTURE(method);
    const Answer answer = ask(served.port(), method, "/metrics");
    CHECK(answer.status == 405);
    CHECK(answer.headers.at("allow") == "GET, HEAD");
  }
  const Answer answer = ask(served.port(), "GET", "/hooks/github");
  CHECK(answer.status == 405);
  CHECK(answer.headers.at("allow") == "POST");
}

TEST_CASE("A hook is told on once, whatever else comes before it is taken") {
  const Served served;
  const auto push = [&served](const std::string& body, const std::string& id) {
    return ask(served.port(), "POST", "/hooks/github", signed_by("secret", body, id), body);
  };
  const std::string main = R"({"ref":"refs/heads/main","after":"x"})";
  CHECK(push(main, "1").body == "accepted\n");
  CHECK(served.calls == 1);
  CHECK(push(main, "2").body == "this delivery came before\n");
  CHECK(push(main + " ", "3").status == 200);
  CHECK(push(R"({"ref":"refs/heads/flotilla/status"})", "4").body == "not followed\n");
  CHECK(served.calls == 1);
  CHECK(served.http->take_pushes() == std::vector<server::Push>{{"refs/heads/main", ""}});
  CHECK(push(main + "  ", "5").status == 200);
  CHECK(served.calls == 2);

  const Answer wrong =
      ask(served.port(), "POST", "/hooks/github", signed_by("wrong", main, "6"), main);
  CHECK(wrong.status == 401);
  CHECK(wrong.body == "signature does not fit\n");
  CHECK(served.calls == 2);
}

TEST_CASE("A secret may change while the server runs") {
  const Served served;
  const std::string body = R"({"ref":"refs/heads/main"})";
  const auto status = [&](const std::string& secret, const std::string& id) {
    return ask(served.port(), "POST", "/hooks/github", signed_by(secret, body, id), body).status;
  };
  CHECK(status("next", "1") == 401);
  served.secret("github", "secret\nnext");
  CHECK(status("next", "2") == 200);
  std::filesystem::remove(served.folder / "github");
  CHECK(status("next", "3") == 404);
}
