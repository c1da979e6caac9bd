#pragma once

#include "reconciler/controller/fleet.h"
#include "reconciler/simulator/simulator.h"
#include "render/catalog/catalog.h"
#include "tests/support/git_servers/sandbox.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace flotilla::tests {

inline const std::string eu_file =
    "apiVersion: cluster.karmada.io/v1alpha1\nkind: Cluster\nmetadata: {name: eu}\n"
    "spec: {syncMode: Push}\n";
inline std::string eu_at(const std::string& endpoint) {
  return "apiVersion: cluster.karmada.io/v1alpha1\nkind: Cluster\nmetadata: {name: eu}\n"
         "spec: {syncMode: Push, apiEndpoint: \"" +
         endpoint + "\"}\n";
}
inline const std::string all_file =
    "apiVersion: policy.karmada.io/v1alpha1\nkind: ClusterPropagationPolicy\n"
    "metadata: {name: all}\nspec:\n  resourceSelectors: [{apiVersion: v1, kind: ConfigMap}]\n"
    "  placement: {clusterAffinity: {clusterNames: [eu]}}\n";
inline const ObjectKey one{"", "ConfigMap", "shop", "one"};

// A fleet of one embedded cluster.
struct OneCluster {
  testing::Sandbox box;
  std::unique_ptr<simulator::Simulator> server = *simulator::Simulator::start({});
  kube::Loop loop;
  std::map<std::string, std::string> files{
      {"eu.yaml", eu_file},
      {"all.yaml", all_file},
      {"one.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, namespace: shop}\n"}};
  std::unique_ptr<controller::Fleet> fleet;
  std::string revision = "main@sha1:1";
  std::size_t seen = 0;
  int quiet = 0;

  OneCluster() {
    controller::Options options;
    options.kubeconfig = box / "kubeconfig";
    options.interval = std::chrono::seconds(60);
    options.request_timeout = std::chrono::seconds(2);
    write_kubeconfig();
    fleet = std::make_unique<controller::Fleet>(loop, options);
  }
  ~OneCluster() {
    loop.post([&] {
      fleet->stop();
      loop.stop();
    });
    loop.run();
  }

  void write_kubeconfig() const {
    std::ofstream(box / "kubeconfig")
        << simulator::kubeconfig({{"eu", server->server_url(), server->ca_pem(), server->token()}});
  }

  void push() {
    catalog::MemoryTree tree;
    for (const auto& [path, text] : files) tree.write(path, text);
    decision::Snapshot snapshot;
    snapshot.catalog = catalog::load_catalog(tree, nullptr).value();
    snapshot.revision = revision;
    for (const std::string& text : decision::confirmations_in(snapshot.catalog))
      snapshot.confirmations.push_back({text, {}, {}});
    controller::Decided decided;
    decided.decision = std::make_shared<const decision::Decision>(decision::decide(snapshot, {}));
    fleet->want(std::move(decided));
  }

  bool eventually(const std::function<bool()>& condition) {
    for (int i = 0; i < 1000 && !condition(); ++i)
      loop.run(loop.sleep(std::chrono::milliseconds(10)));
    return condition();
  }

  const member::Report& report() const { return *fleet->reports().at("eu"); }
  bool is_known() const {
    return fleet->reports().contains("eu") && report().objects.contains(one) &&
           report().objects.at(one).on_cluster;
  }
  // Settled, and for a while nothing was asked of the server.
  bool is_at_rest() {
    const std::size_t before = server->requests().size();
    quiet = fleet->settled() && before == seen ? quiet + 1 : 0;
    seen = before;
    return quiet > 50;
  }
  std::size_t requests(const std::string& part) const {
    std::size_t count = 0;
    for (const auto& request : server->requests())
      count += request.target.find(part) != std::string::npos ? 1U : 0U;
    return count;
  }
  std::size_t watches() const { return requests("configmaps?watch=1"); }
};

}  // namespace flotilla::tests
