#include "reconciler/kube/names.h"

#include "render/document/json.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::kube;

namespace {

Resource resource(const std::string& group, const std::string& version, const std::string& kind,
                  const std::string& plural) {
  return {group, version, kind, plural, true, {"get", "list"}};
}

NamedDiscovery served() {
  NamedDiscovery discovery;
  const auto add = [&](const Resource& one, std::vector<std::string> short_names,
                       std::vector<std::string> categories) {
    const GroupKind kind{one.group, one.kind};
    discovery.served.kinds[kind].push_back(one);
    discovery.names[kind] = {"", std::move(short_names), std::move(categories)};
  };
  add(resource("apps", "v1", "Deployment", "deployments"), {"deploy"}, {"all"});
  add(resource("", "v1", "Service", "services"), {"svc"}, {"all"});
  add(resource("", "v1", "Event", "events"), {"ev"}, {});
  add(resource("events.k8s.io", "v1", "Event", "events"), {"ev"}, {});
  add(resource("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"), {"hpa"},
      {"all"});
  add(resource("autoscaling", "v1", "HorizontalPodAutoscaler", "horizontalpodautoscalers"), {"hpa"},
      {"all"});
  add(resource("metrics.k8s.io", "v1beta1", "PodMetrics", "pods"), {}, {});
  add(resource("", "v1", "Pod", "pods"), {"po"}, {});
  add({"authentication.k8s.io", "v1", "TokenReview", "tokenreviews", false, {"create"}}, {}, {});
  // A short name that another kind has for its name.
  add(resource("example.com", "v1", "Svc", "svcs"), {"po"}, {});
  discovery.names[{"", "Pod"}].singular = "pod";
  return discovery;
}

std::string found(const NamedDiscovery& discovery, std::string_view text) {
  std::string names;
  for (const Resource* one : find_kinds(discovery, text))
    names += (names.empty() ? "" : " ") + one->kind + "." + one->version + "." + one->group;
  return names;
}

}  // namespace

TEST_CASE("kinds are found by every name that kubectl knows") {
  const NamedDiscovery discovery = served();
  const std::string deployment = "Deployment.v1.apps";
  for (const char* text :
       {"Deployment", "deployment", "deployments", "DEPLOYMENTS", "deploy", "deployments.apps",
        "deploy.apps", "deployments.v1.apps", "Deployment.apps"}) {
    INFO(text);
    CHECK(found(discovery, text) == deployment);
  }
  CHECK(found(discovery, "hpa") == "HorizontalPodAutoscaler.v2.autoscaling");
  CHECK(found(discovery, "hpa.v1.autoscaling") == "HorizontalPodAutoscaler.v1.autoscaling");
  CHECK(found(discovery, "pod") == "Pod.v1.");
  CHECK(found(discovery, "pods.v1.") == "Pod.v1.");
  CHECK(found(discovery, "pods.metrics.k8s.io") == "PodMetrics.v1beta1.metrics.k8s.io");
}

TEST_CASE("where several kinds have a name, the core group and full names come first") {
  const NamedDiscovery discovery = served();
  CHECK(found(discovery, "events") == "Event.v1.");
  CHECK(found(discovery, "events.events.k8s.io") == "Event.v1.events.k8s.io");
  CHECK(found(discovery, "svc") == "Svc.v1.example.com");
  CHECK(found(discovery, "po") == "Pod.v1.");
  CHECK(found(discovery, "all") ==
        "Service.v1. Deployment.v1.apps HorizontalPodAutoscaler.v2.autoscaling");
}

TEST_CASE("what is not served, or cannot be listed, is not found") {
  const NamedDiscovery discovery = served();
  for (const char* text :
       {"", ".", "widgets", "deployments.extensions", "deployments.v2.apps", "tokenreviews"}) {
    INFO(text);
    CHECK(found(discovery, text).empty());
  }
}

TEST_CASE("names are read from discovery documents of both forms") {
  std::map<GroupKind, Names> names;
  add_names(names, "apps", *parse_json(R"({"kind":"APIResourceList","resources":[
    {"name":"deployments","singularName":"deployment","kind":"Deployment","shortNames":["deploy"],"categories":["all"]},
    {"name":"deployments/scale","kind":"Scale","shortNames":["x"]}]})"));
  add_names(names, "", *parse_json(R"({"kind":"APIGroupDiscoveryList","items":[
    {"metadata":{"name":"batch"},"versions":[{"version":"v1","resources":[
      {"resource":"jobs","singularResource":"job","responseKind":{"kind":"Job"},"categories":["all"]}]}]}]})"));
  REQUIRE(names.size() == 2);
  const Names& deployment = names.at({"apps", "Deployment"});
  CHECK(deployment.singular == "deployment");
  CHECK(deployment.short_names == std::vector<std::string>{"deploy"});
  CHECK(deployment.categories == std::vector<std::string>{"all"});
  CHECK(names.at({"batch", "Job"}).singular == "job");
}
