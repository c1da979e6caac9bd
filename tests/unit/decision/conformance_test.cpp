#include "tests/unit/decision/repository.h"

#include <catch2/catch.hpp>

#include <functional>

// Rules of Karmada that show only over several passes: what was decided before, by Karmada or by
// us, has a say.
using namespace flotilla;
using namespace flotilla::tests;

namespace {

// With a policy that sends ConfigMaps to `environment`, and a line more in its spec.
Files shop_with(const std::string& environment, const std::string& line) {
  Files files = shop();
  files["policies/shop.yaml"] = policy("shop", environment) + "  " + line + "\n";
  return files;
}

const std::string lazy = "activationPreference: Lazy";

std::string with_metadata(const std::string& line) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop, " + line +
         "}\ndata: {value: \"1\"}\n";
}

// The binding of `a` as another program would have written it.
decision::Previous changed(const decision::Decision& decision,
                           const std::function<void(decision::Binding&)>& change) {
  decision::Previous previous = remember(decision);
  decision::BindingPtr& binding = previous.bindings.at(key("a"));
  decision::Binding copy = *binding;
  change(copy);
  binding = std::make_shared<const decision::Binding>(std::move(copy));
  return previous;
}

bool is_held(const decision::Decision& decision, const std::string& cluster) {
  return decision.work.at(cluster).held.contains(key("a"));
}

}  // namespace

TEST_CASE("a Lazy policy waits for a change of the template that matters") {
  const auto [what, metadata, clusters] = GENERATE(table<std::string, std::string, std::string>({
      {"nothing", "", "eu"},
      {"the counters of an API server", "generation: 4, resourceVersion: \"9\"", "eu"},
      {"a label of Karmada's", "labels: {x.karmada.io/claimed: \"1\"}", "eu"},
      {"an annotation of Karmada's", "annotations: {policy.karmada.io/x: \"1\"}", "eu"},
      {"the one switch that counts",
       "labels: {namespace.karmada.io/skip-auto-propagation: \"true\"}", "ap"},
      {"a label of the user's", "labels: {tier: front}", "ap"},
  }));
  INFO(what);
  const decision::Previous before = remember(tests::decide(shop_with("production", lazy)));
  Files after = shop_with("staging", lazy);
  if (!metadata.empty()) after["apps/a.yaml"] = with_metadata(metadata);
  CHECK(clusters_of(tests::decide(after, before), "a") == clusters);
}

TEST_CASE("a Lazy policy leaves a binding alone that it did not make") {
  const decision::Previous before = remember(tests::decide(shop_with("production", "priority: 1")));
  const decision::Decision after = tests::decide(
      shop_with("staging", lazy + "\n  schedulePriority: {priorityClassSource: KubePriorityClass, "
                                  "priorityClassName: system-node-critical}"),
      before);
  CHECK(clusters_of(after, "a") == "eu");
  CHECK_FALSE(binding_of(after, "a")->priority);
}

TEST_CASE("a Lazy policy takes up an object that had no policy") {
  CHECK(clusters_of(tests::decide(shop_with("staging", lazy)), "a") == "ap");
}

TEST_CASE("a binding whose scheduling is suspended stays where it is") {
  const decision::Previous before =
      changed(tests::decide(shop_with("production", "priority: 1")), [](decision::Binding& a) {
        a.suspension_tree = Json::objectValue;
        a.suspension_tree["scheduling"] = true;
      });
  const decision::Decision after = tests::decide(shop_with("staging", "priority: 1"), before);
  CHECK(clusters_of(after, "a") == "eu");
  CHECK(clusters_of(after, "b") == "ap");
  CHECK(binding_of(after, "a")->suspension_tree["scheduling"] == true);
  // And in the pass after that.
  const decision::Decision again =
      tests::decide(shop_with("staging", "priority: 2"), remember(after));
  CHECK(clusters_of(again, "a") == "eu");
}

TEST_CASE("a cluster that is left gracefully keeps what it has") {
  const auto [mode, held] = GENERATE(table<std::string, bool>({
      {"Gracefully", true},
      {"Never", true},
      {"Directly", false},
  }));
  INFO(mode);
  const decision::Previous before =
      changed(tests::decide(shop()), [purge_mode = mode](decision::Binding& a) {
        Json::Value task(Json::objectValue);
        task["fromCluster"] = "eu";
        task["purgeMode"] = purge_mode;
        a.eviction_tasks.append(task);
        std::erase_if(a.schedule.clusters, [](const auto& target) { return target.name == "eu"; });
      });
  const decision::Decision after = tests::decide(shop(), before);
  CHECK(clusters_of(after, "a") == "ap");
  CHECK(manifest_of(after, "eu", "a") == nullptr);
  CHECK(is_held(after, "eu") == held);
}

TEST_CASE("rescheduling happens once, even in a folder that has no time of its own") {
  const decision::Previous before = changed(tests::decide(shop()), [](decision::Binding& a) {
    a.schedule.last_scheduled_time = "2026-03-01T12:00:00Z";
    a.reschedule_triggered_at = "2026-03-01T13:00:00Z";
  });
  const decision::Decision after = tests::decide(shop(), before);
  CHECK(binding_of(after, "a")->schedule.last_scheduled_time == "2026-03-01T13:00:00Z");
  const decision::Decision again = tests::decide(shop(), remember(after));
  CHECK(binding_of(again, "a")->schedule.last_scheduled_time == "2026-03-01T13:00:00Z");
}

TEST_CASE("who found no room finds none when the same commit is decided again") {
  const auto workload = [](const std::string& name) {
    return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name +
           ", namespace: shop}\nspec: {replicas: 5, selector: {matchLabels: {app: x}}, template: "
           "{metadata: {labels: {app: x}}, spec: {containers: [{name: c, image: i, resources: "
           "{requests: {cpu: \"1\"}}}]}}}\n";
  };
  const Files files = {
      {"clusters/eu.yaml",
       cluster("eu") + "status: {resourceSummary: {allocatable: {cpu: \"8\", pods: \"100\"}}}\n"},
      {"apps/a.yaml", workload("a")},
      {"apps/b.yaml", workload("b")},
      {"policies/shop.yaml",
       "apiVersion: policy.karmada.io/v1alpha1\nkind: PropagationPolicy\nmetadata: {name: shop, "
       "namespace: shop}\nspec:\n  resourceSelectors: [{apiVersion: apps/v1, kind: Deployment}]\n"
       "  placement: {replicaScheduling: {replicaSchedulingType: Divided, "
       "replicaDivisionPreference: Aggregated}}\n"},
  };
  const auto places = [&](const std::string& time, const decision::Previous& previous) {
    const catalog::MemoryTree tree(files);
    return decision::decide({"main@sha1:1", catalog::load_catalog(tree).value(), time}, previous);
  };
  const auto text = [](const decision::Decision& decision) {
    std::string names;
    for (const decision::Binding& binding : decision.bindings)
      if (!binding.schedule.clusters.empty()) names += binding.object.name;
    return names;
  };
  const decision::Decision first = places("2026-03-01T12:00:00Z", {});
  CHECK(text(first) == "a");
  const decision::Decision again = places("2026-03-01T12:00:00Z", remember(first));
  CHECK(text(again) == "a");
  // Later the report of the cluster counts, and here it says that nothing runs there.
  CHECK(text(places("2026-03-01T12:30:00Z", remember(again))) == "ab");
}

TEST_CASE("the binding names the scheduler of its policy") {
  const decision::Decision decision = tests::decide(shop_with("", "schedulerName: other"));
  CHECK(binding_of(decision, "a")->scheduler_name == "other");
}

TEST_CASE("a namespace that comes along belongs to no binding") {
  Files files = shop();
  files["fleet.yaml"] =
      "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: shop}\n"
      "spec: {compatibility: karmada}\n";
  files["apps/shop.yaml"] = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n";
  const decision::Decision decision = tests::decide(files);
  std::string text;
  for (const manifest::Manifest& manifest : decision.work.at("eu").manifests)
    if (manifest.key.kind == "Namespace") text = *manifest.json;
  CHECK(text.find("\"karmada.io/managed\":\"true\"") != std::string::npos);
  CHECK(text.find("\"work.karmada.io/name\":\"shop-") != std::string::npos);
  CHECK(text.find("clusterresourcebinding") == std::string::npos);
  CHECK(text.find("conflict-resolution") == std::string::npos);
}
