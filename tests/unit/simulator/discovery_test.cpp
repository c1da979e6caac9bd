#include "client.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace flotilla;
using namespace flotilla::simulator;
using namespace flotilla::simulator::testing;

namespace {

const std::string aggregated =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

const Json::Value* resource(const Answer& list, const std::string& name) {
  for (const Json::Value& entry : list.body["resources"])
    if (entry["name"] == name) return &entry;
  return nullptr;
}

}  // namespace

TEST_CASE("health and version are open to everybody") {
  const auto simulator = started();
  const Client client(*simulator);
  for (const char* path : {"/healthz", "/livez", "/readyz", "/livez/ping"}) {
    Ask ask;
    ask.path = path;
    ask.token = "none";
    CHECK(client.send(ask).text == "ok");
  }
  CHECK(client.get("/version").at("gitVersion") == "v1.36.2");
  CHECK(client.get("/version").at("minor") == "36");
}

TEST_CASE("the old discovery documents") {
  const auto simulator = started();
  const Client client(*simulator);
  CHECK(client.get("/api").at("versions") == R"(["v1"])");
  CHECK(client.get("/apis").at("kind") == "APIGroupList");
  CHECK(client.get("/apis/apps").at("preferredVersion.groupVersion") == "apps/v1");
  CHECK(client.get("/apis/autoscaling").at("preferredVersion.version") == "v2");
  const Answer apps = client.get("/apis/apps/v1");
  const Json::Value* entry = resource(apps, "deployments");
  REQUIRE(entry != nullptr);
  CHECK(text_at(*entry, "kind") == "Deployment");
  CHECK(text_at(*entry, "singularName") == "deployment");
  CHECK(text_at(*entry, "shortNames") == R"(["deploy"])");
  CHECK(text_at(*entry, "categories") == R"(["all"])");
  CHECK(text_at(*entry, "namespaced") == "true");
  CHECK(resource(apps, "deployments/scale") != nullptr);
  CHECK(client.get("/apis/nothing.example.com/v1").status == 404);
}

TEST_CASE("aggregated discovery is one document") {
  const auto simulator = started();
  const Client client(*simulator);
  const Answer core = client.get("/api", aggregated);
  CHECK(core.headers.at("content-type") == aggregated);
  CHECK(core.at("kind") == "APIGroupDiscoveryList");
  CHECK(core.at("apiVersion") == "apidiscovery.k8s.io/v2");
  const Answer groups = client.get("/apis", aggregated + ",application/json");
  std::vector<std::string> names;
  for (const Json::Value& item : groups.body["items"])
    names.push_back(item["metadata"]["name"].asString());
  for (const char* wanted :
       {"apps", "batch", "networking.k8s.io", "rbac.authorization.k8s.io", "policy", "autoscaling",
        "storage.k8s.io", "scheduling.k8s.io", "coordination.k8s.io", "apiextensions.k8s.io",
        "admissionregistration.k8s.io", "apiregistration.k8s.io", "discovery.k8s.io",
        "node.k8s.io"})
    CHECK(std::ranges::count(names, wanted) == 1);
  const Json::Value& first = core.body["items"][0]["versions"][0]["resources"][0];
  CHECK(text_at(first, "resource") == "configmaps");
  CHECK(text_at(first, "responseKind.kind") == "ConfigMap");
  CHECK(text_at(first, "scope") == "Namespaced");
}

TEST_CASE("kinds and their facts") {
  const auto simulator = started();
  const Client client(*simulator);
  struct Case {
    const char* path;
    const char* plural;
    const char* kind;
    const char* namespaced;
  };
  const Case c = GENERATE(
      values<Case>({{"/api/v1", "namespaces", "Namespace", "false"},
                    {"/api/v1", "endpoints", "Endpoints", "true"},
                    {"/api/v1", "persistentvolumes", "PersistentVolume", "false"},
                    {"/apis/networking.k8s.io/v1", "ingresses", "Ingress", "true"},
                    {"/apis/networking.k8s.io/v1", "networkpolicies", "NetworkPolicy", "true"},
                    {"/apis/rbac.authorization.k8s.io/v1", "clusterroles", "ClusterRole", "false"},
                    {"/apis/storage.k8s.io/v1", "storageclasses", "StorageClass", "false"},
                    {"/apis/scheduling.k8s.io/v1", "priorityclasses", "PriorityClass", "false"},
                    {"/apis/policy/v1", "poddisruptionbudgets", "PodDisruptionBudget", "true"},
                    {"/apis/batch/v1", "cronjobs", "CronJob", "true"},
                    {"/apis/coordination.k8s.io/v1", "leases", "Lease", "true"}}));
  const Answer list = client.get(c.path);
  const Json::Value* entry = resource(list, c.plural);
  REQUIRE(entry != nullptr);
  CHECK(text_at(*entry, "kind") == c.kind);
  CHECK(text_at(*entry, "namespaced") == c.namespaced);
}

TEST_CASE("OpenAPI names the kinds") {
  const auto simulator = started();
  const Client client(*simulator);
  CHECK(client.get("/openapi/v2").at("swagger") == "2.0");
  const Answer index = client.get("/openapi/v3");
  CHECK(index.body["paths"].isMember("apis/apps/v1"));
  CHECK(client.get("/openapi/v3/apis/apps/v1").at("openapi") == "3.0.0");
  CHECK(client.get("/openapi/v3/apis/none/v1").status == 404);
}
