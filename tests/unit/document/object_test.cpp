#include "render/document/object.h"

#include "render/document/json.h"

#include <catch2/catch.hpp>

using namespace flotilla;

TEST_CASE("an object is known by group, kind, namespace and name, not by version") {
  const auto tree = parse_json(
      R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"}})");
  REQUIRE(tree);
  CHECK(key_of(*tree) == ObjectKey{"apps", "Deployment", "shop", "web"});
  CHECK(to_string(key_of(*tree)) == "Deployment.apps/shop/web");
  CHECK(to_string(ObjectKey{"", "Namespace", "", "shop"}) == "Namespace/shop");
  CHECK(key_of(Json::Value(Json::objectValue)) == ObjectKey{});
}

TEST_CASE("api versions and group kinds are taken apart") {
  CHECK(group_of("apps/v1") == "apps");
  CHECK(group_of("v1").empty());
  CHECK(version_of("apps/v1") == "v1");
  CHECK(version_of("v1") == "v1");
  CHECK(parse_group_kind("Deployment.apps") == GroupKind{"apps", "Deployment"});
  CHECK(parse_group_kind("Role.rbac.authorization.k8s.io") ==
        GroupKind{"rbac.authorization.k8s.io", "Role"});
  CHECK(to_string(parse_group_kind("Pod")) == "Pod");
}

TEST_CASE("labels and annotations are read and set whatever is there") {
  auto tree = parse_json(R"({"metadata":{"labels":{"a":"1","n":2}}})");
  REQUIRE(tree);
  CHECK(label(*tree, "a") == "1");
  CHECK(label(*tree, "n").empty());
  CHECK(annotation(*tree, "a").empty());
  set_label(*tree, "b", "2");
  set_annotation(*tree, "c", "3");
  CHECK(canonical_json(*tree) ==
        R"({"metadata":{"annotations":{"c":"3"},"labels":{"a":"1","b":"2","n":2}}})");
  Json::Value empty;
  set_label(empty, "a", "1");
  CHECK(canonical_json(empty) == R"({"metadata":{"labels":{"a":"1"}}})");
}
