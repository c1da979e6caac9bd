#include "reconciler/kube/client.h"

#include "tests/unit/kube/api.h"
#include "tests/unit/kube/run.h"
#include "tests/unit/kube/sockets.h"

#include <catch2/catch.hpp>

#include <atomic>

using namespace flotilla;
using namespace flotilla::kube;
using namespace std::chrono_literals;
using test::access_to;
using test::HttpFixture;
using test::kConfigMaps;
using test::kDeployments;
using test::kNodes;
using test::kSecrets;
using test::Reply;
using test::Request;
using test::run;
using test::status;

TEST_CASE("paths of resources") {
  CHECK(kConfigMaps.path("shop", "web") == "/api/v1/namespaces/shop/configmaps/web");
  CHECK(kDeployments.path("shop", "web") == "/apis/apps/v1/namespaces/shop/deployments/web");
  CHECK(kDeployments.path("shop") == "/apis/apps/v1/namespaces/shop/deployments");
  CHECK(kDeployments.path("") == "/apis/apps/v1/deployments");
  CHECK(kNodes.path("ignored", "n1") == "/api/v1/nodes/n1");
  const Resource roles{"rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", false, {}};
  CHECK(roles.path("", "system:node/x y") ==
        "/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node%2Fx%20y");
}

TEST_CASE("apply is a server-side apply") {
  HttpFixture server([](const Request& request) {
    return Reply{request.number == 0 ? 201 : 200,
                 R"({"kind":"ConfigMap","metadata":{"uid":"u1"}})",
                 {{"Warning", R"(299 - "unknown field \"spec.x\"", 299 - "second")"},
                  {"Warning", R"(299 - "third")"}}};
  });
  Loop loop;
  Client client(loop, access_to(server.url()));
  const auto made = run(loop, client.apply(kConfigMaps, "shop", "web", R"({"a":1})"));
  REQUIRE(made);
  CHECK(made->created);
  CHECK(made->object["metadata"]["uid"] == "u1");
  CHECK(made->warnings == std::vector<std::string>{"unknown field \"spec.x\"", "second", "third"});
  ApplyOptions options;
  options.force = Force::yes;
  options.dry_run = DryRun::yes;
  options.field_manager = "some one";
  const auto again = run(loop, client.apply(kConfigMaps, "shop", "web", R"({"a":1})", options));
  REQUIRE(again);
  CHECK_FALSE(again->created);
  const std::vector<Request> seen = server.requests();
  CHECK(seen[0].method == "PATCH");
  CHECK(seen[0].path == "/api/v1/namespaces/shop/configmaps/web");
  CHECK(seen[0].query == "fieldManager=flotilla");
  CHECK(seen[0].headers.at("content-type") == "application/apply-patch+yaml");
  CHECK(seen[0].headers.at("authorization") == "Bearer s3cret");
  CHECK(seen[0].body == R"({"a":1})");
  CHECK(seen[1].query == "fieldManager=some one&force=true&dryRun=All");
}

TEST_CASE("remove names the uid it means") {
  HttpFixture server(
      [](const Request&) { return Reply{200, R"({"kind":"Status","status":"Success"})"}; });
  Loop loop;
  Client client(loop, access_to(server.url()));
  CHECK(run(loop, client.remove(kDeployments, "shop", "web", "u-1")));
  CHECK(run(loop, client.remove(kDeployments, "shop", "web", "")));
  CHECK(server.requests()[0].method == "DELETE");
  CHECK(server.requests()[0].body ==
        R"({"apiVersion":"v1","kind":"DeleteOptions",)"
        R"("preconditions":{"uid":"u-1"},"propagationPolicy":"Background"})");
  CHECK(server.requests()[1].body ==
        R"({"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background"})");
}

TEST_CASE("remove names the version it means, and what becomes of dependants") {
  HttpFixture server(
      [](const Request&) { return Reply{200, R"({"kind":"Status","status":"Success"})"}; });
  Loop loop;
  Client client(loop, access_to(server.url()));
  RemoveOptions options;
  options.uid = "u-1";
  options.resource_version = "7";
  options.propagation = Propagation::foreground;
  CHECK(run(loop, client.remove(kDeployments, "shop", "web", options)));
  options = {};
  options.propagation = Propagation::orphan;
  CHECK(run(loop, client.remove(kDeployments, "shop", "web", options)));
  CHECK(server.requests()[0].body ==
        R"({"apiVersion":"v1","kind":"DeleteOptions",)"
        R"("preconditions":{"resourceVersion":"7","uid":"u-1"},"propagationPolicy":"Foreground"})");
  CHECK(server.requests()[1].body ==
        R"({"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Orphan"})");
}

TEST_CASE("a JSON patch is sent as it is") {
  HttpFixture server(
      [](const Request&) { return Reply{200, R"({"kind":"ConfigMap","metadata":{}})"}; });
  Loop loop;
  Client client(loop, access_to(server.url()));
  const std::string patch = R"([{"op":"replace","path":"/metadata/resourceVersion","value":"7"}])";
  const auto patched = run(loop, client.json_patch(kConfigMaps, "shop", "web", patch));
  REQUIRE(patched);
  CHECK((*patched)["kind"] == "ConfigMap");
  const Request seen = server.requests()[0];
  CHECK(seen.method == "PATCH");
  CHECK(seen.path == "/api/v1/namespaces/shop/configmaps/web");
  CHECK(seen.query == "fieldManager=flotilla");
  CHECK(seen.headers.at("content-type") == "application/json-patch+json");
  CHECK(seen.body == patch);
}

TEST_CASE("what may pass is tried again") {
  struct Case {
    std::string name;
    Reply first;
  };
  Reply busy = status(429, "TooManyRequests", "storage is (re)initializing");
  busy.headers = {{"Retry-After", "1"}};
  const Case tried = GENERATE_REF(values<Case>({
      {"429", busy},
      {"500 of a webhook", status(500, "InternalError", "failed calling webhook")},
      {"503 of a proxy", Reply{503, "<html>"}},
  }));
  INFO(tried.name);
  const Reply reply = tried.first;
  HttpFixture server(
      [reply](const Request& request) { return request.number == 0 ? reply : Reply{200, "ok"}; });
  Loop loop;
  Client client(loop, access_to(server.url()));
  const auto start = std::chrono::steady_clock::now();
  const auto answer = run(loop, client.get_raw("/version"));
  const auto took = std::chrono::steady_clock::now() - start;
  REQUIRE(answer);
  CHECK(*answer == "ok");
  CHECK(took >= (reply.status == 429 ? 1000ms : 160ms));
  CHECK(server.requests().size() == 2);
}

TEST_CASE("what will not pass is not tried again") {
  const auto [code, reason, message, wanted] = GENERATE(table<int, std::string, std::string, Code>({
      {400, "BadRequest", "bad", Code::invalid},
      {403, "Forbidden", "no", Code::forbidden},
      {404, "NotFound", "namespaces not found", Code::not_found},
      {409, "Conflict", "conflict", Code::conflict},
      {413, "RequestEntityTooLarge", "large", Code::too_large},
      {422, "Invalid", "wrong", Code::invalid},
      {500, "",
       "failed to create typed patch object (shop/web): .spec.replicaz: field not declared in "
       "schema",
       Code::invalid},
      {500, "",
       "failed to convert new object (/w; /v1, Kind=ConfigMap) to proper version: unable to "
       "convert",
       Code::invalid},
  }));
  HttpFixture server([code = code, reason = reason, message = message](const Request&) {
    return status(code, reason, message);
  });
  Loop loop;
  Client client(loop, access_to(server.url()));
  const auto answer = run(loop, client.apply(kDeployments, "shop", "web", "{}"));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().error.code == wanted);
  CHECK(answer.error().status == code);
  CHECK(answer.error().reason == reason);
  CHECK(answer.error().error.message == "server says: " + message);
  CHECK(server.requests().size() == 1);
}

TEST_CASE("a wait that the server asks for is not cut short: the call ends and says so") {
  Reply busy = status(429, "TooManyRequests", "busy");
  busy.headers = {{"Retry-After", "120"}};
  HttpFixture server([busy](const Request&) { return busy; });
  Loop loop;
  Client client(loop, access_to(server.url()));
  const auto answer = run(loop, client.apply(kDeployments, "shop", "web", "{}"));
  REQUIRE_FALSE(answer);
  CHECK(fault_of(answer.error()) == Fault::transient);
  CHECK(
      answer.error().error.message ==
      "server says: busy; it asks to wait 120 s, which is longer than is left of this call's 45 s");
  CHECK(server.requests().size() == 1);
}

TEST_CASE("trying again ends when the patience does") {
  HttpFixture server([](const Request&) { return status(503, "ServiceUnavailable", "down"); });
  Loop loop;
  ClientOptions options;
  options.patience = 1300ms;
  Client client(loop, access_to(server.url()), options);
  const auto answer = run(loop, client.get_raw("/version"));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().error.code == Code::unavailable);
  // At 0, 200 and 600 ms, each wait 20 % shorter or longer; the next would be at 1400.
  CHECK(server.requests().size() == 3);
}

TEST_CASE("a dead server fails within ten seconds, whatever the patience") {
  Loop loop;
  Client client(loop, access_to("http://127.0.0.1:" + std::to_string(test::closed_port())));
  const auto start = std::chrono::steady_clock::now();
  const auto answer = run(loop, client.get_raw("/version"));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().error.code == Code::unavailable);
  CHECK(answer.error().status == 0);
  CHECK(std::chrono::steady_clock::now() - start < 10s);
}

TEST_CASE("a server that answers nobody costs one timeout, whatever the patience") {
  const test::SilentServer server;
  Loop loop;
  ClientOptions options;
  options.timeout = 300ms;
  options.patience = 60s;
  Client client(loop, access_to(server.url()), options);
  const auto start = std::chrono::steady_clock::now();
  const auto answer = run(loop, client.get_raw("/version"));
  const auto took = std::chrono::steady_clock::now() - start;
  REQUIRE_FALSE(answer);
  CHECK(answer.error().error.code == Code::timeout);
  CHECK(fault_of(answer.error()) == Fault::unreachable);
  CHECK(took >= 300ms);
  CHECK(took < 5s);
}

TEST_CASE("the messages of a refused Secret hold none of its values") {
  HttpFixture server([](const Request&) {
    return status(
        422, "Invalid", "Secret web is invalid: data: hunter2 is wrong",
        R"({"kind":"Secret","causes":[{"reason":"FieldValueInvalid","message":"hunter2 is wrong","field":"data[.x]"}]})");
  });
  Loop loop;
  Client client(loop, access_to(server.url()));
  const auto answer = run(loop, client.apply(kSecrets, "shop", "web", "{}"));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().error.message == "server says: Invalid (data[.x])");
  REQUIRE(answer.error().causes.size() == 1);
  CHECK(answer.error().causes[0].field == "data[.x]");
  CHECK(answer.error().causes[0].message.empty());
}

TEST_CASE("a Secret that cannot be decoded is invalid, and its error is as discreet") {
  HttpFixture server([](const Request&) {
    return status(500, "",
                  "failed to convert new object (/w; /v1, Kind=Secret): illegal base64 hunter2");
  });
  Loop loop;
  Client client(loop, access_to(server.url()));
  const auto answer = run(loop, client.apply(kSecrets, "shop", "web", "{}"));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().error.code == Code::invalid);
  CHECK(answer.error().error.message == "server says: HTTP 500");
}

namespace {
Task<> count_success(Client& client, int number, int* successes) {
  const std::string name = "c" + std::to_string(number);
  ApiResult<Applied> applied = co_await client.apply(kConfigMaps, "shop", name, "{}");
  if (applied) ++*successes;
}
}  // namespace

TEST_CASE("3000 applies, and never more in flight than allowed") {
  HttpFixture server([](const Request&) { return Reply{200, "{}"}; });
  Loop loop;
  Client client(loop, access_to(server.url()));
  int successes = 0;
  std::vector<Task<>> tasks;
  for (int i = 0; i < 3000; ++i) tasks.push_back(count_success(client, i, &successes));
  loop.run(all(std::move(tasks)));
  CHECK(successes == 3000);
  CHECK(server.most_at_once() <= 32);
  CHECK(server.connections() <= 32);
}

TEST_CASE("a client may go before its calls") {
  const test::SilentServer server;
  Loop loop;
  int successes = 0;
  {
    Client client(loop, access_to(server.url()), {1, 30s, 45s});
    for (int i = 0; i < 5; ++i) loop.spawn(count_success(client, i, &successes));
    loop.run(loop.sleep(20ms));
  }
  CHECK(successes == 0);
}

TEST_CASE("create and replace send the object as it is") {
  HttpFixture server([](const Request& request) {
    if (request.number == 2) return status(409, "Conflict", "the object has been modified");
    if (request.number == 3) return status(409, "AlreadyExists", "it already exists");
    return Reply{request.method == "POST" ? 201 : 200,
                 R"({"kind":"ConfigMap","metadata":{"resourceVersion":"7"}})"};
  });
  Loop loop;
  Client client(loop, access_to(server.url()));
  const std::string body = R"({"metadata":{"name":"web"}})";
  const auto made = run(loop, client.create(kConfigMaps, "shop", body));
  REQUIRE(made);
  CHECK((*made)["metadata"]["resourceVersion"] == "7");
  REQUIRE(run(loop, client.replace(kConfigMaps, "shop", "web", body)));
  const auto moved = run(loop, client.replace(kConfigMaps, "shop", "web", body));
  REQUIRE_FALSE(moved);
  CHECK(moved.error().reason == "Conflict");
  const auto taken = run(loop, client.create(kConfigMaps, "shop", body));
  REQUIRE_FALSE(taken);
  CHECK(taken.error().reason == "AlreadyExists");
  const std::vector<Request> seen = server.requests();
  REQUIRE(seen.size() == 4);
  CHECK(seen[0].method == "POST");
  CHECK(seen[0].path == "/api/v1/namespaces/shop/configmaps");
  CHECK(seen[0].query == "fieldManager=flotilla");
  CHECK(seen[0].headers.at("content-type") == "application/json");
  CHECK(seen[0].body == body);
  CHECK(seen[1].method == "PUT");
  CHECK(seen[1].path == "/api/v1/namespaces/shop/configmaps/web");
  CHECK(seen[1].body == body);
}
