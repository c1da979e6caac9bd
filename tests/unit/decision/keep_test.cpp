#include "reconciler/decision/plan.h"
#include "tests/unit/decision/repository.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace flotilla;
using namespace flotilla::tests;

// What stands on `cluster` after `decision` was applied there.
static decision::Inventory applied(const decision::Decision& decision, const std::string& cluster) {
  decision::Inventory inventory;
  for (const manifest::Manifest& manifest : decision.work.at(cluster).manifests)
    inventory[manifest.key] = {manifest.key,    manifest.api_version,
                               "uid",           manifest.digest,
                               manifest.source, "",
                               "created",       false,
                               false,           false};
  return inventory;
}

// The names of what a change of the repository would delete on eu, at once or when it is confirmed.
static std::string pruned(const Files& before, const Files& after,
                          bool status_branch_lost = false) {
  const decision::Decision first = tests::decide(before);
  const decision::Decision second =
      tests::decide(after, status_branch_lost ? decision::Previous{} : remember(first));
  const decision::Plan plan = decision::make_plan(second, "eu", applied(first, "eu"));
  std::string names;
  for (const decision::InventoryItem& item : plan.prune) names += item.key.name;
  for (const decision::Plan::Kept& held : plan.held) names += held.item.key.name;
  return names;
}

TEST_CASE("nothing is pruned because it could not be read") {
  struct Case {
    std::string what;
    std::string file;
    std::string content;  // empty: removed
    std::string pruned;
  };
  const std::string broken = "kind: ConfigMap\nmetadata: {name: a";
  const std::vector<Case> cases = {
      {"a template that left", "apps/a.yaml", "", "a"},
      {"a policy that left", "policies/shop.yaml", "", "ab"},
      {"a policy that excludes the cluster", "policies/shop.yaml", policy("shop", "staging"), "ab"},
      {"a template that stops in the middle", "apps/a.yaml", broken, ""},
      {"a template with a wrong name", "apps/a.yaml",
       "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 1, namespace: shop}\n", ""},
      {"a policy that stops in the middle", "policies/shop.yaml", broken, ""},
      {"a policy with an invalid selector", "policies/shop.yaml",
       "apiVersion: policy.karmada.io/v1alpha1\nkind: PropagationPolicy\nmetadata: {name: shop, "
       "namespace: shop}\nspec:\n"
       "  resourceSelectors: [{apiVersion: v1, kind: 7}]\n",
       ""},
      {"a policy with both affinities", "policies/shop.yaml",
       policy("shop", "production") + "    clusterAffinities: [{affinityName: x}]\n", ""},
      {"an override policy in error", "policies/mark.yaml",
       "apiVersion: policy.karmada.io/v1alpha1\nkind: OverridePolicy\n"
       "metadata: {name: mark, namespace: shop}\nspec: {overrideRules: 5}\n",
       ""},
      {"a policy whose labels are no texts", "policies/shop.yaml",
       "apiVersion: policy.karmada.io/v1alpha1\nkind: PropagationPolicy\nmetadata: {name: shop, "
       "namespace: shop, labels: {rev: 7}}\nspec: {resourceSelectors: []}\n",
       ""},
      {"a policy twice", "policies/copy.yaml", policy("shop"), ""},
      {"a policy that lost its kind", "policies/shop.yaml",
       "apiVersion: policy.karmada.io/v1alpha1\nmetadata: {name: shop, namespace: shop}\n", ""},
      {"a template that was cut off", "apps/a.yaml", "apiVersion: v1\n", ""},
      {"a placement with a typo", "policies/shop.yaml",
       policy("shop") + "  placment: {clusterAffinity: {clusterNames: [ap]}}\n", ""},
      {"a template twice", "apps/again.yaml", config_map("a"), ""},
      {"a file that nobody can read, elsewhere", "apps/other.yaml", "{", ""},
  };
  for (const Case& c : cases) {
    Files after = shop();
    if (c.content.empty())
      after.erase(c.file);
    else
      after[c.file] = c.content;
    INFO(c.what);
    CHECK(pruned(shop(), after) == c.pruned);
    CHECK(pruned(shop(), after, true) == c.pruned);
  }
}

TEST_CASE("a template that moves into a file that cannot be read is not pruned") {
  Files after = shop();
  after.erase("apps/a.yaml");
  after["apps/moved.yaml"] = config_map("a") + "  oops: [";
  CHECK(pruned(shop(), after).empty());
  CHECK(pruned(shop(), after, true).empty());
}

TEST_CASE(
    "an object whose policy is in error keeps its decision, and its template goes on changing") {
  Files files = shop();
  files["policies/shop.yaml"] = policy("shop", "production");
  const decision::Decision first = tests::decide(files);
  CHECK(clusters_of(first, "a") == "eu");
  files["policies/shop.yaml"] = "nonsense: [";
  files["apps/a.yaml"] = config_map("a", "2");
  const decision::Decision second = tests::decide(files, remember(first));
  CHECK(clusters_of(second, "a") == "eu");
  CHECK(binding_of(second, "a")->kept);
  CHECK(manifest_of(second, "eu", "a")->json->find("\"value\":\"2\"") != std::string::npos);
  CHECK(has_error(second.problems));

  SECTION("without a previous decision it goes nowhere") {
    CHECK(clusters_of(tests::decide(files), "a") == "-");
  }
  SECTION("once mended it is decided anew") {
    files["policies/shop.yaml"] = policy("shop", "staging");
    const decision::Decision third = tests::decide(files, remember(second));
    CHECK(clusters_of(third, "a") == "ap");
    CHECK_FALSE(binding_of(third, "a")->kept);
  }
}

TEST_CASE("an object that an override policy in error may change is left as it was applied") {
  const decision::Decision first = tests::decide(shop());
  Files files = shop();
  files["policies/mark.yaml"] = "{ broken";
  files["apps/a.yaml"] = config_map("a", "2");
  const decision::Decision second = tests::decide(files, remember(first));
  CHECK(manifest_of(second, "eu", "a") == nullptr);
  CHECK(second.work.at("eu").held.contains(key("a")));
  CHECK(clusters_of(second, "a") == "ap,eu");
}

TEST_CASE("a policy of a version that does not exist is in error") {
  Files files = shop();
  std::string& text = files["policies/shop.yaml"];
  text.replace(text.find("v1alpha1"), 8, "v1beta1");
  const decision::Decision decision = tests::decide(files);
  CHECK(clusters_of(decision, "a") == "-");
  CHECK(std::any_of(decision.problems.begin(), decision.problems.end(), [](const Problem& problem) {
    return problem.code == "unknown-version" && problem.where.line == 1 &&
           problem.message ==
               "apiVersion is \"policy.karmada.io/v1beta1\", want \"policy.karmada.io/v1alpha1\"";
  }));
}

TEST_CASE("a cluster whose file is in error is neither reached nor forgotten") {
  const decision::Decision first = tests::decide(shop());
  Files files = shop();
  files["clusters/eu.yaml"] = "{ broken";
  const decision::Decision second = tests::decide(files, remember(first));
  CHECK_FALSE(second.work.contains("eu"));
  CHECK(second.faulty_clusters == std::set<std::string>{"eu"});
  CHECK(clusters_of(second, "a") == "ap,eu");
}

TEST_CASE("a policy that moves and breaks in one commit keeps its objects where they are") {
  const decision::Decision first = tests::decide(shop());
  Files files = shop();
  files.erase("policies/shop.yaml");
  files["policies/moved.yaml"] =
      "apiVersion: policy.karmada.io/v1alpha1\nkind: PropagationPolicy\nmetadata: {name: shop, "
      "namespace: shop, labels: {rev: 7}}\n";
  const decision::Decision second = tests::decide(files, remember(first));
  CHECK(clusters_of(second, "a") == "ap,eu");
  CHECK(binding_of(second, "a")->kept);
}

TEST_CASE(
    "an object is never rendered without an override policy that stands there with an error") {
  const decision::Decision first = tests::decide(shop());
  for (const std::string content :
       {"apiVersion: policy.karmada.io/v1alpha1\nkind: OverridePolicy\nmetadata: {name: mark, "
        "namespace: shop, labels: {rev: 7}}\nspec: {overrideRules: []}\n",
        "apiVersion: policy.karmada.io/v1alpha1\nmetadata: {name: mark, namespace: shop}\n"}) {
    Files files = shop();
    files["policies/mark.yaml"] = content;
    files["apps/a.yaml"] = config_map("a", "2");
    CHECK(manifest_of(tests::decide(files, remember(first)), "eu", "a") == nullptr);
  }
  Files twice = shop();
  twice["policies/again.yaml"] = labelling("mark", "two");
  CHECK(manifest_of(tests::decide(twice, remember(first)), "eu", "a") == nullptr);
  CHECK(clusters_of(tests::decide(twice), "a") == "-");
}

TEST_CASE("an object is never rendered without a customization that cannot be read") {
  const ObjectKey widget{"example.com", "Widget", "shop", "w"};
  Files files = {
      {"eu.yaml", cluster("eu")},
      {"w.yaml",
       "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w, namespace: shop}\n"
       "spec: {size: 4}\n"},
      {"p.yaml", policy_for("p", "example.com/v1 Widget")},
      {"widget.yaml",
       "apiVersion: config.karmada.io/v1alpha1\nkind: ResourceInterpreterCustomization\n"
       "metadata: {name: widget}\nspec:\n  target: {apiVersion: example.com/v1, kind: Widget}\n"
       "  customizations:\n    replicaResource:\n      luaScript: |\n"
       "        function GetReplicas(o) return o.spec.size, nil end\n"}};
  const decision::Decision first = tests::decide(files);
  CHECK(places_of(first, widget) == "eu:4");
  CHECK(binding_of(first, widget)->sources.back() == "widget.yaml");

  files["widget.yaml"] = "kind: [";
  const decision::Decision second = tests::decide(files, remember(first));
  CHECK(held_on(second, widget) == "eu");
  CHECK(rendered_on(second, widget).empty());
}

TEST_CASE("a dependency that cannot be told any more stays where it is") {
  const Files files = {
      {"eu.yaml", cluster("eu")},
      {"web.yaml", deployment("web", 1, "a")},
      {"a.yaml", config_map("a")},
      {"p.yaml", policy_for("p", "apps/v1 Deployment", "  propagateDeps: true\n")}};
  const decision::Decision first = tests::decide(files);
  Files broken = files;
  std::string wrong = deployment("web", 1, "a");
  wrong.replace(wrong.find("envFrom: [{"), 11, "envFrom: [5, {");
  broken["web.yaml"] = wrong;
  const decision::Decision second = tests::decide(broken, remember(first));
  CHECK(has_error(second.problems));
  CHECK(rendered_on(second, key("a")) == "eu");
}

TEST_CASE("a faulty policy for all namespaces does not stop one of the object's own namespace") {
  Files files = shop();
  files["policies/all.yaml"] =
      "apiVersion: policy.karmada.io/v1alpha1\nkind: ClusterPropagationPolicy\nmetadata: {name: "
      "all}\n"
      "spec:\n  resourceSelectors: [{apiVersion: v1, kind: ConfigMap}]\n  placment: {}\n";
  CHECK(clusters_of(tests::decide(files), "a") == "ap,eu");
}
