#include "reconciler/kube/client.h"
#include "tests/unit/kube/certificates.h"
#include "tests/unit/kube/http_fixture.h"
#include "tests/unit/kube/run.h"
#include "tests/unit/kube/temp_dir.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <fstream>

using namespace flotilla;
using namespace flotilla::kube;
using test::Certificate;
using test::HttpFixture;
using test::Reply;
using test::Request;
using test::TempDir;

namespace {

// Answers 200 to the given token and 401 to others.
HttpFixture::Answer only(const std::string& token) {
  return [token](const Request& request) {
    const auto header = request.headers.find("authorization");
    const bool known = header != request.headers.end() && header->second == "Bearer " + token;
    return known ? Reply{200, "in"}
                 : Reply{401,
                         R"({"kind":"Status","reason":"Unauthorized","message":"Unauthorized"})"};
  };
}

ApiResult<std::string> get(const Access& access, int times = 1) {
  Loop loop;
  Client client(loop, access);
  ApiResult<std::string> answer;
  for (int i = 0; i < times; ++i) answer = test::run(loop, client.get_raw("/version"));
  return answer;
}

ExecPlugin counting_plugin(const TempDir& dir, const std::string& expires) {
  const auto script = dir.write_script("plugin", R"(
echo run >> "$DIR/runs"
echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{
  "token":"t'$(wc -l < "$DIR/runs")'","expirationTimestamp":"'$EXPIRES'"}}')");
  ExecPlugin plugin;
  plugin.api_version = "client.authentication.k8s.io/v1";
  plugin.command = script.string();
  plugin.env = {{"DIR", dir.path().string()}, {"EXPIRES", expires}};
  return plugin;
}

int runs(const TempDir& dir) {
  std::ifstream file(dir.path() / "runs");
  int count = 0;
  for (std::string line; std::getline(file, line);) ++count;
  return count;
}

}  // namespace

TEST_CASE("a wrong token is unauthorized after one request") {
  HttpFixture server(only("right"));
  Access access;
  access.server = server.url();
  access.token = "wr0ng";
  const auto answer = get(access);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().error.code == Code::unauthorized);
  CHECK(answer.error().error.message == "server says: Unauthorized");
  CHECK(server.requests().size() == 1);
}

TEST_CASE("after a 401 the token file is read again, once") {
  const TempDir dir;
  Access access;
  access.token = "old";
  access.token_file = dir.write("token", "new\n");
  SECTION("and the new token is used") {
    HttpFixture server(only("new"));
    access.server = server.url();
    CHECK(get(access));
    CHECK(server.requests().size() == 2);
  }
  SECTION("and if that is wrong as well, that is all") {
    HttpFixture server(only("newest"));
    access.server = server.url();
    CHECK_FALSE(get(access));
    CHECK(server.requests().size() == 2);
  }
}

namespace {

Task<> get_one(Client& client, int* successes) {
  const ApiResult<std::string> answer = co_await client.get_raw("/version");
  if (answer) ++*successes;
}

// How many of 20 calls at once succeed.
int get_side_by_side(const Access& access) {
  Loop loop;
  Client client(loop, access);
  int successes = 0;
  std::vector<Task<>> tasks;
  for (int i = 0; i < 20; ++i) tasks.push_back(get_one(client, &successes));
  loop.run(all(std::move(tasks)));
  return successes;
}

int refusals(const HttpFixture& server, const std::string& token) {
  int count = 0;
  for (const Request& request : server.requests()) {
    count += request.headers.at("authorization") == "Bearer " + token ? 1 : 0;
  }
  return count;
}

}  // namespace

TEST_CASE("calls side by side with an expired token all succeed with the renewed one") {
  const TempDir dir;
  Access access;
  SECTION("from a file that was written anew") {
    HttpFixture server(only("new"));
    access.server = server.url();
    access.token = "old";
    access.token_file = dir.write("token", "new\n");
    CHECK(get_side_by_side(access) == 20);
    CHECK(refusals(server, "old") <= 20);
    CHECK(refusals(server, "new") == 20);
  }
  SECTION("from a plugin, which runs once for all") {
    HttpFixture server(only("t2"));
    access.server = server.url();
    access.exec = counting_plugin(dir, "2999-01-01T00:00:00Z");
    CHECK(get_side_by_side(access) == 20);
    CHECK(runs(dir) == 2);
  }
}

TEST_CASE("a plugin that fails runs once for all who wait for it") {
  const TempDir dir;
  HttpFixture server(only("t1"));
  Access access;
  access.server = server.url();
  access.exec = counting_plugin(dir, "never");
  CHECK(get_side_by_side(access) == 0);
  CHECK(runs(dir) == 1);
  CHECK(server.requests().empty());
}

TEST_CASE("a token that is written anew while a client lives is used, by watches as well") {
  const TempDir dir;
  std::atomic<bool> expired = false;
  HttpFixture server([&expired](const Request& request) {
    const Reply in{200, "", {}, {"{\"type\":\"BOOKMARK\",\"object\":{}}\n"}};
    const bool old = request.headers.at("authorization") == "Bearer old";
    return old == !expired ? in : Reply{401, R"({"kind":"Status","reason":"Unauthorized"})"};
  });
  Access access;
  access.server = server.url();
  access.token = "old";
  access.token_file = dir.write("token", "old\n");
  Loop loop;
  Client client(loop, access);
  const Resource pods{"", "v1", "Pod", "pods", true, {}};
  int events = 0;
  const auto watch = [&] {
    const auto on_event = [&events](WatchEvent) { return ++events > 0; };
    return test::run(loop, client.watch(pods, "", WatchOptions{}, on_event));
  };
  CHECK(watch());
  expired = true;
  const auto refused = watch();
  REQUIRE_FALSE(refused);
  CHECK(fault_of(refused.error()) == Fault::unauthorized);
  CHECK(server.requests().size() == 2);  // the same token again would be of no use
  dir.write("token", "new\n");
  CHECK(watch());
  CHECK(events == 2);
  CHECK(server.requests().size() == 4);
}

TEST_CASE("basic authentication") {
  HttpFixture server(
      [](const Request& request) { return Reply{200, request.headers.at("authorization")}; });
  Access access;
  access.server = server.url();
  access.username = "me";
  access.password = "pass";
  CHECK(get(access).value() == "Basic bWU6cGFzcw==");
}

TEST_CASE("a plugin runs on first use, on expiry and after a 401") {
  const TempDir dir;
  Access access;
  SECTION("once while its credential lasts") {
    HttpFixture server(only("t1"));
    access.server = server.url();
    access.exec = counting_plugin(dir, "2999-01-01T00:00:00Z");
    CHECK(get(access, 3));
    CHECK(runs(dir) == 1);
    CHECK(server.requests().size() == 3);
  }
  SECTION("again when it has expired") {
    HttpFixture server([](const Request&) { return Reply{200, "in"}; });
    access.server = server.url();
    access.exec = counting_plugin(dir, "2020-01-01T00:00:00Z");
    CHECK(get(access, 3));
    CHECK(runs(dir) == 3);
  }
  SECTION("again after a 401") {
    HttpFixture server(only("t2"));
    access.server = server.url();
    access.exec = counting_plugin(dir, "2999-01-01T00:00:00Z");
    CHECK(get(access));
    CHECK(runs(dir) == 2);
  }
  SECTION("and its failure is the request's") {
    HttpFixture server(only("t2"));
    access.server = server.url();
    access.exec = counting_plugin(dir, "never");
    const auto answer = get(access);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().error.code == Code::unauthorized);
    CHECK(server.requests().empty());
  }
}

TEST_CASE("TLS: who the server is") {
  const Certificate ca = test::make_ca("test CA");
  const auto serve = [](const Certificate& cert) {
    return std::make_unique<HttpFixture>([](const Request&) { return Reply{200, "in"}; },
                                         test::Tls{cert.cert_pem, cert.key_pem});
  };
  Access access;
  access.peer.ca_pem = ca.cert_pem;
  SECTION("a certificate of our CA") {
    const auto server = serve(test::make_certificate(ca, "kubernetes"));
    access.server = server->url();
    CHECK(get(access));
  }
  SECTION("for the name that was asked for") {
    const auto server = serve(test::make_certificate(ca, "kubernetes"));
    access.server = server->url();
    access.peer.tls_server_name = "kubernetes";
    CHECK(get(access));
    CHECK(server->requests()[0].headers.at("host") == server->url().substr(8));
    access.peer.tls_server_name = "other";
    CHECK_FALSE(get(access));
  }
  const auto refused = [&access](const std::string& words) {
    const auto answer = get(access);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().error.code == Code::unauthorized);
    CHECK_THAT(answer.error().error.message, Catch::EndsWith(words));
  };
  SECTION("an expired certificate") {
    const auto server = serve(test::make_certificate(ca, "kubernetes", test::Validity::expired));
    access.server = server->url();
    refused("certificate has expired");
    access.peer.insecure_skip_verify = true;
    CHECK(get(access));
  }
  SECTION("a certificate of another CA") {
    const auto server = serve(test::make_certificate(test::make_ca("other CA"), "kubernetes"));
    access.server = server->url();
    refused("unable to get local issuer certificate");
  }
  SECTION("a CA that is garbage inside") {
    const auto server = serve(test::make_certificate(ca, "kubernetes"));
    access.server = server->url();
    access.peer.ca_pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    const auto answer = get(access);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().error.code == Code::unauthorized);
  }
}

TEST_CASE("TLS: who we are") {
  const Certificate ca = test::make_ca("test CA");
  const Certificate own = test::make_certificate(ca, "127.0.0.1");
  HttpFixture server([](const Request&) { return Reply{200, "in"}; },
                     {own.cert_pem, own.key_pem, ca.cert_pem});
  Access access;
  access.server = server.url();
  access.peer.ca_pem = ca.cert_pem;
  SECTION("without a certificate") { CHECK_FALSE(get(access)); }
  SECTION("with one") {
    const Certificate client = test::make_certificate(ca, "client");
    access.peer.client_cert_pem = client.cert_pem;
    access.peer.client_key_pem = client.key_pem;
    CHECK(get(access));
  }
}
