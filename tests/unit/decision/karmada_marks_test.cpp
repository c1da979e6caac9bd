#include "reconciler/decision/bookkeeping.h"
#include "render/document/json.h"
#include "tests/unit/decision/repository.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::tests;

namespace {

Files karmada() {
  return {{"fleet.yaml",
           "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: f}\nspec: "
           "{compatibility: karmada}\n"},
          {"eu.yaml", cluster("eu")},
          {"ap.yaml", cluster("ap")},
          {"a.yaml", config_map("a")},
          {"p.yaml", policy_for("p", "v1 ConfigMap", "  conflictResolution: Overwrite\n")}};
}

Json::Value sent(const decision::Decision& decision, const std::string& cluster,
                 const ObjectKey& object) {
  const manifest::Manifest* manifest = manifest_of(decision, cluster, object);
  REQUIRE(manifest != nullptr);
  return parse_json(*manifest->json).value();
}

}  // namespace

TEST_CASE("with compatibility: karmada objects carry what Karmada's tools look for") {
  const Json::Value a = sent(tests::decide(karmada()), "eu", key("a"));
  CHECK(label(a, "karmada.io/managed") == "true");
  CHECK(annotation(a, "resourcebinding.karmada.io/namespace") == "shop");
  CHECK(annotation(a, "resourcebinding.karmada.io/name") == "a-configmap");
  CHECK(annotation(a, "work.karmada.io/name") == decision::work_name(key("a")));
  CHECK(annotation(a, "work.karmada.io/namespace") == "karmada-es-eu");
  CHECK(annotation(a, "work.karmada.io/conflict-resolution") == "overwrite");
  CHECK(annotation(a, "resourcetemplate.karmada.io/managed-labels") == "karmada.io/managed");
  CHECK(annotation(a, "resourcetemplate.karmada.io/managed-annotations") ==
        "resourcebinding.karmada.io/name,resourcebinding.karmada.io/namespace,"
        "resourcetemplate.karmada.io/managed-annotations,"
        "resourcetemplate.karmada.io/managed-labels,work.karmada.io/conflict-resolution,"
        "work.karmada.io/name,work.karmada.io/namespace");
}

TEST_CASE("each cluster has its own Work") {
  const Json::Value a = sent(tests::decide(karmada()), "ap", key("a"));
  CHECK(annotation(a, "work.karmada.io/namespace") == "karmada-es-ap");
}

TEST_CASE("what is cluster-scoped names its ClusterResourceBinding") {
  Files files = karmada();
  files["role.yaml"] =
      "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: view}\n";
  files["c.yaml"] = cluster_policy_for("c", "rbac.authorization.k8s.io/v1 ClusterRole");
  const Json::Value role =
      sent(tests::decide(files), "eu", {"rbac.authorization.k8s.io", "ClusterRole", "", "view"});
  CHECK(annotation(role, "clusterresourcebinding.karmada.io/name") == "view-clusterrole");
  CHECK(annotation(role, "resourcebinding.karmada.io/name").empty());
  CHECK(annotation(role, "work.karmada.io/conflict-resolution") == "abort");
}

TEST_CASE("without it there is nothing of that") {
  Files files = karmada();
  files.erase("fleet.yaml");
  const auto decision = tests::decide(files);
  CHECK(manifest_of(decision, "eu", "a")->json->find("karmada.io") == std::string::npos);
  CHECK(manifest_of(decision, "eu", "a")->terms.takes_over);
}

TEST_CASE("names of Works are as Karmada makes them") {
  CHECK(decision::safe_hash("") == "65bb57b6b5");
  CHECK(decision::work_name({"", "ConfigMap", "shop", "a"}) == "a-78c467b586");
  CHECK(decision::work_name({"rbac.authorization.k8s.io", "ClusterRole", "", "system:Node"}) ==
        "system.node-85ff668577");
}
