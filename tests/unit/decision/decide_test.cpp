#include "tests/unit/decision/repository.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::tests;

TEST_CASE("a policy sends templates to clusters, overridden and marked") {
  const decision::Decision decision = tests::decide(shop());
  CHECK(clusters_of(decision, "a") == "ap,eu");
  const manifest::Manifest* manifest = manifest_of(decision, "eu", "a");
  REQUIRE(manifest != nullptr);
  CHECK(manifest->json->find("\"mark\":\"one\"") != std::string::npos);
  CHECK(manifest->json->find("\"flotilla.dev/source\":\"apps/a.yaml\"") != std::string::npos);
  CHECK(decision.problems.empty());
}

TEST_CASE("clusters with the same overrides share one manifest") {
  const decision::Decision decision = tests::decide(shop());
  CHECK(manifest_of(decision, "eu", "a")->json.get() ==
        manifest_of(decision, "ap", "a")->json.get());
}

TEST_CASE("a template without policy goes nowhere and is listed") {
  Files files = shop();
  files.erase("policies/shop.yaml");
  const decision::Decision decision = tests::decide(files);
  CHECK(decision.bindings.empty());
  CHECK(decision.unmatched == std::vector<ObjectKey>{key("a"), key("b")});
}

TEST_CASE("the owner is the Fleet's name, flotilla without one") {
  Files files = shop();
  CHECK(tests::decide(files).owner == "flotilla");
  files["fleet.yaml"] =
      "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: shop-fleet}\n";
  const decision::Decision named = tests::decide(files);
  CHECK(named.owner == "shop-fleet");

  files["fleet.yaml"] = "kind: [";
  CHECK(tests::decide(files, remember(named)).owner == "shop-fleet");
}

TEST_CASE("a binding names every file that had a say") {
  const decision::Decision decision = tests::decide(shop());
  CHECK(binding_of(decision, "a")->sources ==
        std::vector<std::string>{"apps/a.yaml", "policies/shop.yaml", "policies/mark.yaml"});
}

TEST_CASE("two kinds of one name get two binding names") {
  Files files = shop();
  files["apps/other.yaml"] =
      "apiVersion: example.com/v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\n";
  files["policies/other.yaml"] =
      "apiVersion: policy.karmada.io/v1alpha1\nkind: PropagationPolicy\nmetadata: {name: other, "
      "namespace: shop}\nspec:\n"
      "  resourceSelectors: [{apiVersion: example.com/v1, kind: ConfigMap}]\n";
  std::vector<std::string> names;
  for (const decision::Binding& binding : tests::decide(files).bindings)
    names.push_back(binding.name);
  CHECK(names == std::vector<std::string>{"a-configmap", "b-configmap", "a-configmap.example.com"});
}

TEST_CASE("the order of files changes nothing") {
  Files renamed;
  for (const auto& [path, content] : shop())
    renamed["z" + std::to_string(9 - renamed.size()) + ".yaml"] = content;
  const decision::Decision one = tests::decide(shop());
  const decision::Decision two = tests::decide(renamed);
  REQUIRE(one.bindings.size() == two.bindings.size());
  for (std::size_t i = 0; i < one.bindings.size(); ++i)
    CHECK(one.bindings[i].object == two.bindings[i].object);
}

TEST_CASE("an override that fails holds the object on that cluster alone") {
  Files files = shop();
  files["policies/mark.yaml"] =
      "apiVersion: policy.karmada.io/v1alpha1\nkind: OverridePolicy\nmetadata: {name: mark, "
      "namespace: shop}\nspec:\n"
      "  resourceSelectors: [{apiVersion: v1, kind: ConfigMap, name: a}]\n  overrideRules:\n"
      "  - targetCluster: {clusterNames: [eu]}\n    overriders:\n      plaintext: [{path: "
      "/data/none/deeper, operator: add, value: x}]\n";
  const decision::Decision decision = tests::decide(files);
  CHECK(decision.work.at("eu").held == std::set<ObjectKey>{key("a")});
  CHECK(decision.work.at("ap").held.empty());
  CHECK(manifest_of(decision, "ap", "a") != nullptr);
  CHECK(manifest_of(decision, "eu", "b") != nullptr);
  REQUIRE(has_error(decision.problems));
  CHECK(decision.problems.front().object == "ConfigMap/shop/a");
}
