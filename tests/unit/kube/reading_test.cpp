#include "reconciler/kube/client.h"
#include "tests/unit/kube/api.h"
#include "tests/unit/kube/run.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::kube;
using namespace std::chrono_literals;
using test::access_to;
using test::HttpFixture;
using test::kConfigMaps;
using test::kDeployments;
using test::Reply;
using test::Request;
using test::run;
using test::status;

TEST_CASE("a list read page by page keeps no item, and begins anew when a page has expired") {
  HttpFixture server([](const Request& request) {
    if (request.number == 1) return status(410, "Expired", "too old");
    const std::string more = request.number == 3 ? "" : R"("continue":"t",)";
    return Reply{200, R"({"metadata":{)" + more + R"("resourceVersion":"8"},"items":[
      {"metadata":{"name":"n)" +
                          std::to_string(request.number) + R"("}}]})"};
  });
  Loop loop;
  Client client(loop, access_to(server.url()));
  std::vector<std::string> seen;
  ListOptions options;
  options.begin = [&seen] { seen.emplace_back("begin"); };
  options.each = [&seen](Json::Value item) {
    seen.push_back(item["kind"].asString() + " " + item["metadata"]["name"].asString());
  };
  const auto list = run(loop, client.list(kConfigMaps, "shop", options));
  REQUIRE(list);
  CHECK(list->items.empty());
  CHECK(list->resource_version == "8");
  CHECK(seen ==
        std::vector<std::string>{"begin", "ConfigMap n0", "begin", "ConfigMap n2", "ConfigMap n3"});
}

TEST_CASE("a list is read page by page, and its items say what they are") {
  HttpFixture server([](const Request& request) {
    if (request.query.find("continue=next") == std::string::npos) {
      return Reply{
          200,
          R"({"metadata":{"continue":"next+/=","resourceVersion":"7"},"items":[{"metadata":{"name":"a"}}]})"};
    }
    return Reply{200,
                 R"({"metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":"b"}}]})"};
  });
  Loop loop;
  Client client(loop, access_to(server.url()));
  ListOptions options;
  options.label_selector = "a in (b,c),!d";
  options.field_selector = "metadata.name=x";
  options.metadata_only = true;
  const auto list = run(loop, client.list(kDeployments, "", options));
  REQUIRE(list);
  REQUIRE(list->items.size() == 2);
  CHECK(list->resource_version == "7");
  CHECK(list->items[1]["metadata"]["name"] == "b");
  for (const Json::Value& item : list->items) {
    CHECK(item["apiVersion"] == "apps/v1");
    CHECK(item["kind"] == "Deployment");
  }
  const std::vector<Request> seen = server.requests();
  CHECK(seen[0].path == "/apis/apps/v1/deployments");
  CHECK(seen[0].query == "limit=500&labelSelector=a in (b,c),!d&fieldSelector=metadata.name=x");
  CHECK(seen[1].query ==
        "limit=500&continue=next+/=&labelSelector=a in (b,c),!d&fieldSelector=metadata.name=x");
  CHECK_THAT(seen[0].headers.at("accept"),
             Catch::StartsWith("application/json;as=PartialObjectMetadataList;"));
}

TEST_CASE("a list whose continue token has expired starts over") {
  HttpFixture server([](const Request& request) {
    if (request.number == 1) return status(410, "Expired", "too old");
    const std::string more = request.number == 3 ? "" : R"("continue":"t",)";
    return Reply{
        200, R"({"metadata":{)" + more + R"("resourceVersion":"8"},"items":[{"metadata":{}}]})"};
  });
  Loop loop;
  Client client(loop, access_to(server.url()));
  const auto list = run(loop, client.list(kConfigMaps, "shop"));
  REQUIRE(list);
  CHECK(list->items.size() == 2);  // not the one that was read before
  CHECK(server.requests().size() == 4);
}

TEST_CASE("a list that is too old from its beginning is nobody's to mend") {
  HttpFixture server([](const Request&) { return status(410, "Expired", "too old"); });
  Loop loop;
  Client client(loop, access_to(server.url()));
  const auto list = run(loop, client.list(kConfigMaps, "shop"));
  REQUIRE_FALSE(list);
  CHECK(fault_of(list.error()) == Fault::expired);
  CHECK(is_transient(list.error().error.code));  // the next pass reads anew
  CHECK(server.requests().size() == 1);
}

TEST_CASE("a watch hands over events until the server ends it") {
  HttpFixture server([](const Request&) {
    return Reply{200,
                 "",
                 {},
                 {R"({"type":"ADDED","object":{"metadata":{"na)", R"(me":"a"}}})", "\n",
                  R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9"}}})"
                  "\n"}};
  });
  Loop loop;
  Client client(loop, access_to(server.url()));
  std::vector<WatchEvent> events;
  WatchOptions options;
  options.resource_version = "5";
  options.label_selector = "x=y";
  options.timeout = 400s;
  const auto on_event = [&events](WatchEvent event) {
    events.push_back(std::move(event));
    return true;
  };
  CHECK(run(loop, client.watch(kConfigMaps, "", options, on_event)));
  REQUIRE(events.size() == 2);
  CHECK(events[0].type == "ADDED");
  CHECK(events[0].object["metadata"]["name"] == "a");
  CHECK(events[0].object["kind"] == "ConfigMap");
  CHECK(events[1].object["metadata"]["resourceVersion"] == "9");
  CHECK(server.requests()[0].query ==
        "watch=1&allowWatchBookmarks=true&resourceVersion=5&timeoutSeconds=400&labelSelector=x=y");
}

TEST_CASE("a watch ends with what the server says is wrong") {
  SECTION("in an event") {
    HttpFixture server([](const Request&) {
      return Reply{
          200,
          "",
          {},
          {R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}})"
           "\n"},
          Reply::Then::hang};
    });
    Loop loop;
    Client client(loop, access_to(server.url()));
    std::string seen;
    const auto on_event = [&seen](WatchEvent event) {
      seen = event.type;
      return true;
    };
    const auto result = run(loop, client.watch(kConfigMaps, "", {}, on_event));
    REQUIRE_FALSE(result);
    CHECK(result.error().status == 410);
    CHECK(result.error().reason == "Expired");
    CHECK(seen == "ERROR");
  }
  SECTION("in its answer") {
    HttpFixture server([](const Request&) { return status(403, "Forbidden", "no"); });
    Loop loop;
    Client client(loop, access_to(server.url()));
    const auto result =
        run(loop, client.watch(kConfigMaps, "", {}, [](WatchEvent) { return true; }));
    REQUIRE_FALSE(result);
    CHECK(result.error().error.code == Code::forbidden);
    CHECK(server.requests().size() == 1);
  }
  SECTION("in words that are no JSON") {
    HttpFixture server(
        [](const Request&) { return Reply{200, "", {}, {"<html>\n"}, Reply::Then::hang}; });
    Loop loop;
    Client client(loop, access_to(server.url()));
    const auto result =
        run(loop, client.watch(kConfigMaps, "", {}, [](WatchEvent) { return true; }));
    REQUIRE_FALSE(result);
    CHECK(result.error().error.code == Code::unavailable);
  }
}
