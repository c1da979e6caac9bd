#include "reconciler/decision/decide.h"
#include "render/catalog/catalog.h"
#include "tests/bench/deployments.h"
#include "tests/bench/figures.h"

#include <cstdlib>
#include <set>
#include <string>

// From files to the manifests of ten clusters, each of which gets others: 10,000 Deployments, of
// which each cluster pulls the images from a registry of its own. Prints lines of "name value
// unit".
//   decide_bench [DOCUMENTS [CLUSTERS]]
namespace {

using namespace flotilla;
using bench::print;
using bench::seconds;

std::string cluster(const std::string& name) {
  return "apiVersion: cluster.karmada.io/v1alpha1\nkind: Cluster\nmetadata:\n  name: " + name +
         "\n  labels: {environment: production}\nspec:\n  syncMode: Push\n  apiEndpoint: https://" +
         name + ".example.com:6443\n";
}

std::string registry_of(const std::string& cluster_name) {
  return R"(apiVersion: policy.karmada.io/v1alpha1
kind: ClusterOverridePolicy
metadata: {name: registry-)" +
         cluster_name + R"(}
spec:
  resourceSelectors: [{apiVersion: apps/v1, kind: Deployment}]
  overrideRules:
    - targetCluster: {clusterNames: [)" +
         cluster_name + R"(]}
      overriders:
        imageOverrider: [{component: Registry, operator: replace, value: )" +
         cluster_name + R"(.registry.example.com}]
        labelsOverrider: [{operator: add, value: {example.com/cluster: )" +
         cluster_name + R"(}}]
)";
}

std::string everywhere() {
  return R"(apiVersion: policy.karmada.io/v1alpha1
kind: ClusterPropagationPolicy
metadata: {name: everywhere}
spec:
  resourceSelectors: [{apiVersion: apps/v1, kind: Deployment}]
  placement:
    clusterAffinity: {labelSelector: {matchLabels: {environment: production}}}
)";
}

catalog::MemoryTree repository(int documents, int clusters) {
  catalog::MemoryTree tree;
  bench::write_deployments(tree, documents);
  for (int i = 0; i < clusters; ++i) {
    const std::string name = "member-" + std::to_string(i);
    tree.write("clusters/" + name + ".yaml", cluster(name));
    tree.write("policies/registry-" + name + ".yaml", registry_of(name));
  }
  tree.write("policies/everywhere.yaml", everywhere());
  return tree;
}

// True if every cluster has every document, and no two clusters the same one.
bool is_complete(const decision::Decision& decision, std::size_t documents) {
  if (!decision.problems.empty() || !decision.unmatched.empty()) return false;
  std::set<std::string> digests;
  std::size_t manifests = 0;
  for (const auto& [name, work] : decision.work) {
    manifests += work.manifests.size();
    for (const manifest::Manifest& manifest : work.manifests) digests.insert(manifest.digest);
  }
  return manifests == documents * decision.work.size() && digests.size() == manifests;
}

int run(int documents, int clusters) {
  const catalog::MemoryTree tree = repository(documents, clusters);
  print("decide.documents", documents, "documents");
  print("decide.clusters", clusters, "clusters");

  decision::Snapshot snapshot;
  decision::Decision decision;
  const double cpu_before = bench::own_cpu();
  const double load =
      seconds([&] { snapshot.catalog = catalog::load_catalog(tree, nullptr).value(); });
  const double cpu_loaded = bench::own_cpu();
  const double decide = seconds([&] { decision = decision::decide(snapshot, {}); });
  const double cpu_decided = bench::own_cpu();
  print("decide.load", load, "s");
  print("decide.load_cpu", cpu_loaded - cpu_before, "s");
  print("decide.decide", decide, "s");
  print("decide.decide_cpu", cpu_decided - cpu_loaded, "s");
  print("decide.total", load + decide, "s (want < 15)");
  print("decide.peak_memory", bench::peak_mebibytes(), "MiB (want < 954)");
  return is_complete(decision, static_cast<std::size_t>(documents)) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  return run(argc > 1 ? std::atoi(argv[1]) : 10'000, argc > 2 ? std::atoi(argv[2]) : 10);
}
