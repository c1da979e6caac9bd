#include "tests/chart/chart.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::tests;

namespace {

// As much of the Prometheus operator's definition as tells a wrong ServiceMonitor from a right one.
constexpr const char* service_monitors = R"({
  "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
  "metadata": {"name": "servicemonitors.monitoring.coreos.com"},
  "spec": {"group": "monitoring.coreos.com", "scope": "Namespaced",
    "names": {"kind": "ServiceMonitor", "plural": "servicemonitors"},
    "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
      "type": "object", "required": ["spec"], "properties": {"spec": {
        "type": "object", "required": ["endpoints", "selector"], "properties": {
          "selector": {"type": "object", "properties": {"matchLabels": {
            "type": "object", "additionalProperties": {"type": "string"}}}},
          "namespaceSelector": {"type": "object", "properties": {"matchNames": {
            "type": "array", "items": {"type": "string"}}}},
          "endpoints": {"type": "array", "items": {"type": "object", "properties": {
            "port": {"type": "string"}, "path": {"type": "string"},
            "scheme": {"type": "string", "enum": ["http", "https"]},
            "interval": {"type": "string"}, "scrapeTimeout": {"type": "string"},
            "tlsConfig": {"type": "object", "properties": {"serverName": {"type": "string"}}}
          }}}}}}}}}]}})";

void define_service_monitors() {
  const KubeReply made = create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                                parse_json_text(service_monitors));
  INFO(made.body);
  REQUIRE(made.status == 201);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  const KubeCall look = {.path = "/apis/monitoring.coreos.com/v1/servicemonitors"};
  while (server().call(0, look).status != 200) REQUIRE(std::chrono::steady_clock::now() < deadline);
}

void check_taken(const KubeReply& reply, const Json::Value& object) {
  INFO(object["kind"].asString() << ": " << reply.status << " " << reply.body << reply.error);
  CHECK(reply.status == 201);
  CHECK(reply.warnings == std::vector<std::string>{});
}

Outcome helm_on_server(Arguments arguments) {
  static const TempFolder folder;
  const auto file = folder.path() / "kubeconfig";
  server().write_kubeconfig(file);
  arguments.insert(arguments.end(), {"--kubeconfig", file.string(), "--namespace", "by-helm"});
  return helm(arguments);
}

std::vector<std::string> left_of(const std::string& collection) {
  const KubeReply reply =
      server().call(0, {.path = collection + "?labelSelector=app.kubernetes.io/instance%3Dfleet"});
  REQUIRE(reply.status == 200);
  std::vector<std::string> names;
  const Json::Value list = parse_json_text(reply.body);
  for (const Json::Value& item : list["items"])
    names.push_back(item["metadata"]["name"].asString());
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("an API server takes everything that is rendered, strictly and without a warning") {
  define_service_monitors();
  for (const std::string& values : value_files()) {
    INFO(values);
    const std::string space = "of-" + values;
    make_restricted_namespace(space);
    const Objects objects = rendered(values, space);
    for (const Json::Value& object : objects)
      check_taken(create(collection_of(object, space), object, "&dryRun=All"), object);
    for (const Json::Value& object : objects)
      check_taken(create(collection_of(object, space), object), object);
    const Json::Value pod = pod_of(objects);
    check_taken(create(collection_of(pod, space), pod, "&dryRun=All"), pod);
  }
}

// The proof that the case above can fail.
TEST_CASE("that API server is strict, warns, and holds to the standard") {
  make_restricted_namespace("strict");
  const Objects objects = rendered("default", "strict");

  Json::Value misspelt = workload(objects);
  misspelt["spec"]["template"]["spec"]["enableServiceLink"] = false;
  CHECK(create(collection_of(misspelt, "strict"), misspelt).status == 400);

  Json::Value root = workload(objects);
  root["spec"]["template"]["spec"]["securityContext"]["runAsNonRoot"] = false;
  CHECK_FALSE(create(collection_of(root, "strict"), root).warnings.empty());

  Json::Value pod = pod_of(objects);
  pod["spec"]["containers"][0]["securityContext"]["capabilities"].clear();
  CHECK(create(collection_of(pod, "strict"), pod).status == 403);
}

TEST_CASE("helm installs, upgrades and uninstalls it, and leaves nothing behind") {
  const std::string chart = chart_folder().string();
  make_restricted_namespace("by-helm");
  const std::string deployments = "/apis/apps/v1/namespaces/by-helm/deployments";
  const std::string sets = "/apis/apps/v1/namespaces/by-helm/statefulsets";

  const Outcome installed =
      helm_on_server({"install", "fleet", chart, "--values", value_file("standby").string()});
  INFO(installed.text());
  REQUIRE(installed.code == 0);
  CHECK_FALSE(contains(installed.err, "warning"));
  CHECK(contains(installed.out, "one of 2 replicas works"));
  CHECK(left_of(deployments) == Names{"fleet-flotilla"});

  const Outcome upgraded = helm_on_server({"upgrade", "fleet", chart, "--values",
                                           value_file("secrets").string(), "--set", "replicas=3"});
  INFO(upgraded.text());
  REQUIRE(upgraded.code == 0);
  CHECK(left_of("/apis/policy/v1/namespaces/by-helm/poddisruptionbudgets").empty());

  const Outcome sharded =
      helm_on_server({"upgrade", "fleet", chart, "--values", value_file("sharded").string()});
  INFO(sharded.text());
  REQUIRE(sharded.code == 0);
  CHECK(left_of(deployments).empty());
  CHECK(left_of(sets) == Names{"fleet-flotilla"});
  CHECK(left_of("/api/v1/namespaces/by-helm/services") ==
        Names{"fleet-flotilla", "fleet-flotilla-replicas"});

  const Outcome gone = helm_on_server({"uninstall", "fleet"});
  INFO(gone.text());
  REQUIRE(gone.code == 0);
  for (const std::string& collection :
       {deployments, sets, std::string("/api/v1/namespaces/by-helm/services"),
        std::string("/api/v1/namespaces/by-helm/serviceaccounts"),
        std::string("/api/v1/namespaces/by-helm/secrets"),
        std::string("/apis/rbac.authorization.k8s.io/v1/namespaces/by-helm/roles"),
        std::string("/apis/rbac.authorization.k8s.io/v1/namespaces/by-helm/rolebindings")})
    CHECK(left_of(collection).empty());
}
