#include "client.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::simulator;
using namespace flotilla::simulator::testing;

namespace {

const std::string conf = std::string(config_maps) + "/conf";

}  // namespace

TEST_CASE("deleting answers with what is gone") {
  const auto simulator = started();
  const Client client(*simulator);
  const std::string uid = client.post(config_maps, config_map("conf", "{}")).at("metadata.uid");
  const Answer gone = client.remove(conf, R"({"propagationPolicy":"Background"})");
  CHECK(gone.status == 200);
  CHECK(gone.at("status") == "Success");
  CHECK(gone.at("details") == R"({"kind":"configmaps","name":"conf","uid":")" + uid + "\"}");
  const Answer again = client.remove(conf);
  CHECK(again.status == 404);
  CHECK(again.at("message") == "configmaps \"conf\" not found");
  CHECK(again.at("details") == R"({"kind":"configmaps","name":"conf"})");
}

TEST_CASE("preconditions guard a delete") {
  const auto simulator = started();
  const Client client(*simulator);
  const std::string uid = client.post(config_maps, config_map("conf", "{}")).at("metadata.uid");
  const Answer wrong = client.remove(conf, R"({"preconditions":{"uid":"other"}})");
  CHECK(wrong.status == 409);
  CHECK(wrong.at("message") ==
        "Operation cannot be fulfilled on ConfigMap \"conf\": the UID in the precondition (other) "
        "does not match the UID "
        "in record (" +
            uid + "). The object might have been deleted and then recreated");
  CHECK(client.remove(conf, R"({"preconditions":{"resourceVersion":"1"}})").status == 409);
  CHECK(client.get(conf).status == 200);
  CHECK(client.remove(conf, R"({"preconditions":{"uid":")" + uid + "\"}}").status == 200);
}

TEST_CASE("a dry run deletes nothing") {
  const auto simulator = started();
  const Client client(*simulator);
  client.post(config_maps, config_map("conf", "{}"));
  CHECK(client.remove(conf + "?dryRun=All").status == 200);
  CHECK(client.remove(conf, R"({"dryRun":["All"]})").status == 200);
  CHECK(client.get(conf).status == 200);
}

TEST_CASE("finalizers hold an object until they are gone") {
  const auto simulator = started();
  const Client client(*simulator);
  client.post(config_maps, config_map("conf", "{}", R"(,"finalizers":["x.y/z"])"));
  const Answer marked = client.remove(conf);
  CHECK(marked.status == 200);
  CHECK(marked.at("kind") == "ConfigMap");
  CHECK(marked.at("metadata.deletionTimestamp").size() == 20);
  CHECK(client.remove(conf).at("metadata.resourceVersion") ==
        marked.at("metadata.resourceVersion"));
  CHECK(client.merge(conf, R"({"metadata":{"finalizers":null}})").status == 200);
  CHECK(client.get(conf).status == 404);
}

TEST_CASE("a collection is deleted by selector") {
  const auto simulator = started();
  const Client client(*simulator);
  client.post(config_maps, config_map("a", "{}", R"(,"labels":{"x":"1"})"));
  client.post(config_maps, config_map("b", "{}", R"(,"labels":{"x":"2"})"));
  const Answer gone = client.remove(std::string(config_maps) + "?labelSelector=x%3D1");
  CHECK(gone.at("items.0.metadata.name") == "a");
  CHECK(client.get(std::string(config_maps) + "/a").status == 404);
  CHECK(client.get(std::string(config_maps) + "/b").status == 200);
}

TEST_CASE("a namespace is Terminating, takes nothing new, empties and goes") {
  const auto simulator = started(reacting_in(2000));
  const Client client(*simulator);
  const Answer created = client.post("/api/v1/namespaces", R"({"metadata":{"name":"shop"}})");
  CHECK(created.at("status.phase") == "Active");
  CHECK(created.at("spec.finalizers") == R"(["kubernetes"])");
  CHECK(created.at("metadata.labels") == R"({"kubernetes.io/metadata.name":"shop"})");
  client.post("/api/v1/namespaces/shop/configmaps", config_map("conf", "{}"));

  const Answer marked = client.remove("/api/v1/namespaces/shop");
  CHECK(marked.status == 200);
  CHECK(marked.at("status.phase") == "Terminating");
  const Answer late = client.post("/api/v1/namespaces/shop/configmaps", config_map("late", "{}"));
  CHECK(late.status == 403);
  CHECK(late.at("message") ==
        "configmaps \"late\" is forbidden: unable to create new content in namespace shop because "
        "it is being terminated");
  CHECK(late.at("details.causes.0.reason") == "NamespaceTerminating");
  CHECK(eventually([&] { return client.get("/api/v1/namespaces/shop").status == 404; }));
  CHECK(client.get("/api/v1/namespaces/shop/configmaps/conf").status == 404);
}

TEST_CASE("without controllers a deleted namespace stays Terminating") {
  const auto simulator = started_bare();
  const Client client(*simulator);
  client.post("/api/v1/namespaces", R"({"metadata":{"name":"shop"}})");
  client.remove("/api/v1/namespaces/shop");
  CHECK(client.get("/api/v1/namespaces/shop").at("status.phase") == "Terminating");
}

TEST_CASE("a finalizer on an object holds its namespace") {
  const auto simulator = started(reacting_in(5));
  const Client client(*simulator);
  client.post("/api/v1/namespaces", R"({"metadata":{"name":"shop"}})");
  const std::string held = "/api/v1/namespaces/shop/configmaps/conf";
  client.post("/api/v1/namespaces/shop/configmaps",
              config_map("conf", "{}", R"(,"finalizers":["x.y/z"])"));
  client.remove("/api/v1/namespaces/shop");
  CHECK(eventually([&] { return client.get(held).at("metadata.deletionTimestamp") != "(none)"; }));
  CHECK(client.get("/api/v1/namespaces/shop").status == 200);
  client.merge(held, R"({"metadata":{"finalizers":null}})");
  CHECK(eventually([&] { return client.get("/api/v1/namespaces/shop").status == 404; }));
}

TEST_CASE("the first namespaces may not be deleted") {
  const auto simulator = started();
  const Client client(*simulator);
  const Answer refused = client.remove("/api/v1/namespaces/default");
  CHECK(refused.status == 403);
  CHECK(refused.at("message") ==
        "namespaces \"default\" is forbidden: this namespace may not be deleted");
  for (const char* name : {"default", "kube-system", "kube-public", "kube-node-lease"})
    CHECK(client.get(std::string("/api/v1/namespaces/") + name).at("status.phase") == "Active");
}
