#include "client.h"
#include "render/base/text.h"
#include "render/yaml/reader.h"

#include <catch2/catch.hpp>
#include <curl/curl.h>

using namespace flotilla;
using namespace flotilla::simulator;
using namespace flotilla::simulator::testing;
using namespace std::chrono_literals;

namespace {

Answer as(const Client& client, const std::string& token, const std::string& path) {
  Ask ask;
  ask.path = path;
  ask.token = token;
  return client.send(ask);
}

Answer impatient(const Client& client, const std::string& path) {
  Ask ask;
  ask.path = path;
  ask.timeout_ms = 300;
  return client.send(ask);
}

}  // namespace

TEST_CASE("who asks without a token is forbidden, with a wrong one unknown") {
  const auto simulator = started();
  const Client client(*simulator);
  const Answer anonymous = as(client, "none", "/api/v1/namespaces");
  CHECK(anonymous.status == 403);
  CHECK(anonymous.at("message") ==
        "namespaces is forbidden: User \"system:anonymous\" cannot list resource \"namespaces\" in "
        "API group \"\" at the cluster scope");
  CHECK(as(client, "none", "/apis").at("message") ==
        "forbidden: User \"system:anonymous\" cannot get path \"/apis\"");
  const Answer unknown = as(client, "wrong", "/api");
  CHECK(unknown.status == 401);
  CHECK(unknown.at("message") == "Unauthorized");
  CHECK(as(client, "", "/api").status == 200);
}

TEST_CASE("tokens: chosen or random") {
  Options sesame;
  sesame.admin_token = "sesame";
  const auto chosen = started(sesame);
  CHECK(chosen->token() == "sesame");
  const auto one = started();
  const auto two = started();
  CHECK(one->token() != two->token());
  CHECK(one->server_url() != two->server_url());
}

TEST_CASE("the certificate is good for its own authority only") {
  const auto one = started();
  const auto two = started();
  CHECK(Client(*one).get("/version").status == 200);
  Ask ask;
  ask.path = "/version";
  CURL* easy = curl_easy_init();
  const std::string url = one->server_url() + ask.path;
  std::string other = two->ca_pem();
  curl_blob ca{other.data(), other.size(), CURL_BLOB_COPY};
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &ca);
  CHECK(curl_easy_perform(easy) == CURLE_PEER_FAILED_VERIFICATION);
  const std::string named = replace_all(url, "127.0.0.1", "localhost");
  const std::string own = one->ca_pem();
  curl_blob right{const_cast<char*>(own.data()), own.size(), CURL_BLOB_COPY};
  curl_easy_setopt(easy, CURLOPT_URL, named.c_str());
  curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &right);
  curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  CHECK(curl_easy_perform(easy) == CURLE_OK);
  curl_easy_cleanup(easy);
}

TEST_CASE("requests are counted") {
  const auto simulator = started();
  const Client client(*simulator);
  client.get("/api/v1/namespaces?limit=5");
  client.get("/nothing");
  const std::vector<Request> seen = simulator->requests();
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].method == "GET");
  CHECK(seen[0].target == "/api/v1/namespaces?limit=5");
  CHECK(seen[0].user_agent == "tester/1.0");
  CHECK(seen[0].status == 200);
  CHECK(seen[1].status == 404);
  simulator->forget_requests();
  CHECK(simulator->requests().empty());
}

TEST_CASE("a stopped server refuses, and comes back as it was") {
  const auto simulator = started();
  const Client client(*simulator);
  client.post(config_maps, config_map("conf", R"({"a":"1"})"));
  Watching watching(client, std::string(config_maps) + "?watch=1");
  CHECK(text_at(watching.event(0), "type") == "ADDED");
  simulator->stop();
  CHECK(watching.ended_within(10s));
  CHECK(watching.failure() != CURLE_OK);
  CHECK(client.get(config_maps).failure == CURLE_COULDNT_CONNECT);
  const std::string url = simulator->server_url();
  REQUIRE(simulator->restart());
  CHECK(simulator->server_url() == url);
  CHECK(client.get(std::string(config_maps) + "/conf").at("data.a") == "1");
  CHECK(simulator->restart());
}

TEST_CASE("a hanging server takes requests and says nothing until it recovers") {
  const auto simulator = started();
  const Client client(*simulator);
  Watching watching(client, "/api/v1/namespaces?watch=1");
  CHECK(text_at(watching.event(3), "type") == "ADDED");
  simulator->hang(true);
  CHECK(impatient(client, "/api/v1/namespaces").failure == CURLE_OPERATION_TIMEDOUT);
  Watching late(client, "/api/v1/namespaces?watch=1");
  CHECK_FALSE(late.ended_within(100ms));
  simulator->hang(false);
  CHECK(text_at(late.event(3), "type") == "ADDED");
  CHECK(client.post("/api/v1/namespaces", R"({"metadata":{"name":"shop"}})").status == 201);
  CHECK(text_at(watching.event(4), "object.metadata.name") == "shop");
}

TEST_CASE("a hanging server can be stopped") {
  const auto simulator = started();
  const Client client(*simulator);
  simulator->hang(true);
  Watching held(client, "/api/v1/namespaces?watch=1");
  CHECK(impatient(client, "/version").failure == CURLE_OPERATION_TIMEDOUT);
  simulator->stop();
  CHECK(held.ended_within(10s));
  REQUIRE(simulator->restart());
  CHECK(client.get("/version").status == 200);
}

TEST_CASE("many members in one process") {
  std::vector<std::unique_ptr<Simulator>> members;
  for (int i = 0; i < 30; ++i) members.push_back(started());
  for (const auto& member : members)
    CHECK(Client(*member).post(config_maps, config_map("conf", "{}")).status == 201);
}

TEST_CASE("a body that is too large") {
  const auto simulator = started();
  const Client client(*simulator);
  const Answer refused = client.post(
      config_maps, config_map("conf", R"({"a":")" + std::string(4U << 20U, 'x') + "\"}"));
  CHECK(refused.status == 413);
  CHECK(refused.at("reason") == "RequestEntityTooLarge");
  CHECK(client.get("/version").status == 200);
}

TEST_CASE("a kubeconfig has a context for each member") {
  const std::string text = kubeconfig(
      {{"a", "https://127.0.0.1:1", "PEM", "t1"}, {"b", "https://127.0.0.1:2", "PEM", "t2"}});
  const auto read = yaml::read_documents(text, "kubeconfig");
  REQUIRE(read.documents.size() == 1);
  const Json::Value& config = read.documents[0].tree;
  CHECK(text_at(config, "current-context") == "a");
  CHECK(text_at(config, "contexts.1.context.cluster") == "b");
  CHECK(text_at(config, "clusters.1.cluster.server") == "https://127.0.0.1:2");
  CHECK(text_at(config, "clusters.0.cluster.certificate-authority-data") == base64_encode("PEM"));
  CHECK(text_at(config, "users.1.user.token") == "t2");
}
