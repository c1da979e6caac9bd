#include "client.h"
#include "reconciler/simulator/store.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::simulator;
using namespace flotilla::simulator::testing;

namespace {

const std::string partial = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
const std::string partial_list = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
const std::string table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

std::string names(const Answer& list) {
  std::string text;
  for (const Json::Value& item : list.body["items"])
    text += item["metadata"]["name"].asString() + " ";
  return text;
}

void fill(const Client& client, int count) {
  for (int i = 0; i < count; ++i)
    client.post(config_maps,
                config_map("c" + std::to_string(i), "{}",
                           R"(,"labels":{"n":")" + std::to_string(i) + R"(","all":"x"})"));
}

}  // namespace

TEST_CASE("label selectors") {
  const auto simulator = started();
  const Client client(*simulator);
  fill(client, 3);
  client.post(config_maps, config_map("bare", "{}"));
  struct Case {
    const char* selector;
    const char* names;
  };
  const Case c = GENERATE(values<Case>({{"n%3D1", "c1 "},
                                        {"n%3D%3D1", "c1 "},
                                        {"n!%3D1", "bare c0 c2 "},
                                        {"n%20in%20(0,2)", "c0 c2 "},
                                        {"n%20notin%20(0,2),all", "c1 "},
                                        {"all", "c0 c1 c2 "},
                                        {"!all", "bare "},
                                        {"all,n%3D2", "c2 "},
                                        {"n%3E0", "c1 c2 "}}));
  CHECK(names(client.get(std::string(config_maps) + "?labelSelector=" + c.selector)) == c.names);
}

TEST_CASE("field selectors") {
  const auto simulator = started();
  const Client client(*simulator);
  fill(client, 2);
  CHECK(names(client.get(std::string(config_maps) + "?fieldSelector=metadata.name%3Dc1")) == "c1 ");
  CHECK(names(client.get(
            "/api/v1/configmaps?fieldSelector=metadata.namespace%3Ddefault,metadata.name!%3Dc1")) ==
        "c0 ");
  const Answer refused = client.get(std::string(config_maps) + "?fieldSelector=spec.x%3D1");
  CHECK(refused.status == 400);
  CHECK(refused.at("message") == "field label not supported: spec.x");
  CHECK(client.get(std::string(config_maps) + "?labelSelector=a%20b").status == 400);
}

TEST_CASE("a list in pages shows one moment") {
  const auto simulator = started();
  const Client client(*simulator);
  fill(client, 5);
  const std::string path = std::string(config_maps) + "?limit=2";
  const Answer first = client.get(path);
  CHECK(names(first) == "c0 c1 ");
  CHECK(first.at("kind") == "ConfigMapList");
  CHECK(first.at("metadata.remainingItemCount") == "3");
  CHECK(first.at("items.0.kind") == "(none)");
  client.remove(std::string(config_maps) + "/c3");
  client.post(config_maps, config_map("c22", "{}"));
  const Answer second = client.get(path + "&continue=" + first.at("metadata.continue"));
  CHECK(names(second) == "c2 c3 ");
  CHECK(second.at("metadata.resourceVersion") == first.at("metadata.resourceVersion"));
  const Answer last = client.get(path + "&continue=" + second.at("metadata.continue"));
  CHECK(names(last) == "c4 ");
  CHECK(last.at("metadata.continue") == "(none)");
  CHECK(client.get(path + "&continue=abc").status == 400);
  CHECK(client.get(path + "&labelSelector=all").at("metadata.remainingItemCount") == "(none)");
}

TEST_CASE("a continue token grows too old") {
  const auto simulator = started();
  const Client client(*simulator);
  fill(client, 3);
  const std::string token =
      client.get(std::string(config_maps) + "?limit=1").at("metadata.continue");
  for (std::size_t i = 0; i <= Store::history_limit; ++i)
    client.merge(std::string(config_maps) + "/c0",
                 R"({"data":{"a":")" + std::to_string(i) + "\"}}");
  const Answer refused = client.get(std::string(config_maps) + "?limit=1&continue=" + token);
  CHECK(refused.status == 410);
  CHECK(refused.at("reason") == "Expired");
}

TEST_CASE("objects without their content") {
  const auto simulator = started();
  const Client client(*simulator);
  fill(client, 2);
  const Answer one = client.get(std::string(config_maps) + "/c1", partial);
  CHECK(one.at("kind") == "PartialObjectMetadata");
  CHECK(one.at("apiVersion") == "meta.k8s.io/v1");
  CHECK(one.at("metadata.labels.n") == "1");
  CHECK(one.at("data") == "(none)");
  const Answer all = client.get(config_maps, partial_list);
  CHECK(all.at("kind") == "PartialObjectMetadataList");
  CHECK(all.at("items.1.kind") == "PartialObjectMetadata");
  CHECK(names(all) == "c0 c1 ");
}

TEST_CASE("tables for kubectl get") {
  const auto simulator = started_bare();
  const Client client(*simulator);
  client.post(config_maps, config_map("conf", R"({"a":"1","b":"2"})"));
  client.post(deployments, deployment("web", 3, "a:1"));
  struct Case {
    std::string path;
    std::string columns;
    std::string cells;
  };
  const Case c = GENERATE_COPY(values<Case>({
      {config_maps, "Name Data Age ", R"(["conf",2,)"},
      {deployments, "Name Ready Up-to-date Available Age Images ", R"(["web","0/3",0,0,)"},
      {"/api/v1/namespaces?fieldSelector=metadata.name%3Ddefault", "Name Status Age ",
       R"(["default","Active",)"},
      {"/apis/storage.k8s.io/v1/storageclasses", "Name Age ", "(none)"},
  }));
  const Answer answer = client.get(c.path, table);
  CHECK(answer.at("kind") == "Table");
  std::string columns;
  for (const Json::Value& column : answer.body["columnDefinitions"])
    columns += column["name"].asString() + " ";
  CHECK(columns == c.columns);
  CHECK(answer.at("rows.0.cells").starts_with(c.cells));
}

TEST_CASE("an object whose name begins a path") {
  const auto simulator = started();
  const Client client(*simulator);
  CHECK(client.get("/api/v1/namespaces/default").at("metadata.name") == "default");
  CHECK(client.get("/api/v1/namespaces/default/status").at("kind") == "Namespace");
  CHECK(client.get("/api/v1/nodes").at("kind") == "NodeList");
}

TEST_CASE("what is not there") {
  const auto simulator = started();
  const Client client(*simulator);
  CHECK(client.get("/apis/none.example.com/v1/namespaces/default/things").text ==
        "404 page not found\n");
  CHECK(client.get("/nothing").text == "404 page not found\n");
  CHECK(client.get("/apis/apps/v1/namespaces/default/widgets").at("message") ==
        "the server could not find the requested resource");
  CHECK(client.get(std::string(config_maps) + "/x/status").status == 404);
  CHECK(client.post("/api/v1/configmaps", config_map("a", "{}")).status == 405);
  CHECK(client.put(config_maps, "{}").status == 405);
}
