#include "client.h"
#include "render/base/text.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::simulator;
using namespace flotilla::simulator::testing;

namespace {

const std::string web = std::string(deployments) + "/web";
const std::string conf = std::string(config_maps) + "/conf";

}  // namespace

TEST_CASE("a new object gets what only the server can give") {
  const auto simulator = started();
  const Client client(*simulator);
  const Answer created = client.post(
      config_maps, config_map("conf", R"({"a":"1"})", R"(,"uid":"mine","resourceVersion":"")"));
  CHECK(created.status == 201);
  CHECK(created.at("kind") == "ConfigMap");
  CHECK(created.at("apiVersion") == "v1");
  CHECK(created.at("metadata.namespace") == "default");
  CHECK(created.at("metadata.uid").size() == 36);
  CHECK(created.at("metadata.creationTimestamp").size() == 20);
  CHECK(created.at("metadata.generation") == "(none)");
  const Answer twice = client.post(config_maps, config_map("conf", "{}"));
  CHECK(twice.status == 409);
  CHECK(twice.at("reason") == "AlreadyExists");
  CHECK(twice.at("message") == "configmaps \"conf\" already exists");
}

TEST_CASE("a name can be left to the server") {
  const auto simulator = started();
  const Client client(*simulator);
  const Answer created = client.post(config_maps, R"({"metadata":{"generateName":"conf-"}})");
  CHECK(created.status == 201);
  CHECK(created.at("metadata.name").size() == 10);
  CHECK(client.post(config_maps, R"({"metadata":{}})").status == 422);
}

TEST_CASE("a replacement must be of the newest version if it names one") {
  const auto simulator = started();
  const Client client(*simulator);
  const std::string first =
      client.post(config_maps, config_map("conf", R"({"a":"1"})")).at("metadata.resourceVersion");
  CHECK(
      client.put(conf, config_map("conf", R"({"a":"2"})", R"(,"resourceVersion":")" + first + "\""))
          .status == 200);
  const Answer stale = client.put(
      conf, config_map("conf", R"({"a":"3"})", R"(,"resourceVersion":")" + first + "\""));
  CHECK(stale.status == 409);
  CHECK(stale.at("message") ==
        "Operation cannot be fulfilled on configmaps \"conf\": the object has been modified; "
        "please apply your "
        "changes to the latest version and try again");
  CHECK(client.put(conf, config_map("conf", R"({"b":"4"})")).at("data") == R"({"b":"4"})");
  CHECK(client.put(conf + "2", config_map("conf2", "{}")).status == 404);
}

TEST_CASE("the three old patch formats") {
  const auto simulator = started_bare();
  const Client client(*simulator);
  client.post(deployments, deployment("web", 2, "a:1"));
  CHECK(client.merge(web, R"({"metadata":{"labels":{"x":"y"}},"spec":{"paused":true}})")
            .at("spec.paused") == "true");
  CHECK(client.merge(web, R"({"metadata":{"labels":{"x":null}}})").at("metadata.labels") ==
        "(none)");
  const Answer strategic = client.patch(
      web, "application/strategic-merge-patch+json",
      R"({"spec":{"template":{"spec":{"containers":[{"name":"c","env":[{"name":"A","value":"1"}]}]}}}})");
  CHECK(strategic.at("spec.template.spec.containers.0.image") == "a:1");
  CHECK(strategic.at("spec.template.spec.containers.0.env.0.name") == "A");
  const std::string type = "application/json-patch+json";
  CHECK(client.patch(web, type, R"([{"op":"replace","path":"/spec/replicas","value":4}])")
            .at("spec.replicas") == "4");
  const Answer tested =
      client.patch(web, type, R"([{"op":"test","path":"/spec/replicas","value":5}])");
  CHECK(tested.status == 422);
  CHECK(tested.at("message") == "the server rejected our request due to an error in our request");
  CHECK(client.patch(web, "application/x-unknown", "{}").status == 415);
  CHECK(client.merge(web + "2", "{}").status == 404);
}

TEST_CASE("generation counts changes of what is wanted") {
  const auto simulator = started_bare();
  const Client client(*simulator);
  CHECK(client.post(deployments, deployment("web", 2, "a:1")).at("metadata.generation") == "1");
  CHECK(client.merge(web, R"({"metadata":{"labels":{"x":"y"}}})").at("metadata.generation") == "1");
  CHECK(client.merge(web, R"({"spec":{"replicas":3}})").at("metadata.generation") == "2");
  CHECK(client.merge(web + "/status", R"({"status":{"replicas":3}})").at("metadata.generation") ==
        "2");
}

TEST_CASE("a write that changes nothing keeps the resourceVersion") {
  const auto simulator = started_bare();
  const Client client(*simulator);
  const std::string first =
      client.post(deployments, deployment("web", 2, "a:1")).at("metadata.resourceVersion");
  CHECK(client.merge(web, R"({"spec":{"replicas":2}})").at("metadata.resourceVersion") == first);
}

TEST_CASE("the scale subresource") {
  const auto simulator = started_bare();
  const Client client(*simulator);
  client.post(deployments, deployment("web", 2, "a:1"));
  const Answer scale = client.get(web + "/scale");
  CHECK(scale.at("kind") == "Scale");
  CHECK(scale.at("spec.replicas") == "2");
  CHECK(scale.at("status.selector") == "app=web");
  CHECK(client.merge(web + "/scale", R"({"spec":{"replicas":5}})").at("spec.replicas") == "5");
  CHECK(client.get(web).at("spec.replicas") == "5");
  CHECK(client.get(conf + "/scale").status == 404);
}

TEST_CASE("objects that a real server refuses") {
  const auto simulator = started();
  const Client client(*simulator);
  struct Case {
    std::string path;
    std::string body;
    std::string message;
    std::string field;
  };
  const std::string good = deployment("web", 2, "a:1");
  const std::string pod =
      R"({"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"j"},"spec":{"template":{"spec":{"containers":[{"name":"a","image":"b"}]}}}})";
  const Case c = GENERATE_COPY(values<Case>({
      {web, replace_all(good, R"("selector":{"matchLabels":{"app":"web"}},)", ""),
       "spec.selector: Required value", "spec.selector"},
      {web, replace_all(good, R"("labels":{"app":"web"})", R"("labels":{"app":"other"})"),
       "`selector` does not match template `labels`", "spec.template.metadata.labels"},
      {web, replace_all(good, R"(,"image":"a:1")", ""),
       "Deployment.apps \"web\" is invalid: spec.template.spec.containers[0].image: Required value",
       "spec.template.spec.containers[0].image"},
      {web, replace_all(good, "\"replicas\":2", "\"replicas\":-2"),
       "must be greater than or equal to 0", "spec.replicas"},
      {"/apis/batch/v1/namespaces/default/jobs/j", pod,
       "Required value: valid values: \"OnFailure\", \"Never\"",
       "spec.template.spec.restartPolicy"},
      {std::string(config_maps) + "/C_c", config_map("C_c", "{}"),
       "a lowercase RFC 1123 subdomain must consist of", "metadata.name"},
      {conf, config_map("conf", "{}", R"(,"labels":{"a":"b c"})"),
       "Invalid value: \"b c\": a valid label must be", "metadata.labels"},
      {"/api/v1/namespaces/default/services/s",
       R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{}})",
       "spec.ports: Required value", "spec.ports"},
  }));
  const Answer refused = client.apply(c.path, "one", c.body);
  CHECK(refused.status == 422);
  CHECK(refused.at("reason") == "Invalid");
  CHECK(refused.at("message").find(c.message) != std::string::npos);
  bool named = false;
  for (const Json::Value& cause : refused.body["details"]["causes"])
    named = named || cause["field"] == c.field;
  CHECK(named);
  CHECK(client.get(c.path).status == 404);
}

TEST_CASE("fields that may not change") {
  const auto simulator = started_bare();
  const Client client(*simulator);
  client.post(deployments, deployment("web", 2, "a:1"));
  const Answer selector = client.apply(
      web, "one", replace_all(deployment("web", 2, "a:1"), R"("app":"web")", R"("app":"new")"),
      "&force=true");
  CHECK(selector.status == 422);
  CHECK(selector.at("message") ==
        "Deployment.apps \"web\" is invalid: spec.selector: Invalid value: "
        "{\"matchLabels\":{\"app\":\"new\"}}: field is immutable");

  client.post("/api/v1/namespaces/default/services",
              R"({"metadata":{"name":"s"},"spec":{"ports":[{"port":80}],"selector":{"a":"b"}}})");
  CHECK(
      client.merge("/api/v1/namespaces/default/services/s", R"({"spec":{"clusterIP":"10.9.9.9"}})")
          .at("message") ==
      "Service \"s\" is invalid: spec.clusterIPs[0]: Invalid value: [\"10.9.9.9\"]: may not change "
      "once set");

  client.post(config_maps, R"({"metadata":{"name":"conf"},"data":{"a":"1"},"immutable":true})");
  CHECK(client.merge(conf, R"({"data":{"a":"2"}})").at("details.causes.0.message") ==
        "Forbidden: field is immutable when `immutable` is set");
  CHECK(client.merge(conf, R"({"metadata":{"labels":{"a":"b"}}})").status == 200);

  const std::string set =
      replace_all(replace_all(deployment("x", 1, "a:1"), "Deployment", "StatefulSet"),
                  R"("replicas")", R"("serviceName":"s","replicas")");
  const std::string sets = "/apis/apps/v1/namespaces/default/statefulsets";
  CHECK(client.post(sets, set).status == 201);
  CHECK(client.merge(sets + "/x", R"({"spec":{"serviceName":"t"}})").status == 422);
  CHECK(client.merge(sets + "/x", R"({"spec":{"replicas":3}})").status == 200);
}

TEST_CASE("defaults that people see") {
  const auto simulator = started_bare();
  const Client client(*simulator);
  const Answer plain =
      client.apply(web, "one", replace_all(deployment("web", 2, "a:1"), "\"replicas\":2,", ""));
  CHECK(plain.at("spec.replicas") == "1");
  CHECK(plain.at("spec.strategy") ==
        R"({"rollingUpdate":{"maxSurge":"25%","maxUnavailable":"25%"},"type":"RollingUpdate"})");
  CHECK(plain.at("spec.progressDeadlineSeconds") == "600");
  CHECK(plain.at("spec.template.spec.restartPolicy") == "Always");

  const Answer service = client.post(
      "/api/v1/namespaces/default/services",
      R"({"metadata":{"name":"s"},"spec":{"ports":[{"port":80}],"selector":{"a":"b"}}})");
  CHECK(service.at("spec.type") == "ClusterIP");
  CHECK(service.at("spec.clusterIP").starts_with("10."));
  CHECK(service.at("spec.ports") == R"([{"port":80,"protocol":"TCP","targetPort":80}])");

  const Answer secret = client.post("/api/v1/namespaces/default/secrets",
                                    R"({"metadata":{"name":"s"},"stringData":{"a":"b"}})");
  CHECK(secret.at("type") == "Opaque");
  CHECK(secret.at("data") == R"({"a":"Yg=="})");
  CHECK(secret.at("stringData") == "(none)");
}

TEST_CASE("unknown fields in a plain write are dropped with a warning, or refused in strict mode") {
  const auto simulator = started();
  const Client client(*simulator);
  const std::string body = R"({"metadata":{"name":"conf"},"datax":{"a":"1"}})";
  const Answer strict = client.post(std::string(config_maps) + "?fieldValidation=Strict", body);
  CHECK(strict.status == 400);
  CHECK(strict.at("message") ==
        "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: "
        "unknown field \"datax\"");
  const Answer created = client.post(config_maps, body);
  CHECK(created.status == 201);
  CHECK(created.at("datax") == "(none)");
  CHECK(created.headers.at("warning") == "299 - \"unknown field \\\"datax\\\"\"");
  CHECK(client.post(config_maps, config_map("other", R"({"a":1})")).status == 400);
}
