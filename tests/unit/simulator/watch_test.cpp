#include "client.h"
#include "reconciler/simulator/store.h"

#include <catch2/catch.hpp>
#include <curl/curl.h>

using namespace flotilla;
using namespace flotilla::simulator;
using namespace flotilla::simulator::testing;
using namespace std::chrono_literals;

namespace {

const std::string conf = std::string(config_maps) + "/conf";
const std::string watched = std::string(config_maps) + "?watch=1&resourceVersion=";

std::string revision(const Client& client) {
  return client.get(config_maps).at("metadata.resourceVersion");
}

}  // namespace

TEST_CASE("a watch tells of what is added, changed and deleted") {
  const auto simulator = started();
  const Client client(*simulator);
  Watching watching(client, watched + revision(client));
  client.post(config_maps, config_map("conf", R"({"a":"1"})"));
  CHECK(text_at(watching.event(0), "type") == "ADDED");
  CHECK(text_at(watching.event(0), "object.kind") == "ConfigMap");
  client.merge(conf, R"({"data":{"a":"2"}})");
  CHECK(text_at(watching.event(1), "type") == "MODIFIED");
  CHECK(text_at(watching.event(1), "object.data.a") == "2");
  client.remove(conf);
  CHECK(text_at(watching.event(2), "type") == "DELETED");
  const auto number = [](const Json::Value& event) {
    return std::stoul(text_at(event, "object.metadata.resourceVersion"));
  };
  CHECK(number(watching.event(2)) > number(watching.event(1)));
}

TEST_CASE("a watch from an old revision first tells what was missed") {
  const auto simulator = started();
  const Client client(*simulator);
  const std::string before = revision(client);
  client.post(config_maps, config_map("conf", "{}"));
  client.remove(conf);
  Watching watching(client, watched + before);
  CHECK(text_at(watching.event(0), "type") == "ADDED");
  CHECK(text_at(watching.event(1), "type") == "DELETED");
}

TEST_CASE("a watch without a revision begins with what is there") {
  const auto simulator = started();
  const Client client(*simulator);
  client.post(config_maps, config_map("conf", "{}"));
  Watching watching(client, std::string(config_maps) + "?watch=true");
  CHECK(text_at(watching.event(0), "type") == "ADDED");
}

TEST_CASE("a list by watch ends with a bookmark") {
  const auto simulator = started();
  const Client client(*simulator);
  client.post(config_maps, config_map("conf", "{}"));
  const std::string path =
      std::string(config_maps) + "?watch=1&sendInitialEvents=true&allowWatchBookmarks=true";
  CHECK(client.get(path).status == 422);
  Watching watching(client, path + "&resourceVersionMatch=NotOlderThan");
  CHECK(text_at(watching.event(0), "object.metadata.name") == "conf");
  CHECK(text_at(watching.event(1), "type") == "BOOKMARK");
  CHECK(text_at(watching.event(1), "object.metadata.annotations") ==
        R"({"k8s.io/initial-events-end":"true"})");
  CHECK(text_at(watching.event(1), "object.metadata.resourceVersion") == revision(client));
}

TEST_CASE("an object that leaves the selector is deleted for the watcher") {
  const auto simulator = started();
  const Client client(*simulator);
  Watching watching(client, watched + revision(client) + "&labelSelector=x%3D1");
  client.post(config_maps, config_map("other", "{}"));
  client.post(config_maps, config_map("conf", "{}", R"(,"labels":{"x":"1"})"));
  CHECK(text_at(watching.event(0), "object.metadata.name") == "conf");
  client.merge(conf, R"({"metadata":{"labels":{"x":"2"}}})");
  CHECK(text_at(watching.event(1), "type") == "DELETED");
  client.merge(conf, R"({"metadata":{"labels":{"x":"1"}}})");
  CHECK(text_at(watching.event(2), "type") == "ADDED");
}

TEST_CASE("a revision that is too old is 410 in the stream") {
  const auto simulator = started();
  const Client client(*simulator);
  const std::string before = revision(client);
  client.post(config_maps, config_map("conf", "{}"));
  for (std::size_t i = 0; i <= Store::history_limit; ++i)
    client.merge(conf, R"({"data":{"a":")" + std::to_string(i) + "\"}}");
  Watching watching(client, watched + before);
  CHECK(text_at(watching.event(0), "type") == "ERROR");
  CHECK(text_at(watching.event(0), "object.code") == "410");
  CHECK(text_at(watching.event(0), "object.reason") == "Expired");
  CHECK(watching.ended_within(10s));
}

TEST_CASE("a watch ends after timeoutSeconds") {
  const auto simulator = started();
  const Client client(*simulator);
  Watching watching(client, watched + revision(client) + "&timeoutSeconds=1");
  CHECK(watching.ended_within(10s));
  CHECK(watching.failure() == CURLE_OK);
}

TEST_CASE("watches of metadata and of tables") {
  const auto simulator = started();
  const Client client(*simulator);
  const std::string from = revision(client);
  Watching partial(client, watched + from,
                   "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1");
  Watching table(client, watched + from, "application/json;as=Table;g=meta.k8s.io;v=v1");
  client.post(config_maps, config_map("a", "{}"));
  client.post(config_maps, config_map("b", "{}"));
  CHECK(text_at(partial.event(0), "object.kind") == "PartialObjectMetadata");
  CHECK(text_at(partial.event(0), "object.data") == "(none)");
  CHECK(text_at(table.event(0), "object.columnDefinitions.0.name") == "Name");
  CHECK(text_at(table.event(0), "object.rows.0.cells.0") == "a");
  CHECK(text_at(table.event(1), "object.columnDefinitions") == "null");
}

TEST_CASE("many watches see everything") {
  const auto simulator = started();
  const Client client(*simulator);
  const std::string from = revision(client);
  std::vector<std::unique_ptr<Watching>> all;
  for (int i = 0; i < 10; ++i) all.push_back(std::make_unique<Watching>(client, watched + from));
  for (int i = 0; i < 50; ++i) client.post(config_maps, config_map("c" + std::to_string(i), "{}"));
  for (const auto& watching : all)
    for (std::size_t i = 0; i < 50; ++i)
      REQUIRE(text_at(watching->event(i), "object.metadata.name") == "c" + std::to_string(i));
}

TEST_CASE("a watch in one namespace hears nothing of another") {
  const auto simulator = started();
  const Client client(*simulator);
  Watching watching(client, watched + revision(client));
  client.post("/api/v1/namespaces/kube-system/configmaps", config_map("far", "{}"));
  client.post(config_maps, config_map("near", "{}"));
  CHECK(text_at(watching.event(0), "object.metadata.name") == "near");
}
