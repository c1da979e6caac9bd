#include "tests/unit/member/one_member.h"

#include "render/base/text.h"
#include "render/catalog/catalog.h"
#include "render/document/json.h"
#include "tests/unit/kube/run.h"

#include <catch2/catch.hpp>

namespace flotilla::test {
namespace {

constexpr const char* user_agent = "flotilla";

kube::Loop::Options others() {
  kube::Loop::Options options;
  options.user_agent = "others";
  return options;
}

}  // namespace

OneMember::OneMember(simulator::Options options)
    : server(*simulator::Simulator::start(std::move(options))), others_(others()) {
  files["clusters/eu.yaml"] =
      "apiVersion: cluster.karmada.io/v1alpha1\nkind: Cluster\nmetadata: {name: eu}\n"
      "spec: {syncMode: Push}\n";
  files["policies/all.yaml"] =
      "apiVersion: policy.karmada.io/v1alpha1\nkind: ClusterPropagationPolicy\n"
      "metadata: {name: all}\nspec:\n  resourceSelectors:\n"
      "    - {apiVersion: v1, kind: ConfigMap}\n    - {apiVersion: v1, kind: Secret}\n"
      "    - {apiVersion: v1, kind: Namespace}\n    - {apiVersion: apps/v1, kind: Deployment}\n"
      "    - {apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition}\n"
      "    - {apiVersion: example.org/v1, kind: Widget}\n"
      "  placement: {clusterAffinity: {clusterNames: [eu]}}\n";
  start();
}

OneMember::~OneMember() {
  if (member) member->stop();
}

kube::Access OneMember::access() const {
  kube::Access access;
  access.server = server->server_url();
  access.peer.ca_pem = server->ca_pem();
  access.token = server->token();
  return access;
}

void OneMember::start() {
  kube::ClientOptions options;
  options.patience = std::chrono::milliseconds(2000);
  client = std::make_unique<kube::Client>(loop, access(), options);
  member = std::make_unique<member::Member>(*client);
}

void OneMember::forget_all() {
  member->stop();
  member.reset();
  start();
}

void OneMember::commit() {
  catalog::MemoryTree tree;
  for (const auto& [path, text] : files) tree.write(path, text);
  decision::Snapshot snapshot;
  snapshot.catalog = catalog::load_catalog(tree, nullptr).value();
  ++commits_;
  revision = "main@sha1:" + std::string(39, '0') + std::to_string(commits_ % 10);
  snapshot.revision = revision;
  decision::Decision decided = decision::decide(snapshot, {});
  settings(decided);
  decision = std::make_shared<const decision::Decision>(std::move(decided));
}

member::Order OneMember::order() const {
  member::Order order;
  order.cluster = "eu";
  order.revision = revision;
  order.owner = "flotilla";
  order.root_commit = "0123456";
  order.decision = decision;
  order.remembered = remembered;
  order.superseded = superseded;
  return order;
}

member::Report OneMember::pass() { return test::run(loop, member->pass(order())); }

member::Report OneMember::pass_with_patience() {
  return test::run(loop, member::pass_with_patience(loop, *member, order()));
}

int OneMember::send(const std::string& method, const std::string& path, const std::string& body,
                    const std::string& type) {
  kube::HttpRequest request;
  request.method = method;
  request.url = server->server_url() + path;
  request.headers = {{"Authorization", "Bearer " + server->token()}, {"Content-Type", type}};
  request.body = replace_all(body, "'", "\"");
  request.peer = std::make_shared<kube::Peer>(access().peer);
  const auto answer = test::run(others_, others_.send(std::move(request)));
  REQUIRE(answer);
  return answer->status;
}

Json::Value OneMember::live(const std::string& path) {
  kube::HttpRequest request;
  request.url = server->server_url() + path;
  request.headers = {{"Authorization", "Bearer " + server->token()}};
  request.peer = std::make_shared<kube::Peer>(access().peer);
  const auto answer = test::run(others_, others_.send(std::move(request)));
  REQUIRE(answer);
  if (answer->status != 200) return {};
  return parse_json(answer->body, path).value();
}

std::vector<std::string> OneMember::requests() {
  std::vector<std::string> asked;
  for (const simulator::Request& request : server->requests())
    if (request.user_agent == user_agent) asked.push_back(request.method + " " + request.target);
  server->forget_requests();
  return asked;
}

std::size_t OneMember::writes() {
  const auto asked = requests();
  return static_cast<std::size_t>(std::ranges::count_if(
      asked, [](const std::string& request) { return !request.starts_with("GET "); }));
}

std::string config_map(const std::string& name, const std::string& value) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name +
         ", namespace: shop}\ndata: {value: \"" + value + "\"}\n";
}

std::string deployment(const std::string& name, const std::string& image) {
  return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name +
         ", namespace: shop}\nspec:\n  replicas: 1\n  selector: {matchLabels: {app: " + name +
         "}}\n  template:\n    metadata: {labels: {app: " + name +
         "}}\n    spec: {containers: [{name: web, image: \"" + image + "\"}]}\n";
}

}  // namespace flotilla::test
