#include "client.h"
#include "render/base/text.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::simulator;
using namespace flotilla::simulator::testing;

namespace {

const std::string definition =
    R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
 "metadata":{"name":"widgets.example.com"},"spec":{"group":"example.com","scope":"Namespaced",
 "names":{"plural":"widgets","kind":"Widget","shortNames":["wd"]},"versions":[
 {"name":"v1","served":true,"storage":true,"subresources":{"status":{}},
  "additionalPrinterColumns":[{"name":"Size","type":"integer","jsonPath":".spec.size"}],
  "schema":{"openAPIV3Schema":{"type":"object","properties":{
   "spec":{"type":"object","required":["size"],"properties":{
    "size":{"type":"integer","minimum":1},"color":{"type":"string","enum":["red","blue"],"default":"red"},
    "ports":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],
     "items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"p":{"type":"integer"}}}}}},
   "status":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}},
 {"name":"v1alpha1","served":true,"storage":false,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}})";
const std::string definition_path =
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com";
const std::string widgets = "/apis/example.com/v1/namespaces/default/widgets";

std::string widget(const std::string& name, const std::string& spec) {
  return R"({"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":")" + name +
         "\"},\"spec\":" + spec + "}";
}

void define(const Client& client) {
  REQUIRE(client.apply(definition_path, "one", definition).status == 201);
  REQUIRE(eventually([&] { return client.get(widgets).status == 200; }));
}

}  // namespace

TEST_CASE("a definition is served a little later, and says so") {
  const auto simulator = started();
  const Client client(*simulator);
  const Answer created = client.apply(definition_path, "one", definition);
  CHECK(created.status == 201);
  CHECK(created.at("spec.names.singular") == "widget");
  CHECK(created.at("spec.names.listKind") == "WidgetList");
  CHECK(client.get(widgets).status == 404);
  CHECK(eventually([&] { return client.get(widgets).status == 200; }));
  const Answer established = client.get(definition_path);
  CHECK(established.at("status.conditions.0.type") == "NamesAccepted");
  CHECK(established.at("status.conditions.1.type") == "Established");
  CHECK(established.at("status.conditions.1.status") == "True");
  CHECK(established.at("status.storedVersions") == R"(["v1"])");
  CHECK(client.apply(definition_path, "one", definition).at("metadata.resourceVersion") ==
        established.at("metadata.resourceVersion"));
  const Answer resources = client.get("/apis/example.com/v1");
  CHECK(resources.at("resources.0.name") == "widgets");
  CHECK(resources.at("resources.0.shortNames") == R"(["wd"])");
  CHECK(resources.at("resources.1.name") == "widgets/status");
  CHECK(client.get("/apis/example.com").at("preferredVersion.version") == "v1");
}

TEST_CASE("custom objects are checked against their schema") {
  const auto simulator = started();
  const Client client(*simulator);
  define(client);
  struct Case {
    const char* spec;
    long status;
    std::string message;
  };
  const Case c = GENERATE(values<Case>({
      {R"({"size":1})", 201, "(none)"},
      {R"({"size":0,"color":"green"})", 422,
       "Widget.example.com \"w\" is invalid: [spec.color: Unsupported value: \"green\": supported "
       "values: \"red\", \"blue\", spec.size: "
       "Invalid value: 0: spec.size in body should be greater than or equal to 1]"},
      {R"({"color":"red"})", 422, "Widget.example.com \"w\" is invalid: spec.size: Required value"},
      {R"({"size":"x"})", 500,
       "failed to create typed patch object (/w; example.com/v1, Kind=Widget): .spec.size: "
       "expected numeric (int or float), got string"},
      {R"({"size":1,"zzz":2})", 500,
       "failed to create typed patch object (/w; example.com/v1, Kind=Widget): .spec.zzz: field "
       "not declared in schema"},
  }));
  const Answer answer = client.apply(widgets + "/w", "one", widget("w", c.spec));
  CHECK(answer.status == c.status);
  CHECK(answer.at("message") == c.message);
}

TEST_CASE("unknown fields of a custom object are pruned when it is created") {
  const auto simulator = started();
  const Client client(*simulator);
  define(client);
  const Answer created = client.post(widgets, widget("w", R"({"size":1,"zzz":3})"));
  CHECK(created.status == 201);
  CHECK(created.at("spec") == R"({"color":"red","size":1})");
  CHECK(created.headers.at("warning") == "299 - \"unknown field \\\"spec.zzz\\\"\"");
  CHECK(client.post(widgets, widget("x", R"({"size":"1"})")).at("details.causes.0.reason") ==
        "FieldValueTypeInvalid");
  CHECK(client.put(widgets + "/w", widget("w", R"({"size":2})")).status == 422);
}

TEST_CASE("keyed lists of a custom object have an owner an entry") {
  const auto simulator = started();
  const Client client(*simulator);
  define(client);
  client.apply(widgets + "/w", "one", widget("w", R"({"size":1,"ports":[{"name":"x","p":1}]})"));
  const Answer both = client.apply(widgets + "/w", "two",
                                   widget("w", R"({"size":1,"ports":[{"name":"y","p":2}]})"));
  CHECK(both.at("spec.ports") == R"([{"name":"x","p":1},{"name":"y","p":2}])");
  const Answer less = client.apply(widgets + "/w", "one", widget("w", R"({"size":1})"));
  CHECK(less.at("spec.ports") == R"([{"name":"y","p":2}])");
}

TEST_CASE("status of a custom object") {
  const auto simulator = started();
  const Client client(*simulator);
  define(client);
  client.apply(widgets + "/w", "one", widget("w", R"({"size":1})"));
  CHECK(client.merge(widgets + "/w", R"({"status":{"x":1}})").at("status") == "(none)");
  const Answer status =
      client.merge(widgets + "/w/status", R"({"status":{"x":1},"spec":{"size":9}})");
  CHECK(status.at("status.x") == "1");
  CHECK(status.at("spec.size") == "1");
  CHECK(status.at("metadata.generation") == "1");
}

TEST_CASE("every served version shows the same objects") {
  const auto simulator = started();
  const Client client(*simulator);
  define(client);
  client.apply(widgets + "/w", "one", widget("w", R"({"size":1})"));
  const Answer other = client.get(replace_all(widgets, "/v1/", "/v1alpha1/") + "/w");
  CHECK(other.at("apiVersion") == "example.com/v1alpha1");
  CHECK(other.at("spec.size") == "1");
}

TEST_CASE("columns of a custom kind") {
  const auto simulator = started();
  const Client client(*simulator);
  define(client);
  client.apply(widgets + "/w", "one", widget("w", R"({"size":4})"));
  const Answer table = client.get(widgets, "application/json;as=Table;g=meta.k8s.io;v=v1");
  CHECK(table.at("columnDefinitions.1.name") == "Size");
  CHECK(table.at("rows.0.cells") == R"(["w",4])");
}

TEST_CASE("a definition takes its objects with it") {
  const auto simulator = started();
  const Client client(*simulator);
  define(client);
  client.apply(widgets + "/w", "one", widget("w", R"({"size":1})"));
  CHECK(client.remove(definition_path).at("metadata.finalizers") ==
        R"(["customresourcecleanup.apiextensions.k8s.io"])");
  CHECK(eventually([&] { return client.get(definition_path).status == 404; }));
  CHECK(client.get(widgets).status == 404);
  define(client);
  CHECK(client.get(widgets).at("items") == "[]");
}

TEST_CASE("a definition with the wrong name") {
  const auto simulator = started();
  const Client client(*simulator);
  const Answer refused =
      client.apply(replace_all(definition_path, "widgets", "gadgets"), "one",
                   replace_all(definition, "widgets.example.com", "gadgets.example.com"));
  CHECK(refused.status == 422);
  CHECK(refused.at("details.causes.0.field") == "metadata.name");
}
