#include "reconciler/member/pass.h"
#include "reconciler/simulator/simulator.h"
#include "render/catalog/catalog.h"
#include "tests/unit/kube/run.h"

#include <catch2/catch.hpp>

using namespace flotilla;

namespace {

std::string cluster(const std::string& name) {
  return "apiVersion: cluster.karmada.io/v1alpha1\nkind: Cluster\nmetadata: {name: " + name +
         "}\nspec: {syncMode: Push}\n";
}

// Two clusters; eu gets a Deployment of two replicas with that image.
std::shared_ptr<const decision::Decision> decision_of(const std::string& image) {
  catalog::MemoryTree tree;
  tree.write("eu.yaml", cluster("eu"));
  tree.write("us.yaml", cluster("us"));
  tree.write("policy.yaml",
             "apiVersion: policy.karmada.io/v1alpha1\nkind: ClusterPropagationPolicy\n"
             "metadata: {name: all}\nspec:\n  resourceSelectors: [{apiVersion: apps/v1, kind: "
             "Deployment}]\n"
             "  placement: {clusterAffinity: {clusterNames: [eu]}}\n");
  tree.write("web.yaml",
             "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\n"
             "spec:\n  replicas: 2\n  selector: {matchLabels: {app: web}}\n  template:\n"
             "    metadata: {labels: {app: web}}\n    spec: {containers: [{name: web, image: \"" +
                 image + "\"}]}\n");
  decision::Snapshot snapshot;
  snapshot.catalog = catalog::load_catalog(tree, nullptr).value();
  return std::make_shared<decision::Decision>(decision::decide(snapshot, {}));
}

struct Member {
  std::unique_ptr<simulator::Simulator> server = *simulator::Simulator::start({});
  kube::Loop loop;

  kube::Access access() const {
    kube::Access access;
    access.server = server->server_url();
    access.peer.ca_pem = server->ca_pem();
    access.token = server->token();
    return access;
  }

  member::Report pass(const std::string& cluster, const std::string& image) {
    kube::Client client(loop, access());
    member::Order order;
    order.cluster = cluster;
    order.owner = "flotilla";
    order.decision = decision_of(image);
    return test::run(loop, member::run_pass(client, std::move(order)));
  }

  // As the controller of a HorizontalPodAutoscaler does it.
  int scale(int replicas) {
    kube::HttpRequest request;
    request.method = "PATCH";
    request.url = server->server_url() +
                  "/apis/apps/v1/namespaces/shop/deployments/web/scale?fieldManager=autoscaler";
    request.headers = {{"Authorization", "Bearer " + server->token()},
                       {"Content-Type", "application/merge-patch+json"}};
    request.body = "{\"spec\":{\"replicas\":" + std::to_string(replicas) + "}}";
    request.peer = std::make_shared<kube::Peer>(access().peer);
    const auto answer = test::run(loop, loop.send(std::move(request)));
    return answer ? answer->status : 0;
  }

  Json::Value web() {
    kube::Client client(loop, access());
    const kube::Resource deployments{"apps", "v1", "Deployment", "deployments", true, {}};
    const auto live = test::run(loop, client.get(deployments, "shop", "web"));
    return live ? *live : Json::Value();
  }
};

}  // namespace

TEST_CASE("replicas that an autoscaler scaled are left to it, and that is said") {
  Member member;
  CHECK_FALSE(member.pass("eu", "web:1").error);
  REQUIRE(member.scale(10) == 200);
  const member::Report report = member.pass("eu", "web:2");
  const Json::Value live = member.web();
  CHECK(live["spec"]["replicas"].asInt() == 10);
  CHECK(live["spec"]["template"]["spec"]["containers"][0]["image"].asString() == "web:2");
  const auto& object = report.objects.at({"apps", "Deployment", "shop", "web"});
  CHECK(object.state == member::State::applied);
  CHECK(object.message.find("autoscaler") != std::string::npos);
}

TEST_CASE("a second Cluster file for the same server changes nothing there") {
  Member member;
  CHECK_FALSE(member.pass("eu", "web:1").error);
  const member::Report second = member.pass("us", "web:1");
  REQUIRE(second.error);
  CHECK(second.error->code == Code::invalid);
  CHECK(second.error->message.find("is the same server as cluster eu") != std::string::npos);
  CHECK(member.web().isMember("spec"));
}
