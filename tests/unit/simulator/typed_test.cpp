#include "reconciler/simulator/typed.h"

#include "client.h"
#include "reconciler/simulator/patch.h"
#include "reconciler/simulator/quantity.h"
#include "render/document/json.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::simulator;
using flotilla::simulator::testing::json;

TEST_CASE("quantities are stored in their canonical form") {
  struct Case {
    const char* given;
    const char* stored;
  };
  const Case c = GENERATE(values<Case>({{"\"1000m\"", "1"},
                                        {"\"1500m\"", "1500m"},
                                        {"\"1024Mi\"", "1Gi"},
                                        {"\"1536Mi\"", "1536Mi"},
                                        {"0.5", "500m"},
                                        {"2", "2"},
                                        {"\"1.5Gi\"", "1536Mi"},
                                        {"\"0\"", "0"},
                                        {"\"1000000\"", "1M"},
                                        {"\"0.1\"", "100m"},
                                        {"\"2Ti\"", "2Ti"},
                                        {"\"1e3\"", "1e3"},
                                        {"\"many\"", "many"},
                                        {"\"100k\"", "100k"},
                                        {"\"2000k\"", "2M"}}));
  CHECK(canonical_quantity(json(c.given)) == c.stored);
}

TEST_CASE("field sets survive fieldsV1") {
  const std::string text =
      R"({"f:metadata":{"f:labels":{".":{},"f:a":{}}},"f:spec":{"f:finalizers":{"v:\"x\"":{}}}})";
  CHECK(canonical_json(to_fields_v1(from_fields_v1(json(text)))) == text);
  CHECK(paths_of(from_fields_v1(json(text))) ==
        std::vector<std::string>{".metadata.labels", ".metadata.labels.a",
                                 ".spec.finalizers[=\"x\"]"});
}

TEST_CASE("field sets as sets") {
  const FieldSet ab = from_fields_v1(json(R"({"f:x":{"f:a":{},"f:b":{}}})"));
  const FieldSet bc = from_fields_v1(json(R"({"f:x":{"f:b":{},"f:c":{}}})"));
  CHECK(paths_of(unite(ab, bc)) == std::vector<std::string>{".x.a", ".x.b", ".x.c"});
  CHECK(paths_of(intersect(ab, bc)) == std::vector<std::string>{".x.b"});
  CHECK(paths_of(subtract(ab, bc)) == std::vector<std::string>{".x.a"});
  CHECK(subtract(ab, ab).empty());
}

TEST_CASE("merging keeps the entries of others in their places") {
  const Schema& pod = *builtin_schema("core.v1.PodSpec");
  const Json::Value live = json(
      R"({"containers":[{"name":"a","image":"1"},{"name":"x","image":"9"},{"name":"b","image":"2"}]})");
  const Json::Value config =
      json(R"({"containers":[{"name":"a","image":"7"},{"name":"b","image":"8"},{"name":"c"}]})");
  CHECK(
      canonical_json(merge_typed(live, config, pod)["containers"]) ==
      R"([{"image":"7","name":"a"},{"image":"9","name":"x"},{"image":"8","name":"b"},{"name":"c"}])");
}

TEST_CASE("ports are keyed by number and protocol, which is TCP if nothing is said") {
  const Schema& service = *builtin_schema("core.v1.ServiceSpec");
  const FieldSet fields =
      fields_of(json(R"({"ports":[{"port":53,"protocol":"UDP"},{"port":53}]})"), service);
  CHECK(paths_of(fields) == std::vector<std::string>{".ports[port=53,protocol=\"TCP\"]",
                                                     ".ports[port=53,protocol=\"TCP\"].port",
                                                     ".ports[port=53,protocol=\"UDP\"]",
                                                     ".ports[port=53,protocol=\"UDP\"].port",
                                                     ".ports[port=53,protocol=\"UDP\"].protocol"});
}

TEST_CASE("the difference between two objects") {
  const Schema& type = *builtin_schema("core.v1.ConfigMap");
  const Difference diff = difference(json(R"({"data":{"a":"1","b":"1"}})"),
                                     json(R"({"data":{"a":"2","c":"1"}})"), type);
  CHECK(paths_of(diff.added) == std::vector<std::string>{".data.c"});
  CHECK(paths_of(diff.changed) == std::vector<std::string>{".data.a"});
  CHECK(paths_of(diff.removed) == std::vector<std::string>{".data.b"});
}

TEST_CASE("a selector is owned as a whole") {
  CHECK(paths_of(fields_of(json(R"({"selector":{"matchLabels":{"a":"b"}}})"),
                           *builtin_schema("apps.v1.DeploymentSpec"))) ==
        std::vector<std::string>{".selector"});
}

TEST_CASE("strategic merge patches") {
  struct Case {
    const char* patch;
    const char* result;
  };
  const Case c = GENERATE(values<Case>({
      {R"({"containers":[{"name":"a","image":"2"}]})",
       R"({"containers":[{"image":"2","name":"a"},{"name":"b"}],"hostname":"h"})"},
      {R"({"containers":[{"name":"c"}]})",
       R"({"containers":[{"name":"c"},{"image":"1","name":"a"},{"name":"b"}],"hostname":"h"})"},
      {R"({"containers":[{"name":"a","$patch":"delete"}]})",
       R"({"containers":[{"name":"b"}],"hostname":"h"})"},
      {R"({"containers":[{"$patch":"replace"},{"name":"z"}]})",
       R"({"containers":[{"name":"z"}],"hostname":"h"})"},
      {R"({"hostname":null})", R"({"containers":[{"image":"1","name":"a"},{"name":"b"}]})"},
  }));
  Json::Value pod =
      json(R"({"containers":[{"name":"a","image":"1"},{"name":"b"}],"hostname":"h"})");
  strategic_patch(pod, json(c.patch), *builtin_schema("core.v1.PodSpec"));
  CHECK(canonical_json(pod) == c.result);
}

TEST_CASE("strategic merge patches of sets") {
  Json::Value metadata = json(R"({"finalizers":["a","b"]})");
  strategic_patch(metadata,
                  json(R"({"finalizers":["c","a"],"$deleteFromPrimitiveList/finalizers":["b"]})"),
                  *builtin_schema("meta.v1.ObjectMeta"));
  CHECK(canonical_json(metadata["finalizers"]) == R"(["a","c"])");
}
