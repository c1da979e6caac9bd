#include "reconciler/member/pass.h"
#include "reconciler/simulator/simulator.h"
#include "render/catalog/catalog.h"
#include "tests/unit/kube/run.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace flotilla;

namespace {

constexpr int objects = 200;
constexpr std::size_t at_once = 4;

std::shared_ptr<const decision::Decision> decision_of(int config_maps) {
  catalog::MemoryTree tree;
  tree.write("clusters/eu.yaml",
             "apiVersion: cluster.karmada.io/v1alpha1\nkind: Cluster\nmetadata: {name: eu}\n"
             "spec: {syncMode: Push}\n");
  tree.write(
      "policies/all.yaml",
      "apiVersion: policy.karmada.io/v1alpha1\nkind: ClusterPropagationPolicy\n"
      "metadata: {name: all}\nspec:\n  resourceSelectors: [{apiVersion: v1, kind: ConfigMap}]\n"
      "  placement: {clusterAffinity: {clusterNames: [eu]}}\n");
  for (int i = 0; i < config_maps; ++i)
    tree.write("apps/" + std::to_string(i) + ".yaml",
               "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings-" + std::to_string(i) +
                   ", namespace: shop}\n");
  decision::Snapshot snapshot;
  snapshot.catalog = catalog::load_catalog(tree, nullptr).value();
  return std::make_shared<decision::Decision>(decision::decide(snapshot, {}));
}

struct Member {
  std::unique_ptr<simulator::Simulator> server = *simulator::Simulator::start({});
  kube::Loop loop;

  // Requests of that method for ConfigMaps in the namespace of the application.
  std::size_t count(const std::string& method) const {
    const auto requests = server->requests();
    return static_cast<std::size_t>(std::ranges::count_if(requests, [&](const auto& request) {
      return request.method == method &&
             request.target.find("/shop/configmaps/") != std::string::npos;
    }));
  }

  member::Report pass(std::shared_ptr<const decision::Decision> decision,
                      std::function<bool()> superseded) {
    kube::Access access;
    access.server = server->server_url();
    access.peer.ca_pem = server->ca_pem();
    access.token = server->token();
    kube::ClientOptions options;
    options.concurrency = at_once;
    kube::Client client(loop, std::move(access), options);
    member::Order order;
    order.cluster = "eu";
    order.owner = "flotilla";
    order.decision = std::move(decision);
    order.superseded = std::move(superseded);
    return test::run(loop, member::run_pass(client, std::move(order)));
  }
};

}  // namespace

TEST_CASE("a pass that is superseded ends at the next object, however many it has started") {
  Member member;
  const auto never = [] { return false; };

  const auto after_ten = [&] { return member.count("PATCH") >= 10; };
  const member::Report broken_off = member.pass(decision_of(objects), after_ten);
  CHECK_FALSE(broken_off.error);
  const std::size_t applied = member.count("PATCH");
  CHECK(applied >= 10);
  CHECK(applied < 10 + 2 * at_once);

  // The next one does the rest, and only that.
  const member::Report whole = member.pass(decision_of(objects), never);
  CHECK_FALSE(whole.error);
  CHECK(whole.created.size() + applied == objects);
  CHECK(member.count("PATCH") == objects);

  SECTION("the same when it deletes") {
    const auto after_ten_more = [&] { return member.count("DELETE") >= 10; };
    decision::Decision fewer = *decision_of(1);
    fewer.guard.count = objects;  // nobody need confirm this
    const member::Report pruning =
        member.pass(std::make_shared<decision::Decision>(fewer), after_ten_more);
    CHECK(member.count("DELETE") >= 10);
    CHECK(member.count("DELETE") < 10 + 2 * at_once);
    CHECK(pruning.pruned.size() == member.count("DELETE"));
  }
}
