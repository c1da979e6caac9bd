#include "render/document/tree.h"

#include "render/document/json.h"

#include <catch2/catch.hpp>

using namespace flotilla;

namespace {

Json::Value json(std::string_view text) {
  auto value = parse_json(text);
  REQUIRE(value);
  return *value;
}

}  // namespace

TEST_CASE("looking something up never inserts, throws or converts") {
  const Json::Value root =
      json(R"({"a":{"text":"x","number":3,"real":3.5,"yes":true,"none":null},"list":["x",1,"y"]})");
  CHECK(get_string(root, {"a", "text"}) == "x");
  CHECK(get_string(root, {"a", "number"}).empty());
  CHECK(get_string(root, {"list", "text"}).empty());
  CHECK(get_int(root["a"], "number") == 3);
  CHECK_FALSE(get_int(root["a"], "real"));
  CHECK_FALSE(get_int(root["a"], "text"));
  CHECK(get_bool(root["a"], "yes", false));
  CHECK(get_bool(root["a"], "text", true));
  CHECK(get_strings(root, "list") == std::vector<std::string>{"x", "y"});
  CHECK(find_path(root, {"a", "none"}) != nullptr);
  CHECK(find_path(root, {"a", "other"}) == nullptr);
  CHECK(find_path(root, {"a", "text", "deeper"}) == nullptr);
  CHECK(find(Json::Value("text"), "a") == nullptr);
}

TEST_CASE("equality is Kubernetes' own") {
  const auto [a, b, equal] = GENERATE(table<std::string, std::string, bool>({
      {"1", "1.0", true},
      {"1", "2", false},
      {"1", "\"1\"", false},
      {"1", "true", false},
      {"null", "null", true},
      {"{\"a\":1,\"b\":[1.0]}", "{\"b\":[1],\"a\":1}", true},
      {"{\"a\":null}", "{}", false},
      {"{\"a\":1}", "{\"b\":1}", false},
      {"[1,2]", "[2,1]", false},
      {"[1]", "[1,2]", false},
  }));
  CHECK(same(json(a), json(b)) == equal);
  CHECK(same(json(b), json(a)) == equal);
}

TEST_CASE("types have names and values carry their place") {
  CHECK(type_name(json("null")) == "null");
  CHECK(type_name(json("1.5")) == "a number");
  CHECK(type_name(json("\"\"")) == "a text");
  CHECK(type_name(json("{}")) == "a map");
  CHECK(type_name(json("[]")) == "a list");
  CHECK(type_name(json("false")) == "a truth value");
  Json::Value value(1);
  set_position(value, {4, 2});
  const Json::Value copy = value;
  CHECK(at(copy, "f") == SourceRef{"f", 4, 2});
}
