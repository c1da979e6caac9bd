#include "tests/unit/decision/repository.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::tests;

namespace {

std::string roomy(const std::string& name) {
  return "apiVersion: cluster.karmada.io/v1alpha1\nkind: Cluster\nmetadata: {name: " + name +
         "}\nspec: {syncMode: Push}\nstatus:\n  resourceSummary:\n    allocatable: {cpu: \"100\", "
         "pods: \"1000\"}\n";
}

constexpr const char* quota = R"(apiVersion: v1
kind: ResourceQuota
metadata: {name: limit, namespace: shop}
spec: {hard: {requests.cpu: "4"}}
)";

constexpr const char* web = R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 6
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web, resources: {requests: {cpu: "1"}}}]}
)";

// Quotas go to eu alone, the Deployment anywhere, by what is available.
constexpr const char* policies = R"(apiVersion: policy.karmada.io/v1alpha1
kind: PropagationPolicy
metadata: {name: quota, namespace: shop}
spec:
  resourceSelectors: [{apiVersion: v1, kind: ResourceQuota}]
  placement: {clusterAffinity: {clusterNames: [eu]}}
---
apiVersion: policy.karmada.io/v1alpha1
kind: PropagationPolicy
metadata: {name: web, namespace: shop}
spec:
  resourceSelectors: [{apiVersion: apps/v1, kind: Deployment}]
  placement:
    replicaScheduling:
      replicaSchedulingType: Divided
      replicaDivisionPreference: Aggregated
)";

std::string spread_of(const decision::Decision& decision) {
  std::string text;
  for (const decision::Binding& binding : decision.bindings)
    if (binding.object.kind == "Deployment")
      for (const placement::TargetCluster& target : binding.schedule.clusters)
        text += target.name + "=" + std::to_string(*target.replicas) + " ";
  return text;
}

}  // namespace

TEST_CASE("a ResourceQuota limits what its namespace gets on the clusters it goes to") {
  Files files = {{"clusters/eu.yaml", roomy("eu")},
                 {"clusters/us.yaml", roomy("us")},
                 {"policies.yaml", policies},
                 {"web.yaml", web}};
  CHECK(spread_of(decide(files)) == "eu=6 ");
  files["quota.yaml"] = quota;
  CHECK(spread_of(decide(files)) == "us=6 ");  // eu has room for 4
}

TEST_CASE("what a member says is used of a ResourceQuota counts") {
  Files files = {{"clusters/eu.yaml", roomy("eu")},
                 {"policies.yaml", policies},
                 {"quota.yaml", quota},
                 {"web.yaml", web}};
  decision::Previous previous;
  Json::Value status(Json::objectValue);
  status["used"]["requests.cpu"] = "3";
  previous.quota_status[{"", "ResourceQuota", "shop", "limit"}]["eu"] = status;
  const decision::Decision decision = decide(files, previous);
  CHECK(spread_of(decision).empty());
  for (const decision::Binding& binding : decision.bindings)
    if (binding.object.kind == "Deployment")
      CHECK(binding.schedule.message ==
            "failed to assign replicas: failed to scale up: Clusters available replicas 1 are not "
            "enough to schedule.");
}
