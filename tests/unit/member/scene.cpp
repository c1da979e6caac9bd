#include "tests/unit/member/scene.h"

namespace flotilla::test {
namespace {

constexpr const char* owner = "flotilla";

std::string fresh_namespace() {
  static int count = 0;
  return "shop-" + std::to_string(++count);
}

}  // namespace

Scene::Scene() : space(fresh_namespace()) {
  ServerForTests server = server_for_tests();
  server_ = std::move(server.alive);
  access_ = std::move(server.access);
  client_ = std::make_unique<kube::Client>(loop_, access_);
  discovery = test::run(loop_, client_->discover()).value();
  decision.work["eu"] = {};
  decision.interpreter = std::make_shared<interpreter::Interpreter>();
  create_as("admin", "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'NS'}}");
}

std::string Scene::text(const std::string& document) const {
  return replace_all(replace_all(document, "NS", space), "'", "\"");
}

manifest::Manifest Scene::manifest(const std::string& document) const {
  const manifest::Marks marks{owner, manifest::applyset_id(owner)};
  return manifest::build_manifest(object(text(document)), {}, marks).value();
}

ObjectKey Scene::key(const std::string& document) const { return key_of(tree(text(document))); }

std::string Scene::path_of(const ObjectKey& key) const {
  const kube::Resource* resource = discovery.find(key.group_kind());
  REQUIRE(resource != nullptr);
  return resource->path(key.namespace_, key.name);
}

int Scene::send(const Call& call) {
  kube::HttpRequest request;
  request.method = call.method;
  request.url = access_.server + call.path;
  request.headers = {{"Authorization", "Bearer " + access_.token}, {"Content-Type", call.type}};
  request.body = call.body;
  request.peer = std::make_shared<kube::Peer>(access_.peer);
  const auto answer = test::run(loop_, loop_.send(std::move(request)));
  INFO(call.method << " " << call.path << " "
                   << (answer ? answer->body : to_string(answer.error())));
  REQUIRE((answer && answer->status / 100 == 2));
  return answer->status;
}

void Scene::run(const std::function<void(member::Applier&)>& work) {
  report = {};
  member::Order order;
  order.cluster = "eu";
  order.revision = "r1";
  order.owner = owner;
  order.decision = std::make_shared<const decision::Decision>(decision);
  member::Applier applier(*client_, order, manifest::applyset_id(owner), inventory, report);
  applier.use(discovery);
  work(applier);
  stale_discovery = applier.is_discovery_stale();
}

member::ObjectReport Scene::apply(manifest::Manifest manifest) {
  return apply(std::move(manifest), [] {});
}

member::ObjectReport Scene::apply(manifest::Manifest manifest,
                                  const std::function<void()>& meanwhile) {
  run([&](member::Applier& applier) {
    loop_.run(applier.prepare({&manifest}));
    meanwhile();
    loop_.run(applier.apply(&manifest));
  });
  return report.objects[manifest.key];
}

void Scene::remove(const ObjectKey& key) {
  run([&](member::Applier& applier) { loop_.run(applier.remove(inventory.at(key))); });
}

void Scene::let_go(const ObjectKey& key) {
  run([&](member::Applier& applier) { loop_.run(applier.let_go(inventory.at(key))); });
}

Json::Value Scene::live(const ObjectKey& key) {
  const kube::Resource* resource = discovery.find(key.group_kind());
  REQUIRE(resource != nullptr);
  auto answer = test::run(loop_, client_->get(*resource, key.namespace_, key.name));
  return answer ? *answer : Json::Value();
}

void Scene::read_again(const ObjectKey& key) {
  const Json::Value object = live(key);
  inventory.erase(key);
  if (!object.isNull()) inventory[key] = member::item_of(object);
}

void Scene::apply_as(const std::string& manager, const std::string& document) {
  send({"PATCH", path_of(key(document)) + "?force=true&fieldManager=" + manager, text(document),
        "application/apply-patch+yaml"});
}

void Scene::create_as(const std::string& manager, const std::string& document) {
  const ObjectKey named = key(document);
  const kube::Resource* resource = discovery.find(named.group_kind());
  REQUIRE(resource != nullptr);
  send({"POST", resource->path(named.namespace_) + "?fieldManager=" + manager, text(document),
        "application/json"});
}

void Scene::merge_as(const std::string& manager, const std::string& subject,
                     const std::string& patch, const std::string& subresource) {
  const std::string under = subresource.empty() ? "" : "/" + subresource;
  send({"PATCH", path_of(key(subject)) + under + "?fieldManager=" + manager, text(patch),
        "application/merge-patch+json"});
}

void Scene::delete_as_other(const std::string& subject) {
  send({"DELETE", path_of(key(subject)), {}, "application/json"});
}

void Scene::use_token(const std::string& token) {
  access_.token = token;
  client_ = std::make_unique<kube::Client>(loop_, access_);
}

}  // namespace flotilla::test
