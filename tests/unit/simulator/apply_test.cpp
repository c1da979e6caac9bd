#include "client.h"
#include "render/base/text.h"
#include "render/document/json.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::simulator;
using namespace flotilla::simulator::testing;

namespace {

const std::string web = std::string(deployments) + "/web";
const std::string conf = std::string(config_maps) + "/conf";

// The fieldsV1 of a manager's entry.
std::string owned_by(const Answer& answer, const std::string& manager) {
  for (const Json::Value& entry : answer.body["metadata"]["managedFields"])
    if (entry["manager"] == manager) return canonical_json(entry["fieldsV1"]);
  return "(nothing)";
}

}  // namespace

TEST_CASE("an apply creates with 201, and the same again changes nothing") {
  const auto simulator = started_bare();
  const Client client(*simulator);
  const Answer created = client.apply(web, "one", deployment("web", 2, "nginx:1"));
  CHECK(created.status == 201);
  const Answer again = client.apply(web, "one", deployment("web", 2, "nginx:1"));
  CHECK(again.status == 200);
  CHECK(again.text == created.text);
  const Answer changed = client.apply(web, "one", deployment("web", 3, "nginx:1"));
  CHECK(changed.status == 200);
  CHECK(changed.at("metadata.resourceVersion") != created.at("metadata.resourceVersion"));
  CHECK(changed.at("metadata.generation") == "2");
}

TEST_CASE("what the server fills in belongs to nobody") {
  const auto simulator = started_bare();
  const Client client(*simulator);
  const Answer created = client.apply(web, "one", deployment("web", 2, "nginx"));
  CHECK(created.at("spec.revisionHistoryLimit") == "10");
  CHECK(created.at("spec.template.spec.containers.0.imagePullPolicy") == "Always");
  CHECK(
      owned_by(created, "one") ==
      R"({"f:spec":{"f:replicas":{},"f:selector":{},"f:template":{"f:metadata":{"f:labels":{"f:app":{}}},)"
      R"("f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:image":{},"f:name":{},)"
      R"("f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{}}}}}}}}})");
}

TEST_CASE("another manager with another value is a conflict that names manager and field") {
  const auto simulator = started_bare();
  const Client client(*simulator);
  client.apply(web, "one", deployment("web", 2, "nginx:1"));
  const Answer refused = client.apply(web, "two", deployment("web", 3, "nginx:1"));
  CHECK(refused.status == 409);
  CHECK(refused.at("reason") == "Conflict");
  CHECK(refused.at("message") ==
        "Apply failed with 1 conflict: conflict with \"one\": .spec.replicas");
  CHECK(
      refused.at("details.causes") ==
      R"([{"field":".spec.replicas","message":"conflict with \"one\"","reason":"FieldManagerConflict"}])");

  const Answer both = client.apply(web, "two", deployment("web", 3, "nginx:2"));
  CHECK(both.at("message") ==
        "Apply failed with 2 conflicts: conflicts with \"one\":\n- .spec.replicas\n- "
        ".spec.template.spec.containers[name=\"c\"].image");

  const Answer shared = client.apply(web, "two", deployment("web", 2, "nginx:1"));
  CHECK(shared.status == 200);
  CHECK(owned_by(shared, "one") == owned_by(shared, "two"));
}

TEST_CASE("force takes a field from its owner") {
  const auto simulator = started_bare();
  const Client client(*simulator);
  client.apply(conf, "one", config_map("conf", R"({"a":"1","b":"1"})"));
  const Answer forced =
      client.apply(conf, "two", config_map("conf", R"({"a":"2"})"), "&force=true");
  CHECK(forced.status == 200);
  CHECK(forced.at("data") == R"({"a":"2","b":"1"})");
  CHECK(owned_by(forced, "one") == R"({"f:data":{"f:b":{}}})");
  CHECK(owned_by(forced, "two") == R"({"f:data":{"f:a":{}}})");
}

TEST_CASE("a field that is no longer applied goes when nobody else owns it") {
  const auto simulator = started();
  const Client client(*simulator);
  client.apply(conf, "one",
               config_map("conf", R"({"a":"1","b":"1","c":"1"})", R"(,"labels":{"x":"y"})"));
  client.apply(conf, "two", config_map("conf", R"({"b":"1"})"));
  const Answer less = client.apply(conf, "one", config_map("conf", R"({"a":"1"})"));
  CHECK(less.at("data") == R"({"a":"1","b":"1"})");
  CHECK(less.at("metadata.labels") == "(none)");
  CHECK(owned_by(less, "one") == R"({"f:data":{"f:a":{}}})");
}

TEST_CASE("a container that is no longer applied goes, with what the server added to it") {
  const auto simulator = started_bare();
  const Client client(*simulator);
  const std::string two_containers = replace_all(deployment("web", 1, "a:1"), R"("containers":[)",
                                                 R"("containers":[{"name":"side","image":"s:1"},)");
  CHECK(client.apply(web, "one", two_containers).at("spec.template.spec.containers.1.name") == "c");
  const Answer one = client.apply(web, "one", deployment("web", 1, "a:1"));
  CHECK(one.at("spec.template.spec.containers.0.name") == "c");
  CHECK(one.at("spec.template.spec.containers.1") == "(none)");
}

TEST_CASE("an update takes fields over, and a later apply meets its manager") {
  const auto simulator = started_bare();
  const Client client(*simulator);
  client.apply(web, "one", deployment("web", 2, "nginx:1"));
  const Answer edited = client.merge(web + "?fieldManager=editor", R"({"spec":{"replicas":7}})");
  CHECK(edited.status == 200);
  CHECK(owned_by(edited, "editor") == R"({"f:spec":{"f:replicas":{}}})");
  CHECK(owned_by(edited, "one").find("f:replicas") == std::string::npos);
  CHECK(client.apply(web, "one", deployment("web", 2, "nginx:1")).at("message") ==
        "Apply failed with 1 conflict: conflict with \"editor\" using apps/v1: .spec.replicas");

  client.merge(web + "/scale?fieldManager=hpa", R"({"spec":{"replicas":9}})");
  CHECK(client.apply(web, "one", deployment("web", 2, "nginx:1")).at("details.causes.0.message") ==
        "conflict with \"hpa\" with subresource \"scale\" using apps/v1");
}

TEST_CASE("without fieldManager in the query an update is owned by the program") {
  const auto simulator = started();
  const Client client(*simulator);
  const Answer created = client.post(config_maps, config_map("conf", R"({"a":"1"})"));
  CHECK(owned_by(created, "tester") == R"({"f:data":{".":{},"f:a":{}}})");
}

TEST_CASE("an applied body that does not fit the schema is a 500 without a reason") {
  const auto simulator = started();
  const Client client(*simulator);
  const std::string good = deployment("web", 2, "nginx:1");
  const std::string begin =
      "failed to create typed patch object (/web; apps/v1, Kind=Deployment): ";
  struct Case {
    const char* what;
    const char* with;
    const char* message;
  };
  const Case c = GENERATE(values<Case>({
      {"\"replicas\":2", "\"replicaz\":2", ".spec.replicaz: field not declared in schema"},
      {"\"replicas\":2", "\"replicas\":\"three\"",
       ".spec.replicas: expected numeric (int or float), got string"},
      {"\"replicas\":2", "\"paused\":3",
       ".spec.paused: expected boolean, got &value.valueUnstructured{Value:3}"},
      {"\"app\":\"web\"", "\"app\":5",
       ".spec.selector.matchLabels.app: expected string, got &value.valueUnstructured{Value:5}"},
      {"\"containers\":[", "\"containers\":[{\"name\":\"c\"},",
       ".spec.template.spec.containers: duplicate entries for key [name=\"c\"]"},
      {"\"name\":\"c\"", "\"nam\":\"c\"",
       ".spec.template.spec.containers: element 0: associative list with keys has an element that "
       "omits key field \"name\" (and doesn't "
       "have default value)"},
  }));
  const Answer refused = client.apply(web, "one", replace_all(good, c.what, c.with));
  CHECK(refused.status == 500);
  CHECK(refused.at("reason") == "(none)");
  CHECK(refused.at("message") == begin + c.message);
  CHECK(client.get(web).status == 404);
}

TEST_CASE("an apply that is wrong in itself") {
  const auto simulator = started();
  const Client client(*simulator);
  struct Case {
    std::string path;
    std::string body;
    long status;
    std::string message;
  };
  const std::string body = config_map("conf", "{}");
  const Case c = GENERATE_COPY(values<Case>({
      {conf + "?force=true", body, 422,
       "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for "
       "apply patch"},
      {conf + "x?fieldManager=f", body, 400,
       "the name of the object (conf) does not match the name on the URL (confx)"},
      {conf + "?fieldManager=f", config_map("conf", "{}", R"(,"namespace":"other")"), 400,
       "the namespace of the provided object does not match the namespace sent on the request"},
      {conf + "?fieldManager=f", config_map("conf", "{}", R"(,"managedFields":[{"manager":"x"}])"),
       400, "metadata.managedFields must be nil"},
      {conf + "?fieldManager=f", replace_all(body, "ConfigMap", "Secret"), 400,
       "invalid object type: /v1, Kind=Secret"},
      {conf + "?fieldManager=f", R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{}})", 400,
       "the name of the object (conf based on URL) was undeterminable: name must be provided"},
      {"/api/v1/namespaces/nowhere/configmaps/conf?fieldManager=f", body, 404,
       "namespaces \"nowhere\" not found"},
      {conf + "?fieldManager=f", config_map("conf", "{}", R"(,"uid":"abc")"), 409,
       "Operation cannot be fulfilled on configmaps \"conf\": uid mismatch: the provided object "
       "specified uid abc, and no existing object "
       "was found"},
  }));
  const Answer refused = client.patch(c.path, "application/apply-patch+yaml", c.body);
  CHECK(refused.status == c.status);
  CHECK(refused.at("message") == c.message);
  CHECK(client.get(conf).status == 404);
}

TEST_CASE("a missing namespace is named in the details") {
  const auto simulator = started();
  const Client client(*simulator);
  const Answer refused =
      client.apply("/api/v1/namespaces/nowhere/configmaps/conf", "f", config_map("conf", "{}"));
  CHECK(refused.at("details") == R"({"kind":"namespaces","name":"nowhere"})");
}

TEST_CASE("a dry run answers like the real thing and stores nothing") {
  const auto simulator = started();
  const Client client(*simulator);
  const Answer dry = client.apply(conf, "one", config_map("conf", R"({"a":"1"})"), "&dryRun=All");
  CHECK(dry.status == 201);
  CHECK(dry.at("data.a") == "1");
  CHECK(client.get(conf).status == 404);
}

TEST_CASE("a resourceVersion in an apply makes it conditional") {
  const auto simulator = started();
  const Client client(*simulator);
  client.apply(conf, "one", config_map("conf", R"({"a":"1"})"));
  const Answer stale =
      client.apply(conf, "one", config_map("conf", R"({"a":"2"})", R"(,"resourceVersion":"1")"));
  CHECK(stale.status == 409);
  CHECK(stale.at("message").find("the object has been modified") != std::string::npos);
}

TEST_CASE("an apply body may be YAML") {
  const auto simulator = started();
  const Client client(*simulator);
  const Answer created = client.apply(
      conf, "one", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata: {a: 'on'}\n");
  CHECK(created.status == 201);
  CHECK(created.at("data.a") == "on");
  CHECK(client.apply(conf, "one", "{{{").status == 400);
}

TEST_CASE("status belongs to its subresource") {
  const auto simulator = started_bare();
  const Client client(*simulator);
  const std::string with_status = replace_all(deployment("web", 2, "a:1"), R"("spec":{"replicas")",
                                              R"("status":{"replicas":9},"spec":{"replicas")");
  const Answer created = client.apply(web, "one", with_status);
  CHECK(created.at("status") == "{}");
  CHECK(owned_by(created, "one").find("f:status") == std::string::npos);
  const Answer status = client.merge(web + "/status?fieldManager=ctl",
                                     R"({"status":{"replicas":2},"spec":{"replicas":5}})");
  CHECK(status.at("status.replicas") == "2");
  CHECK(status.at("spec.replicas") == "2");
  CHECK(status.at("metadata.generation") == "1");
  CHECK(status.at("metadata.managedFields.1.subresource") == "status");
}
