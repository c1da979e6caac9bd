#include "tests/integration/fleet/work_tree.h"

#include <catch2/catch.hpp>

// `flotilla status` reads the status branch alone.
namespace flotilla::tests {
namespace {

constexpr std::string_view fleet = R"(apiVersion: flotilla.dev/v1alpha1
kind: Fleet
metadata: {name: shop}
status:
  revision: main@sha1:0123456789abcdef0123456789abcdef01234567
  conditions:
  - {type: Ready, status: "False", reason: DeletionsHeld, message: 1 deletion held}
)";

constexpr std::string_view eu = R"(apiVersion: cluster.karmada.io/v1alpha1
kind: Cluster
metadata: {name: eu}
status:
  conditions:
  - {type: Ready, status: "True", reason: ClusterReady, message: the cluster answers}
  - {type: DeletionsHeld, status: "True", reason: WaitsForConfirmation, message: 1 of 2 objects wait}
  - {type: Permitted, status: "False", reason: Forbidden, message: "Secret: may not list"}
  - {type: Leaving, status: "True", reason: WaitsForConfirmation, message: its file left}
)";

constexpr std::string_view us = R"(apiVersion: cluster.karmada.io/v1alpha1
kind: Cluster
metadata: {name: us}
status:
  conditions:
  - {type: Ready, status: "False", reason: ClusterNotReachable, message: connection refused}
)";

constexpr std::string_view inventory = R"(apiVersion: flotilla.dev/v1alpha1
kind: Inventory
metadata: {name: eu}
items:
- {apiVersion: v1, kind: ConfigMap, namespace: shop, name: old, state: HeldForDeletion, held: "sha256:aaaaaaaaaaaa"}
- {apiVersion: apps/v1, kind: Deployment, namespace: shop, name: web, state: Drifted, drift: .spec.replicas by vi}
)";

constexpr std::string_view binding = R"(apiVersion: work.karmada.io/v1alpha2
kind: ResourceBinding
metadata: {name: web-deployment, namespace: shop}
spec:
  resource: {apiVersion: apps/v1, kind: Deployment, namespace: shop, name: web}
  clusters: [{name: eu}, {name: us}]
status:
  aggregatedStatus:
  - {clusterName: eu, applied: true, health: Healthy}
  - clusterName: us
    applied: false
    appliedMessage: "cluster us is unreachable: connection refused"
    health: Unknown
)";

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t number = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++number;
  return number;
}

struct Branch {
  WorkTree tree;

  Branch() {
    tree.write("README", "a repository\n");
    tree.commit("first");
    tree.git({"checkout", "--quiet", "-b", status_branch});
    tree.write("fleet.yaml", fleet);
    tree.write("clusters/eu.yaml", eu);
    tree.write("clusters/us.yaml", us);
    tree.write("inventory/eu.yaml", inventory);
    tree.write("bindings/shop/web-deployment.yaml", binding);
    tree.commit("status");
  }
  Outcome status(const std::string& output) const {
    return flotilla({"status", "--repo", tree.path().string(), "-o", output});
  }
};

}  // namespace

TEST_CASE("status counts drift and held deletions, and lists what a person should look at") {
  const Branch branch;
  const Outcome shown = branch.status("table");
  INFO(shown.text());
  CHECK(shown.code == 0);
  CHECK(contains(shown.out,
                 "CLUSTER  READY  OBJECTS  APPLIED  HEALTHY  DRIFT  HELD  VERSION  MESSAGE"));
  CHECK(contains(shown.out, "eu       yes    1        1        1        1      1"));
  CHECK(contains(shown.out, "Deletions waiting for a person:\neu: 1 of 2 objects wait\n"));
  CHECK(contains(shown.out, "confirmDeletions: [\"sha256:aaaaaaaaaaaa\"]"));
  CHECK(contains(shown.out, "Clusters that left the repository:\neu: its file left\n"));
  CHECK(
      contains(shown.out, "Drift:\neu: Deployment.apps/shop/web: .spec.replicas by vi (stands)\n"));
  CHECK(contains(shown.out, "Beyond reach:\neu: Secret: may not list\n"));
}

TEST_CASE("status tells once why a cluster is unreachable") {
  const Branch branch;
  const Outcome shown = branch.status("table");
  INFO(shown.text());
  CHECK(times(shown.out, "connection refused") == 1);
}

TEST_CASE("status in JSON and YAML has the inventories too") {
  const Branch branch;
  const Outcome shown = branch.status("json");
  INFO(shown.text());
  REQUIRE(shown.code == 0);
  const Json::Value document = parse_json_text(shown.out);
  REQUIRE(document["inventory"].size() == 1);
  CHECK(document["inventory"][0]["items"][0]["held"].asString() == "sha256:aaaaaaaaaaaa");
  CHECK(document["inventory"][0]["items"][1]["drift"].asString() == ".spec.replicas by vi");
  CHECK(document["clusters"].size() == 2);
  CHECK(document["bindings"].size() == 1);
  CHECK(contains(branch.status("yaml").out, "state: HeldForDeletion"));
}

}  // namespace flotilla::tests
