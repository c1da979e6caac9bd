#include "render/manifest/ownership.h"
#include "tests/support/documents.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::manifest;

namespace {

const Json::Value workload = test::tree(
    "{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'name': 'web', 'namespace': 'd', "
    "'annotations': {'a/b~c': 'x', 'd': 'y'}}, 'spec': {'replicas': 2, 'template': {'spec': "
    "{'containers': [{'name': 'a', 'image': 'a:1', 'resources': {'limits': {'cpu': '1'}}}, "
    "{'name': 'b', 'image': 'b:1'}], 'tolerations': [{'key': 'x'}]}}}}");

constexpr const char* all_ours =
    R"({"manager":"flotilla","operation":"Apply","fieldsV1":{"f:metadata":{"f:annotations":{"f:a/b~c":{},"f:d":{}}},"f:spec":{"f:replicas":{},)"
    R"("f:template":{"f:spec":{"f:tolerations":{},"f:containers":{"k:{\"name\":\"a\"}":{".":{},"f:name":{},"f:image":{},"f:resources":{"f:limits":{"f:cpu":{}}}},)"
    R"("k:{\"name\":\"b\"}":{".":{},"f:name":{},"f:image":{}}}}}}}})";

// Nothing but the items of the list.
constexpr const char* only_names =
    R"({"manager":"flotilla","operation":"Apply","fieldsV1":{"f:spec":{"f:template":{"f:spec":{"f:containers":{)"
    R"("k:{\"name\":\"a\"}":{".":{},"f:name":{}},"k:{\"name\":\"b\"}":{".":{},"f:name":{}}}}}}}})";

Json::Value owned(const char* ours, const std::string& others = {}) {
  std::string text = std::string(R"({"managedFields":[)") + ours;
  if (!others.empty())
    text += R"(,{"manager":"other","operation":"Update","fieldsV1":)" + others + "}";
  const auto metadata = parse_json(text + "]}");
  if (!metadata) FAIL(text);
  return *metadata;
}

std::string sent(const Json::Value& metadata, const std::vector<std::string>& yielded) {
  return canonical_json(yielding(workload, metadata, yielded));
}
std::string without(std::string json, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) {
    if (json.find(part) == std::string::npos) return "not there: " + part;
    json = replace_all(std::move(json), part, "");
  }
  return json;
}

const std::string whole = canonical_json(workload);

}  // namespace

TEST_CASE("an object that is not there yet is sent with all that is yielded") {
  CHECK(sent(Json::Value(), {"/spec/replicas", "/spec"}) == whole);
}

TEST_CASE("what is ours alone stays, or it would be deleted") {
  CHECK(sent(owned(all_ours), {"/spec/replicas", "/spec/template", "/metadata/annotations"}) ==
        whole);
}

TEST_CASE("what somebody else owns, or shares, or nobody owns, is left out") {
  CHECK(sent(owned(only_names), {"/spec/replicas"}) == without(whole, {R"("replicas":2,)"}));
  CHECK(sent(owned(all_ours, R"({"f:spec":{"f:replicas":{}}})"), {"/spec/replicas"}) ==
        without(whole, {R"("replicas":2,)"}));
  CHECK(sent(owned(only_names), {"/metadata/annotations/a~1b~0c"}) ==
        without(whole, {R"("a/b~c":"x",)"}));
  CHECK(sent(owned(only_names), {"/metadata/annotations"}) ==
        without(whole, {R"("annotations":{"a/b~c":"x","d":"y"},)"}));
}

TEST_CASE("a star is any item of a list, a number is one") {
  const std::vector<std::string> images = {R"("image":"a:1",)", R"("image":"b:1",)"};
  CHECK(sent(owned(only_names), {"/spec/template/spec/containers/*/image"}) ==
        without(whole, images));
  CHECK(sent(owned(only_names), {"/spec/template/spec/containers/1/image"}) ==
        without(whole, {images[1]}));
  CHECK(
      sent(
          owned(
              all_ours,
              R"({"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"b\"}":{"f:image":{}}}}}}})"),
          {"/spec/template/spec/containers/*/image"}) == without(whole, {images[1]}));
  CHECK(sent(owned(only_names), {"/spec/*/spec"}) == whole);
}

TEST_CASE("items keep what they are found by") {
  CHECK(sent(owned(only_names), {"/spec/template/spec/containers/*/name"}) == whole);
  CHECK(sent(owned(only_names), {"/spec/template/spec/containers/0"}) ==
        without(whole, {R"("image":"a:1",)", R"(,"resources":{"limits":{"cpu":"1"}})"}));
  // Not ours at all: out with the item, and what is left of the list is sent.
  const char* second =
      R"({"manager":"flotilla","operation":"Apply","fieldsV1":{"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"b\"}":{".":{},"f:name":{},"f:image":{}}}}}}}})";
  CHECK(sent(owned(second),
             {"/spec/template/spec/containers/0", "/spec/template/spec/containers/1"}) ==
        without(whole, {R"({"image":"a:1","name":"a","resources":{"limits":{"cpu":"1"}}},)"}));
}

TEST_CASE("an item that is new, or was removed, is sent with all that it needs") {
  const char* second =
      R"({"manager":"flotilla","operation":"Apply","fieldsV1":{"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"b\"}":{".":{},"f:name":{}}}}}}}})";
  CHECK(sent(owned(second), {"/spec/template/spec/containers/*/image"}) ==
        without(whole, {R"("image":"b:1",)"}));
}

TEST_CASE("a part of what is owned as a whole cannot be yielded, the whole can") {
  const char* other = R"({"f:spec":{"f:template":{"f:spec":{"f:tolerations":{}}}}})";
  CHECK(sent(owned(only_names, other), {"/spec/template/spec/tolerations/0/key"}) == whole);
  CHECK(sent(owned(only_names, other), {"/spec/template/spec/tolerations"}) ==
        without(whole, {R"(,"tolerations":[{"key":"x"}])"}));
}

TEST_CASE("what names nothing does nothing, and identity always stays") {
  CHECK(sent(owned(only_names), {"/spec/none/0", "/spec/replicas/x", "no pointer", "", "/kind",
                                 "/metadata/name", "/spec/template/spec/containers/9/image"}) ==
        whole);
  CHECK(sent(owned(only_names), {"/metadata", "/spec"}) ==
        canonical_json(test::tree(
            "{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'name': 'web', "
            "'namespace': 'd'}, 'spec': {'template': {'spec': {'containers': [{'name': 'a'}, "
            "{'name': 'b'}]}}}}")));
}

TEST_CASE("pointers beneath others") {
  const std::vector<std::string> pointers = {"/spec/replicas", "/spec/containers/*/image", "/a~1b",
                                             "bad"};
  for (const char* under : {"/spec/replicas", "/spec/replicas/x", "/spec/containers/0/image",
                            "/spec/containers/12/image", "/spec/containers/*/image", "/a~1b/c"})
    CHECK(is_under(under, pointers));
  for (const char* beside : {"/spec", "/spec/replicasX", "/spec/containers/0",
                             "/spec/containers/x/image", "/a/b", "", "bad"})
    CHECK_FALSE(is_under(beside, pointers));
}
