#include "reconciler/decision/suspension.h"

#include "tests/unit/decision/repository.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::tests;

namespace {

Files suspended(const std::string& suspension, const std::string& value = "1") {
  return {{"eu.yaml", cluster("eu")},
          {"ap.yaml", cluster("ap")},
          {"a.yaml", config_map("a", value)},
          {"p.yaml", policy_for("p", "v1 ConfigMap", suspension)}};
}

const std::string everywhere = "  suspension: {dispatching: true}\n";
const std::string on_eu = "  suspension: {dispatchingOnClusters: {clusterNames: [eu]}}\n";

}  // namespace

TEST_CASE("what is suspended stays on its clusters as it is") {
  const decision::Decision all = tests::decide(suspended(everywhere));
  CHECK(places_of(all, key("a")) == "ap eu");
  CHECK(rendered_on(all, key("a")).empty());
  CHECK(held_on(all, key("a")) == "ap eu");

  const decision::Decision one = tests::decide(suspended(on_eu));
  CHECK(rendered_on(one, key("a")) == "ap");
  CHECK(held_on(one, key("a")) == "eu");
}

TEST_CASE("suspension begins and ends with the policy") {
  decision::Decision decision = tests::decide(suspended(""));
  CHECK(rendered_on(decision, key("a")) == "ap eu");
  decision = tests::decide(suspended(everywhere, "2"), remember(decision));
  CHECK(rendered_on(decision, key("a")).empty());
  decision = tests::decide(suspended("", "2"), remember(decision));
  CHECK(rendered_on(decision, key("a")) == "ap eu");
  CHECK(held_on(decision, key("a")).empty());
}

TEST_CASE("what is suspended follows its placement: it is not held where it no longer goes") {
  const decision::Decision first = tests::decide(suspended(""));
  const decision::Decision second =
      tests::decide(suspended(everywhere + to_clusters("ap")), remember(first));
  CHECK(held_on(second, key("a")) == "ap");
}

TEST_CASE("dependencies of what is suspended go on") {
  Files files = suspended("");
  files["web.yaml"] = deployment("web", 1, "a");
  files["p.yaml"] = policy_for("p", "apps/v1 Deployment", "  propagateDeps: true\n" + everywhere);
  const decision::Decision decision = tests::decide(files);
  CHECK(held_on(decision, deployment_key("web")) == "ap eu");
  CHECK(rendered_on(decision, key("a")) == "ap eu");
}

namespace {

std::string marked_map(const std::string& value, const std::string& mark) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: shop\n"
         "  annotations: {flotilla.dev/suspend: \"" +
         mark + "\"}\ndata: {value: \"" + value + "\"}\n";
}

std::string marked_policy(const std::string& mark, const std::string& more = "") {
  std::string text = policy_for("p", "v1 ConfigMap", more);
  const std::string name = "name: p";
  return text.replace(text.find(name), name.size(),
                      name + ", annotations: {flotilla.dev/suspend: " + mark + "}");
}

std::string why_on(const decision::Decision& decision, const std::string& cluster) {
  const auto& suspended = decision.work.at(cluster).suspended;
  const auto found = suspended.find(key("a"));
  return found == suspended.end() ? "" : found->second;
}

std::string fleet(const std::string& spec) {
  return "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: flotilla}\nspec: " +
         spec + "\n";
}

}  // namespace

TEST_CASE("a mark says that something is suspended, and why") {
  CHECK_FALSE(decision::read_mark("false"));
  CHECK_FALSE(decision::read_mark("No"));
  CHECK(decision::read_mark("true") == "");
  CHECK(decision::read_mark("yes") == "");
  CHECK(decision::read_mark("") == "");
  CHECK(decision::read_mark(" until Monday ") == "until Monday");
}

TEST_CASE("the fleet or a cluster is suspended") {
  Files files = suspended("");
  CHECK(decision::suspension_of(tests::decide(files), "eu").empty());
  files["fleet.yaml"] = fleet("{suspend: true}");
  CHECK(decision::suspension_of(tests::decide(files), "eu") == "suspended (Fleet.spec.suspend)");
  files["fleet.yaml"] = fleet("{suspend: {reason: audit}}");
  CHECK(decision::suspension_of(tests::decide(files), "ap") ==
        "suspended: audit (Fleet.spec.suspend)");
  files["fleet.yaml"] = fleet("{suspend: false}");
  files["eu.yaml"] =
      "apiVersion: cluster.karmada.io/v1alpha1\nkind: Cluster\nmetadata:\n  name: eu\n"
      "  annotations: {flotilla.dev/suspend: new network}\nspec: {syncMode: Push}\n";
  const decision::Decision decision = tests::decide(files);
  CHECK(decision::suspension_of(decision, "eu") ==
        "suspended: new network (flotilla.dev/suspend on Cluster eu)");
  CHECK(decision::suspension_of(decision, "ap").empty());
  CHECK(rendered_on(decision, key("a")) == "ap eu");  // what it would be is known
}

TEST_CASE("an object with a mark stays on its clusters as it is, and where it is") {
  Files files = suspended("");
  const decision::Decision before = tests::decide(files);
  files["a.yaml"] = marked_map("2", "audit");
  decision::Decision now = tests::decide(files, remember(before));
  CHECK(rendered_on(now, key("a")).empty());
  CHECK(held_on(now, key("a")) == "ap eu");
  CHECK(why_on(now, "eu") == "suspended: audit (flotilla.dev/suspend on the object)");
  SECTION("also when its policy sends it elsewhere") {
    files["p.yaml"] = policy_for("p", "v1 ConfigMap", to_clusters("ap"));
    now = tests::decide(files, remember(now));
    CHECK(held_on(now, key("a")) == "ap eu");
    files["a.yaml"] = marked_map("2", "false");
    now = tests::decide(files, remember(now));
    CHECK(rendered_on(now, key("a")) == "ap");
    CHECK(held_on(now, key("a")).empty());
  }
  SECTION("until the mark says no") {
    files["a.yaml"] = marked_map("2", "no");
    now = tests::decide(files, remember(now));
    CHECK(rendered_on(now, key("a")) == "ap eu");
    CHECK(why_on(now, "eu").empty());
  }
  SECTION("and goes with its template") {
    files.erase("a.yaml");
    now = tests::decide(files, remember(now));
    CHECK(held_on(now, key("a")).empty());
  }
}

TEST_CASE("an override suspends an object on one cluster") {
  Files files = suspended("");
  files["o.yaml"] =
      "apiVersion: policy.karmada.io/v1alpha1\nkind: OverridePolicy\n"
      "metadata: {name: o, namespace: shop}\nspec:\n"
      "  resourceSelectors: [{apiVersion: v1, kind: ConfigMap}]\n  overrideRules:\n"
      "  - targetCluster: {clusterNames: [eu]}\n    overriders:\n      annotationsOverrider:\n"
      "      - {operator: add, value: {flotilla.dev/suspend: audit}}\n";
  const decision::Decision decision = tests::decide(files);
  CHECK(rendered_on(decision, key("a")) == "ap");
  CHECK(held_on(decision, key("a")) == "eu");
  CHECK(why_on(decision, "eu") == "suspended: audit (flotilla.dev/suspend on the object)");
}

TEST_CASE("a policy with a mark suspends what it placed") {
  Files files = suspended("");
  const decision::Decision before = tests::decide(files);
  files["p.yaml"] = marked_policy("audit", to_clusters("ap"));
  decision::Decision now = tests::decide(files, remember(before));
  CHECK(held_on(now, key("a")) == "ap eu");
  CHECK(why_on(now, "ap") == "suspended: audit (flotilla.dev/suspend on PropagationPolicy shop/p)");
  SECTION("a mark that is no text is an error, and all stays as it is") {
    files["p.yaml"] = marked_policy("true");
    now = tests::decide(files, remember(before));
    CHECK(has_error(now.problems));
    CHECK(places_of(now, key("a")) == "ap eu");
  }
}

TEST_CASE("what leaves the repository while its policy is suspended is deleted afterwards") {
  const bool by_mark = GENERATE(true, false);
  Files files = suspended("");
  decision::Decider decider;
  decision::Decision now = decider.decide(read(files), {});
  files["p.yaml"] = by_mark ? marked_policy("audit") : policy_for("p", "v1 ConfigMap", on_eu);
  now = decider.decide(read(files), remember(now));
  files.erase("a.yaml");
  for (int pass = 0; pass < 3; ++pass) {
    now = decider.decide(read(files), remember(now));
    INFO("pass " << pass);
    CHECK(held_on(now, key("a")) == (by_mark ? "ap eu" : "eu"));
    CHECK_FALSE(why_on(now, "eu").empty());
    CHECK_FALSE(has_error(now.problems));
  }
  files["p.yaml"] = policy_for("p", "v1 ConfigMap");
  now = decider.decide(read(files), remember(now));
  CHECK(held_on(now, key("a")).empty());
  CHECK(binding_of(now, key("a")) == nullptr);
}
