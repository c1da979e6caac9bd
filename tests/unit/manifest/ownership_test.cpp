#include "render/manifest/ownership.h"

#include "tests/support/documents.h"

#include <catch2/catch.hpp>

#include <chrono>

using namespace flotilla;
using namespace flotilla::manifest;

// What real servers answer is in tests/ownership; here is what they answer seldom.
namespace {

struct Entry {
  const char* manager;
  const char* operation;
  const char* fields;
  const char* api_version = "v1";
  const char* subresource = "";
  const char* time = "2026-01-01T00:00:00Z";
};

Json::Value metadata(const std::vector<Entry>& entries) {
  Json::Value value(Json::objectValue);
  value["managedFields"] = Json::Value(Json::arrayValue);
  for (const Entry& each : entries) {
    Json::Value entry(Json::objectValue);
    entry["manager"] = each.manager;
    entry["operation"] = each.operation;
    entry["apiVersion"] = each.api_version;
    entry["time"] = each.time;
    entry["fieldsType"] = "FieldsV1";
    entry["fieldsV1"] = *parse_json(each.fields);
    if (*each.subresource != '\0') entry["subresource"] = each.subresource;
    value["managedFields"].append(std::move(entry));
  }
  return value;
}

std::vector<std::string> paths(const std::vector<LostField>& fields) {
  std::vector<std::string> all;
  for (const LostField& field : fields) all.push_back(field.path);
  return all;
}

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE("a lost field is told with its place and who owns it now") {
  const Json::Value object =
      test::tree("{'metadata': {'labels': {'a/b~c': 'x'}}, 'spec': {'n': 1}}");
  const auto lost = lost_fields(object, metadata({{"hpa", "Update", R"({"f:spec":{"f:n":{}}})",
                                                   "v1", "scale", "2026-01-02T00:00:00Z"},
                                                  {"old", "Apply", R"({"f:spec":{"f:n":{}}})"}}));
  REQUIRE(lost.size() == 2);
  CHECK(lost[0] == LostField{"/metadata/labels", ".metadata.labels", "", false, "", ""});
  CHECK(lost[1] == LostField{"/spec/n", ".spec.n", "hpa", false, "scale", "2026-01-02T00:00:00Z"});
  const auto key =
      lost_fields(object, metadata({{"x", "Update", R"({"f:metadata":{"f:labels":{"f:z":{}}}})"}}));
  CHECK(key[0].pointer == "/metadata/labels/a~1b~0c");
  CHECK(key[0].path == ".metadata.labels.a/b~c");
}

TEST_CASE("all that we applied counts, at whatever apiVersion; other entries of ours do not") {
  const Json::Value object = test::tree("{'spec': {'a': 1, 'b': 1, 'c': 1, 'd': 1}}");
  const auto lost = lost_fields(
      object, metadata({{"flotilla", "Apply", R"({"f:spec":{"f:a":{}}})", "x/v1"},
                        {"flotilla", "Apply", R"({"f:spec":{"f:b":{}}})", "x/v2"},
                        {"flotilla", "Update", R"({"f:spec":{"f:c":{}}})"},
                        {"flotilla", "Apply", R"({"f:spec":{"f:d":{}}})", "v1", "status"}}));
  REQUIRE(paths(lost) == Paths{".spec.c", ".spec.d"});
  CHECK(lost[0].manager == "flotilla");
  CHECK_FALSE(lost[0].applied);
}

TEST_CASE("without owners everything is lost but identity and what no set can say") {
  const Json::Value object = test::tree(
      "{'apiVersion': 'v1', 'kind': 'X', 'metadata': {'name': 'n', 'namespace': 'd', "
      "'creationTimestamp': null, 'labels': {'a': 'b'}}, 'data': {'a': 'b'}, 'none': "
      "null, 'map': {}, 'list': [], 'status': {'a': 1}}");
  for (const char* text : {"{}", "{'managedFields': []}", "{'managedFields': [{}]}", "null",
                           "{'managedFields': [{'fieldsV1': 3, 'manager': 'flotilla'}, 7]}"})
    CHECK(paths(lost_fields(object, test::tree(text))) == Paths{".data", ".metadata.labels"});
}

TEST_CASE("items of lists are found by the keys that the manifest has") {
  struct Case {
    const char* what;
    const char* list;
    const char* owned;
    Paths lost;
  };
  const Case c = GENERATE(
      Case{
          "defaults that the server added",
          "[{'port': 80}, {'port': 81}]",
          R"({"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{}},"k:{\"port\":81,\"protocol\":\"TCP\"}":{".":{},"f:port":{}}})",
          {}},
      Case{
          "the complete item first, wherever it stands",
          "[{'port': 53}, {'port': 53, 'protocol': 'SCTP'}]",
          R"({"k:{\"port\":53,\"protocol\":\"SCTP\"}":{".":{},"f:port":{},"f:protocol":{}},"k:{\"port\":53,\"protocol\":\"TCP\"}":{".":{},"f:port":{}}})",
          {}},
      Case{"each element once",
           "[{'port': 53}, {'port': 53, 'protocol': 'UDP'}]",
           R"({"k:{\"port\":53,\"protocol\":\"UDP\"}":{".":{},"f:port":{},"f:protocol":{}}})",
           {".list[port=53]"}},
      Case{"no element",
           "[{'port': 80}, {'port': 81}]",
           R"({"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{}}})",
           {".list[port=81]"}},
      Case{"a part of an item",
           "[{'name': 'a', 'x': 1, 'y': {'z': 1}}]",
           R"({"k:{\"name\":\"a\"}":{".":{},"f:name":{}}})",
           {".list[name=\"a\"].x", ".list[name=\"a\"].y"}},
      Case{"items owned as a whole", "[{'name': 'a', 'x': 1}]", R"({"k:{\"name\":\"a\"}":{}})", {}},
      Case{"numbers and texts are not the same",
           "[{'name': '1'}]",
           R"({"k:{\"name\":1}":{}})",
           {".list[name=\"1\"]"}},
      Case{"sets",
           "['a', 1, true, 'c']",
           R"({"v:\"a\"":{},"v:1":{},"v:true":{}})",
           {".list[=\"c\"]"}},
      Case{"escapes as another writer sets them",
           "['<a>', 'ü']",
           R"({"v:\"\\u003ca\\u003e\"":{},"v:\"\\u00fc\"":{}})",
           {}},
      Case{"indexes",
           "['a', {'x': 1, 'y': 1}, 'c']",
           R"({"i:0":{},"i:1":{"f:x":{}}})",
           {".list[1].y", ".list[2]"}},
      Case{"a list as a whole", "[{'name': 'a'}]", "{}", {}},
      Case{"only the list itself", "[{'name': 'a'}]", R"({".":{}})", {}});
  INFO(c.what);
  Json::Value object(Json::objectValue);
  object["list"] = test::tree(c.list);
  const std::string fields = std::string(R"({"f:list":)") + c.owned + "}";
  CHECK(paths(lost_fields(object, metadata({{"flotilla", "Apply", fields.c_str()}}))) == c.lost);
}

TEST_CASE("a field that was taken is owned, or not") {
  const Json::Value object = test::tree(
      "{'spec': {'replicas': 1, 'rules': [{'a': 1}], 'items': [{'name': 'a', 'x': 1}], 'map': "
      "{'k': 1}}}");
  const Json::Value owners = metadata(
      {{"flotilla", "Apply",
        R"({"f:spec":{"f:rules":{},"f:items":{"k:{\"name\":\"a\"}":{".":{},"f:name":{}}},"f:map":{"f:k":{}}}})"},
       {"hpa", "Update", R"({"f:spec":{"f:replicas":{}}})", "v1", "scale"},
       {"vpa", "Apply",
        R"({"f:spec":{"f:items":{"k:{\"name\":\"a\"}":{"f:x":{}}},"f:map":{"f:k":{}}}})"}});
  struct Case {
    const char* pointer;
    bool ours;
    bool others;
  };
  const Case c = GENERATE(values<Case>({{"/spec/replicas", false, true},
                                        {"/spec/rules", true, false},
                                        {"/spec/rules/0/a", true, false},
                                        {"/spec/items/0/x", false, true},
                                        {"/spec/items/0/name", true, false},
                                        {"/spec/items/0", true, true},
                                        {"/spec/map/k", true, true},
                                        {"/spec/none", false, false},
                                        {"/spec/items/7", false, false},
                                        {"/spec/items/x", false, false},
                                        {"no pointer", false, false}}));
  INFO(c.pointer);
  CHECK(owns(object, owners, c.pointer) == c.ours);
  CHECK(others_own(object, owners, c.pointer) == c.others);
}

TEST_CASE("kubectl is known in all its names, and autoscalers by where they write") {
  for (const char* name : {"kubectl", "kubectl-edit", "kubectl-client-side-apply", "kubectl.exe",
                           "before-first-apply"})
    CHECK(is_kubectl(name));
  for (const char* name : {"", "flotilla", "helm", "my-kubectl"}) CHECK_FALSE(is_kubectl(name));
  LostField field{
      "/spec/replicas", ".spec.replicas", "kube-controller-manager", false, "scale", ""};
  CHECK(is_autoscaled(field));
  field.manager = "kubectl";
  CHECK_FALSE(is_autoscaled(field));
  field = {"/spec/replicas", ".spec.replicas", "kube-controller-manager", false, "", ""};
  CHECK_FALSE(is_autoscaled(field));
}

TEST_CASE("big objects cost what they are long") {
  constexpr int many = 10'000;
  Json::Value object(Json::objectValue);
  std::string keys;
  std::string ports;
  for (int i = 0; i < many; ++i) {
    const std::string number = std::to_string(i);
    object["data"]["key" + number] = "value";
    object["ports"].append(Json::Value(Json::objectValue))["port"] = i;
    keys += (i == 0 ? "" : ",") + ("\"f:key" + number + "\":{}");
    ports += (i == 0 ? "" : ",") +
             (R"("k:{\"port\":)" + number + R"(,\"protocol\":\"TCP\"}":{".":{},"f:port":{}})");
  }
  const std::string fields = "{\"f:data\":{" + keys + "},\"f:ports\":{" + ports + "}}";
  const Json::Value owned = metadata({{"flotilla", "Apply", fields.c_str()}});
  const Json::Value taken = metadata({{"other", "Apply", fields.c_str()}});
  const auto begin = std::chrono::steady_clock::now();
  CHECK(lost_fields(object, owned).empty());
  CHECK(lost_fields(object, taken).size() == 2 * many);
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
  CHECK(spent.count() < 5);  // a quadratic walk takes minutes
}
