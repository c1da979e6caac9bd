#include "reconciler/kube/discovery.h"

#include "render/document/json.h"
#include "tests/unit/kube/http_fixture.h"
#include "tests/unit/kube/run.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::kube;
using test::HttpFixture;
using test::Reply;
using test::Request;

namespace {

constexpr const char* kCore =
    R"({"kind":"APIGroupDiscoveryList","items":[{"metadata":{},"versions":[{
  "version":"v1","freshness":"Current","resources":[
    {"resource":"configmaps","responseKind":{"group":"","version":"","kind":"ConfigMap"},"scope":"Namespaced",
     "verbs":["get","list"]},
    {"resource":"pods","responseKind":{"group":"","version":"v1","kind":"Pod"},"scope":"Namespaced","verbs":["get"],
     "subresources":[{"subresource":"log","responseKind":{"kind":"Pod"},"verbs":["get"]}]},
    {"resource":"nodes","responseKind":{"group":"","version":"v1","kind":"Node"},"scope":"Cluster","verbs":["get"]}]}]}]})";

constexpr const char* kGroups = R"({"kind":"APIGroupDiscoveryList","items":[
  {"metadata":{"name":"autoscaling"},"versions":[
    {"version":"v2","freshness":"Current","resources":[{"resource":"horizontalpodautoscalers",
      "responseKind":{"kind":"HorizontalPodAutoscaler"},"scope":"Namespaced","verbs":["get"]}]},
    {"version":"v1","freshness":"Current","resources":[{"resource":"horizontalpodautoscalers",
      "responseKind":{"kind":"HorizontalPodAutoscaler"},"scope":"Namespaced","verbs":["get"]}]}]},
  {"metadata":{"name":"metrics.k8s.io"},"versions":[{"version":"v1beta1","freshness":"Stale"}]}]})";

// The same server, one that knows no aggregated discovery.
Reply classic(const Request& request) {
  if (request.path == "/api") return Reply{200, R"({"kind":"APIVersions","versions":["v1"]})"};
  if (request.path == "/apis") {
    return Reply{200, R"({"kind":"APIGroupList","groups":[
      {"name":"autoscaling","versions":[{"groupVersion":"autoscaling/v1","version":"v1"},
        {"groupVersion":"autoscaling/v2","version":"v2"}],"preferredVersion":{"version":"v2"}},
      {"name":"metrics.k8s.io","versions":[{"version":"v1beta1"}],"preferredVersion":{"version":"v1beta1"}}]})"};
  }
  if (request.path == "/api/v1") {
    return Reply{200, R"({"kind":"APIResourceList","resources":[
      {"name":"configmaps","namespaced":true,"kind":"ConfigMap","verbs":["get","list"]},
      {"name":"pods","namespaced":true,"kind":"Pod","verbs":["get"]},
      {"name":"pods/log","namespaced":true,"kind":"Pod","verbs":["get"]},
      {"name":"nodes","namespaced":false,"kind":"Node","verbs":["get"]}]})"};
  }
  if (request.path.starts_with("/apis/autoscaling/")) {
    return Reply{200, R"({"kind":"APIResourceList","resources":[{"name":"horizontalpodautoscalers",
      "namespaced":true,"kind":"HorizontalPodAutoscaler","verbs":["get"]}]})"};
  }
  return Reply{404, "page not found"};
}

Reply aggregated(const Request& request) {
  return Reply{200, request.path == "/api" ? kCore : kGroups};
}

}  // namespace

TEST_CASE("aggregated and classic discovery find the same kinds") {
  const bool old = GENERATE(false, true);
  CAPTURE(old);
  HttpFixture server(
      [old](const Request& request) { return old ? classic(request) : aggregated(request); });
  Loop loop;
  Access access;
  access.server = server.url();
  Client client(loop, access);
  const auto found = test::run(loop, client.discover());
  REQUIRE(found);
  const Resource* config_map = found->find({"", "ConfigMap"});
  REQUIRE(config_map != nullptr);
  CHECK(config_map->plural == "configmaps");
  CHECK(config_map->version == "v1");
  CHECK(config_map->namespaced);
  CHECK(config_map->verbs == std::vector<std::string>{"get", "list"});
  REQUIRE(found->find({"", "Node"}) != nullptr);
  CHECK_FALSE(found->find({"", "Node"})->namespaced);
  CHECK(found->kinds.at({"", "Pod"}).size() == 1);  // its subresources are no kinds
  const GroupKind scaler{"autoscaling", "HorizontalPodAutoscaler"};
  REQUIRE(found->find(scaler) != nullptr);
  CHECK(found->find(scaler)->version == "v2");
  REQUIRE(found->find(scaler, "v1") != nullptr);
  CHECK(found->find(scaler, "v1")->version == "v1");
  CHECK(found->find(scaler, "v3") == nullptr);
  CHECK(found->find({"apps", "Deployment"}) == nullptr);
  REQUIRE(found->faults.size() == 1);
  CHECK(found->faults[0].code == "discovery-failed");
  CHECK_THAT(found->faults[0].message,
             Catch::StartsWith("kinds of metrics.k8s.io/v1beta1 are not known: "));
  CHECK(server.requests().size() == (old ? 6U : 2U));
  CHECK_THAT(server.requests()[0].headers.at("accept"),
             Catch::Contains("as=APIGroupDiscoveryList"));
}

TEST_CASE("discovery of a server that refuses is an error") {
  HttpFixture server([](const Request&) {
    return Reply{403, R"({"kind":"Status","reason":"Forbidden","message":"no"})"};
  });
  Loop loop;
  Access access;
  access.server = server.url();
  Client client(loop, access);
  const auto found = test::run(loop, client.discover());
  REQUIRE_FALSE(found);
  CHECK(found.error().error.code == Code::forbidden);
}

TEST_CASE("discovery documents of odd shapes hold nothing") {
  for (
      const char* text :
      {"{}", R"({"kind":"APIGroupDiscoveryList","items":{}})",
       R"({"kind":"APIGroupDiscoveryList","items":[{"versions":[{"resources":[{"resource":"x","responseKind":null}]}]}]})"}) {
    Discovery discovery;
    const Json::Value document = *parse_json(text);
    add_aggregated(discovery, document);
    add_classic(discovery, {"g", "v1"}, document);
    CHECK(discovery.kinds.empty());
    CHECK(group_versions(document).empty());
  }
}
