#include "reconciler/decision/plan.h"
#include "tests/unit/decision/repository.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace flotilla;
using namespace flotilla::tests;
using manifest::Drift;

namespace {

std::string annotated(const std::string& annotations, const std::string& kind = "ConfigMap",
                      const std::string& api = "v1") {
  return "apiVersion: " + api + "\nkind: " + kind +
         "\nmetadata:\n  name: a\n  namespace: shop\n  annotations: {" + annotations + "}\n";
}

std::string fleet(const std::string& spec) {
  return "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: f}\nspec: {" + spec +
         "}\n";
}

Files with(const std::string& annotations) {
  Files files = shop();
  files["apps/a.yaml"] = annotated(annotations);
  return files;
}

manifest::Terms terms_of(const Files& files, const std::string& cluster = "eu") {
  const decision::Decision decision = tests::decide(files);
  const manifest::Manifest* manifest = manifest_of(decision, cluster, "a");
  REQUIRE(manifest != nullptr);
  return manifest->terms;
}

const Problem* problem_with(const decision::Decision& decision, const std::string& text) {
  for (const Problem& problem : decision.problems)
    if (problem.message.find(text) != std::string::npos) return &problem;
  return nullptr;
}

}  // namespace

TEST_CASE("drift is treated as the object says, else its policy, else the Fleet") {
  struct Case {
    std::string object;
    std::string policy;
    std::string fleet;
    Drift drift;
  };
  const std::vector<Case> cases = {
      {"", "", "", Drift::correct},
      {"", "", "Report", Drift::report},
      {"", "Ignore", "Report", Drift::ignore},
      {"flotilla.dev/drift: Correct", "Ignore", "Report", Drift::correct},
      {"client.lifecycle.config.k8s.io/mutation: ignore", "Report", "", Drift::ignore},
      {"client.lifecycle.config.k8s.io/mutation: ignore, flotilla.dev/drift: Report", "", "",
       Drift::report},
  };
  for (const Case& c : cases) {
    INFO(c.object << " / " << c.policy << " / " << c.fleet);
    Files files = with(c.object);
    std::string& text = files["policies/shop.yaml"];
    if (!c.policy.empty())
      text.replace(text.find("namespace: shop}"), 16,
                   "namespace: shop, annotations: {flotilla.dev/drift: " + c.policy + "}}");
    if (!c.fleet.empty()) files["fleet.yaml"] = fleet("drift: " + c.fleet);
    CHECK(terms_of(files).drift == c.drift);
  }
}

TEST_CASE("an object is made anew only where it says so and where that loses nothing") {
  struct Case {
    std::string annotation;
    std::string api = "v1";
    std::string kind = "ConfigMap";
    bool recreate = true;
  };
  const std::vector<Case> cases = {
      {"", "v1", "ConfigMap", false},
      {"flotilla.dev/recreate: \"true\""},
      {"kustomize.toolkit.fluxcd.io/force: enabled"},
      {"\"argocd.argoproj.io/sync-options\": \"Prune=false, Force=true\""},
      {"\"argocd.argoproj.io/sync-options\": \"Prune=false\"", "v1", "ConfigMap", false},
      {"flotilla.dev/recreate: \"false\", kustomize.toolkit.fluxcd.io/force: enabled", "v1",
       "ConfigMap", false},
      {"flotilla.dev/recreate: \"true\"", "v1", "PersistentVolumeClaim", false},
  };
  for (const Case& c : cases) {
    INFO(c.annotation << " " << c.kind);
    Files files = shop();
    files["apps/a.yaml"] = annotated(c.annotation, c.kind, c.api);
    files["policies/pvc.yaml"] = policy_for("pvc", "v1 PersistentVolumeClaim");
    const decision::Decision decision = tests::decide(files);
    const auto* manifest = manifest_of(decision, "eu", ObjectKey{"", c.kind, "shop", "a"});
    REQUIRE(manifest != nullptr);
    CHECK(manifest->terms.recreate == c.recreate);
  }
}

TEST_CASE("waves and dependencies come from their annotations") {
  const manifest::Terms terms =
      terms_of(with("argocd.argoproj.io/sync-wave: \"-3\", config.kubernetes.io/depends-on: "
                    "\"/namespaces/shop/ConfigMap/b, apps/namespaces/shop/Deployment/db\", "
                    "flotilla.dev/depends-on: ConfigMap/shop/b"));
  CHECK(terms.wave == -3);
  CHECK(terms.unit == "PropagationPolicy shop/shop");
  CHECK(terms.depends_on == std::vector<ObjectKey>{key("b"), deployment_key("db")});
  CHECK(terms_of(with("argocd.argoproj.io/sync-wave: \"1\", flotilla.dev/wave: \"2\"")).wave == 2);
}

TEST_CASE("what is only needed by others belongs to no unit") {
  const Files files = {
      {"eu.yaml", cluster("eu")},
      {"a.yaml", config_map("a")},
      {"web.yaml", deployment("web", 1, "a")},
      {"p.yaml", policy_for("p", "apps/v1 Deployment", "  propagateDeps: true\n")}};
  CHECK(terms_of(files).unit.empty());
}

TEST_CASE("fields left to others differ from cluster to cluster while the bytes are alike") {
  Files files = with("flotilla.dev/ignore-differences: \"/data/z,/data/y /data/x\"");
  files["fleet.yaml"] = fleet(
      "ignoreDifferences: [{kind: \"Config*\", namespace: sh*p, jsonPointers: [/data/all]}, "
      "{kind: ConfigMap, name: a, clusters: [ap], jsonPointers: [/data/ap]}, "
      "{group: apps, kind: \"*\", jsonPointers: [/spec/replicas]}]");
  const decision::Decision decision = tests::decide(files);
  const manifest::Manifest* eu = manifest_of(decision, "eu", "a");
  const manifest::Manifest* ap = manifest_of(decision, "ap", "a");
  CHECK(eu->digest == ap->digest);
  CHECK(eu->terms.ignored ==
        std::vector<std::string>{"/data/all", "/data/x", "/data/y", "/data/z"});
  CHECK(ap->terms.ignored ==
        std::vector<std::string>{"/data/all", "/data/ap", "/data/x", "/data/y", "/data/z"});
  // Where no rule tells clusters apart, they share a manifest.
  CHECK(manifest_of(decision, "eu", "b") == manifest_of(decision, "ap", "b"));
}

TEST_CASE("an override may change the terms on one cluster") {
  Files files = shop();
  files["policies/drift.yaml"] =
      "apiVersion: policy.karmada.io/v1alpha1\nkind: OverridePolicy\nmetadata: {name: drift, "
      "namespace: shop}\nspec:\n  resourceSelectors: [{apiVersion: v1, kind: ConfigMap}]\n"
      "  overrideRules:\n  - targetCluster: {clusterNames: [ap]}\n    overriders:\n"
      "      annotationsOverrider: [{operator: add, value: {flotilla.dev/drift: Report}}]\n";
  CHECK(terms_of(files, "eu").drift == Drift::correct);
  CHECK(terms_of(files, "ap").drift == Drift::report);

  std::string& text = files["policies/drift.yaml"];
  text.replace(text.find("Report"), 6, "Wrong!");
  const decision::Decision decision = tests::decide(files);
  CHECK(held_on(decision, key("a")) == "ap");
  CHECK(rendered_on(decision, key("a")) == "eu");
}

TEST_CASE("a wrong annotation is said where it stands, and the object is held") {
  struct Case {
    std::string annotation;
    std::string said;
  };
  const std::vector<Case> cases = {
      {"flotilla.dev/drift: Never", "flotilla.dev/drift is \"Never\", want Correct, Report or"},
      {"flotilla.dev/wave: first", "flotilla.dev/wave is \"first\", want a whole number"},
      {"argocd.argoproj.io/sync-wave: \"1.5\"", "sync-wave is \"1.5\", want a whole number"},
      {"flotilla.dev/recreate: maybe", "flotilla.dev/recreate is \"maybe\", want \"true\" or"},
      {"flotilla.dev/depends-on: web", "flotilla.dev/depends-on has \"web\", want group/"},
      {"flotilla.dev/ignore-differences: spec", "is \"spec\", want a JSON pointer"},
      {"flotilla.dev/ignore-differences: /metadata/labels", "want a field that does not say"},
  };
  for (const Case& c : cases) {
    INFO(c.annotation);
    const decision::Decision decision = tests::decide(with(c.annotation));
    CHECK(held_on(decision, key("a")) == "ap eu");
    CHECK(rendered_on(decision, key("b")) == "ap eu");
    const Problem* problem = problem_with(decision, c.said);
    REQUIRE(problem != nullptr);
    CHECK(problem->severity == Severity::error);
    CHECK(problem->where.file == "apps/a.yaml");
    CHECK(problem->where.line == 6);
    CHECK(problem->where.column > 17);
  }
}

TEST_CASE("a policy with a wrong drift is in error, and its objects keep what they have") {
  Files files = shop();
  const decision::Decision first = tests::decide(files);
  std::string& text = files["policies/shop.yaml"];
  text.replace(text.find("namespace: shop}"), 16,
               "namespace: shop, annotations: {flotilla.dev/drift: Never}}");
  const decision::Decision second = tests::decide(files, remember(first));
  const Problem* problem = problem_with(second, "flotilla.dev/drift is \"Never\"");
  REQUIRE(problem != nullptr);
  CHECK(problem->where.line == 3);
  CHECK(binding_of(second, "a")->kept);
  // What the policy meant is not known: nothing is corrected meanwhile.
  CHECK(manifest_of(second, "eu", "a")->terms.drift == Drift::report);
}

TEST_CASE("a change of terms alone reaches the manifests of a decider that remembers") {
  Files files = shop();
  catalog::ParseCache cache;
  decision::Decider decider;
  decision::Previous previous;
  const auto drift = [&] {
    const auto catalog = catalog::load_catalog(catalog::MemoryTree(files), &cache).value();
    const decision::Decision decision = decider.decide({"main@sha1:1", catalog}, previous);
    previous = remember(decision);
    return manifest_of(decision, "eu", "a")->terms.drift;
  };
  CHECK(drift() == Drift::correct);
  files["fleet.yaml"] = fleet("drift: Ignore");
  CHECK(drift() == Drift::ignore);
  std::string& text = files["policies/shop.yaml"];
  text.replace(text.find("namespace: shop}"), 16,
               "namespace: shop, annotations: {flotilla.dev/drift: Report}}");
  CHECK(drift() == Drift::report);
}

TEST_CASE("what the Fleet says is validated") {
  struct Case {
    std::string spec;
    std::string said;
  };
  const std::vector<Case> cases = {
      {"drift: correct", "spec.drift is \"correct\", want one of Correct, Report, Ignore"},
      {"deletionGuard: 5", "spec.deletionGuard is a number, want a map"},
      {"deletionGuard: {percent: 101}", "spec.deletionGuard.percent is 101, want 0 to 100"},
      {"deletionGuard: {limit: 1}", "spec.deletionGuard.limit is not a known field"},
      {"confirmDeletions: 1234567", "spec.confirmDeletions is a number"},
      {"confirmDeletions: [1234567]", "spec.confirmDeletions[0] is a number, want a text"},
      {"ignoreDifferences: [{jsonPointers: [/x]}]", "spec.ignoreDifferences[0].kind is missing"},
      {"ignoreDifferences: [{kind: X}]", "spec.ignoreDifferences[0].jsonPointers is missing"},
      {"ignoreDifferences: [{kind: X, jsonPointers: [x]}]",
       "spec.ignoreDifferences[0].jsonPointers[0] is \"x\", want a JSON pointer"},
      {"ignoreDifferences: [{kind: X, jsonPointers: [/x], cluster: eu}]",
       "cluster is not a known field (did you mean clusters?)"},
      {"deletionGard: {}", "spec.deletionGard is not a known field (did you mean deletionGuard?)"},
  };
  for (const Case& c : cases) {
    INFO(c.spec);
    Files files = shop();
    files["fleet.yaml"] = fleet(c.spec);
    const decision::Decision decision = tests::decide(files);
    const Problem* problem = problem_with(decision, c.said);
    REQUIRE(problem != nullptr);
    CHECK(problem->severity == Severity::error);
    CHECK(problem->where.file == "fleet.yaml");
    CHECK(problem->where.line == 4);
  }
}

TEST_CASE("a Fleet is refused as an API server would refuse it") {
  const auto errors = [](const std::string& text) {
    Files files = shop();
    files["fleet.yaml"] = text;
    const decision::Decision decision = tests::decide(files);
    return std::count_if(
        decision.problems.begin(), decision.problems.end(), [](const Problem& problem) {
          return problem.severity == Severity::error && problem.where.file == "fleet.yaml";
        });
  };
  const std::string head = "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\n";
  CHECK(errors(head + "metadata: {name: shop-fleet.eu}\nspec: {}\n") == 0);
  CHECK(errors(head + "metadata: {name: Shop_Fleet}\n") == 1);
  CHECK(errors(head + "metadata: {name: shop}\nspecs: {drift: Report}\n") == 1);
  CHECK(errors("apiVersion: flotilla.dev/v1\nkind: Fleet\nmetadata: {name: shop}\n") == 1);
}

TEST_CASE("while the Fleet is in error nothing is deleted: nobody knows its guard") {
  Files files = shop();
  const decision::Decision before = tests::decide(files);
  decision::Inventory inventory;
  for (const manifest::Manifest& manifest : before.work.at("eu").manifests)
    inventory[manifest.key] = {manifest.key,    manifest.api_version,
                               "uid",           manifest.digest,
                               manifest.source, "",
                               "created",       false,
                               false,           false};
  files.erase("apps/a.yaml");
  CHECK(decision::make_plan(tests::decide(files), "eu", inventory).prune.size() == 1);
  files["fleet.yaml"] =
      "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: flotilla}\n"
      "spec: {drfit: Ignore}\n";
  const decision::Plan plan = decision::make_plan(tests::decide(files), "eu", inventory);
  CHECK(plan.prune.empty());
  CHECK(plan.held.empty());
}

TEST_CASE("the guard and the confirmations are read") {
  Files files = shop();
  files["fleet.yaml"] =
      fleet("deletionGuard: {count: 0, percent: 5}, confirmDeletions: [abcdef0, main]");
  const decision::Snapshot snapshot = read(files);
  CHECK(decision::confirmations_in(snapshot.catalog) ==
        std::vector<std::string>{"abcdef0", "main"});
  const decision::Decision decision = decision::decide(snapshot, {});
  CHECK(decision.guard == decision::Guard{0, 5});
  const Problem* problem = problem_with(decision, "\"main\", which is no commit");
  REQUIRE(problem != nullptr);
  CHECK(problem->severity == Severity::warning);
  CHECK(problem_with(decision, "abcdef0") == nullptr);
}

TEST_CASE("settings are the same until one of them changes; confirmations are none") {
  Files files = shop();
  files["fleet.yaml"] = fleet("drift: Report");
  const decision::Previous previous = remember(tests::decide(files));
  CHECK_FALSE(tests::decide(files).same_settings);
  CHECK(tests::decide(files, previous).same_settings);
  files["apps/a.yaml"] = config_map("a", "2");
  files["fleet.yaml"] = fleet("drift: Report, confirmDeletions: abcdef0");
  CHECK(tests::decide(files, previous).same_settings);
  files["fleet.yaml"] = fleet("drift: Ignore");
  CHECK_FALSE(tests::decide(files, previous).same_settings);
}
