#include "render/manifest/manifest.h"

#include "render/base/digest.h"
#include "tests/support/documents.h"

using namespace flotilla;
using namespace flotilla::manifest;

namespace {

const Marks marks{"flotilla", "applyset-x-v1"};

Object config(const std::string& metadata = "") {
  return test::object_at({"apps/app.yaml", 4, 1},
                         test::tree("{'apiVersion': 'v1', 'kind': 'ConfigMap', 'data': {'k': 'v'}, "
                                    "'metadata': {'name': 'app', "
                                    "'namespace': 'shop'" +
                                    metadata + "}}"));
}

std::string failure(const Object& object, const std::vector<Transform>& transforms = {}) {
  const auto manifest = build_manifest(object, transforms, marks);
  REQUIRE_FALSE(manifest);
  return to_string(manifest.error());
}

}  // namespace

TEST_CASE("a manifest is the template with our marks, as canonical JSON") {
  const auto manifest = build_manifest(config(), {}, marks);
  REQUIRE(manifest);
  CHECK(
      *manifest->json ==
      R"({"apiVersion":"v1","data":{"k":"v"},"kind":"ConfigMap","metadata":{"annotations":)"
      R"({"flotilla.dev/source":"apps/app.yaml"},"labels":{"app.kubernetes.io/managed-by":"flotilla",)"
      R"("applyset.kubernetes.io/part-of":"applyset-x-v1"},"name":"app","namespace":"shop"}})");
  CHECK(manifest->digest == sha256_hex(*manifest->json));
  CHECK(to_string(manifest->key) == "ConfigMap/shop/app");
  CHECK(manifest->api_version == "v1");
  CHECK(manifest->source == "apps/app.yaml");
}

TEST_CASE("the user's labels stay, our marks replace what stands in their place") {
  const auto manifest =
      build_manifest(config(", 'labels': {'team': 'a', 'app.kubernetes.io/managed-by': 'Helm'}, "
                            "'annotations': {'note': 'b', "
                            "'flotilla.dev/origin': 'adopted', 'flotilla.dev/digest': 'old', "
                            "'flotilla.dev/source': 'other'}"),
                     {}, marks);
  REQUIRE(manifest);
  const Json::Value tree = parse_json(*manifest->json).value();
  CHECK(label(tree, "team") == "a");
  CHECK(label(tree, managed_by_label) == "flotilla");
  CHECK(annotation(tree, "note") == "b");
  CHECK(annotation(tree, source_annotation) == "apps/app.yaml");
  CHECK(annotations_of(tree)->size() == 2);
}

TEST_CASE("transforms run in order, before pruning, and leave the template alone") {
  const Object object = config();
  const auto append = [](const char* text) {
    return [text](Json::Value& tree) -> Result<void> {
      tree["data"]["k"] = tree["data"]["k"].asString() + text;
      tree["status"]["seen"] = true;
      return {};
    };
  };
  const auto manifest = build_manifest(object, {append("1"), append("2")}, marks);
  REQUIRE(manifest);
  const Json::Value tree = parse_json(*manifest->json).value();
  CHECK(tree["data"]["k"] == "v12");
  CHECK_FALSE(tree.isMember("status"));
  CHECK(object.tree["data"]["k"] == "v");
}

TEST_CASE("an error of a transform names the object and keeps its own place") {
  const Transform refuse = [](Json::Value&) {
    return Result<void>(fail(Code::invalid, "no", {"p.yaml", 7, 3}));
  };
  CHECK(failure(config(), {refuse}) == "p.yaml:7:3: no (while building ConfigMap/shop/app)");
  const Transform nowhere = [](Json::Value&) { return Result<void>(fail(Code::invalid, "no")); };
  CHECK(failure(config(), {nowhere}) ==
        "apps/app.yaml:4:1: no (while building ConfigMap/shop/app)");
}

TEST_CASE("an override may not make another object of it") {
  const auto set = [](std::vector<std::string> path, const char* text) -> std::vector<Transform> {
    return {[path, text](Json::Value& tree) -> Result<void> {
      (path.size() == 1 ? tree[path[0]] : tree[path[0]][path[1]]) = text;
      return {};
    }};
  };
  CHECK_THAT(failure(config(), set({"kind"}, "Secret")),
             Catch::Contains("changed the object to Secret/shop/app"));
  CHECK_THAT(failure(config(), set({"apiVersion"}, "v2")),
             Catch::Contains("changed apiVersion to \"v2\", want \"v1\""));
  CHECK_THAT(failure(config(), set({"metadata", "name"}, "b")),
             Catch::Contains("ConfigMap/shop/b"));
  CHECK_THAT(failure(config(), set({"metadata", "namespace"}, "b")),
             Catch::Contains("ConfigMap/b/app"));
}

TEST_CASE("labels and annotations must be maps of texts") {
  CHECK_THAT(failure(config(", 'labels': {'version': 1}")),
             Catch::Contains("metadata.labels[\"version\"] is a number, want a text") &&
                 Catch::StartsWith("apps/app.yaml:1:"));
  CHECK_THAT(failure(config(", 'labels': ['a']")),
             Catch::Contains("metadata.labels is a list, want a map of texts"));
  CHECK_THAT(failure(config(", 'annotations': {'on': true}")),
             Catch::Contains("metadata.annotations[\"on\"] is a truth value"));
  CHECK(build_manifest(config(", 'labels': null, 'annotations': null"), {}, marks));
}

TEST_CASE("the ApplySet id is that of KEP-3659") {
  // printf 'flotilla.flotilla-system.ConfigMap.' | sha256sum | xxd -r -p | basenc --base64url
  CHECK(applyset_id("flotilla") == "applyset-F3SBA5kIFKMG4UEtKoWVxFZK3Ecz7AfMEBd7Zi8NgTk-v1");
  CHECK(applyset_id("other") != applyset_id("flotilla"));
}
