#include "render/document/pointer.h"

#include "render/document/json.h"

#include <catch2/catch.hpp>

using namespace flotilla;

namespace {

Json::Value json(std::string_view text) {
  auto value = parse_json(text);
  REQUIRE(value);
  return *value;
}

PatchStep step(std::string_view op, std::string path, std::string_view value = "null") {
  const PatchOp kind = op == "add"      ? PatchOp::add
                       : op == "remove" ? PatchOp::remove
                                        : PatchOp::replace;
  return {kind, std::move(path), json(value)};
}

// The patched document, or the error.
std::string patched(std::string_view document, const std::vector<PatchStep>& steps) {
  Json::Value root = json(document);
  const auto done = apply_patch(root, steps);
  if (done) return canonical_json(root);
  CHECK(canonical_json(root) == canonical_json(json(document)));
  return to_string(done.error());
}

}  // namespace

TEST_CASE("pointers are read and written by RFC 6901") {
  const auto [text, tokens] = GENERATE(table<std::string, std::vector<std::string>>({
      {"", {}},
      {"/", {""}},
      {"/a/0", {"a", "0"}},
      {"/a~1b/m~0n", {"a/b", "m~n"}},
      {"/~01", {"~1"}},
      {"/a//", {"a", "", ""}},
  }));
  const auto parsed = parse_pointer(text);
  REQUIRE(parsed);
  CHECK(*parsed == tokens);
  CHECK(pointer_text(tokens) == text);
  CHECK(parse_pointer("a/b").error().message == "the path \"a/b\" does not begin with '/'");
}

TEST_CASE("a pointer finds its value or nothing") {
  const Json::Value root = json(R"({"a":{"b/c":[10,{"":7}]},"n":null})");
  const auto found = [&](std::string_view text) {
    const Json::Value* value = resolve(root, *parse_pointer(text));
    return value != nullptr ? canonical_json(*value) : "none";
  };
  CHECK(found("") == canonical_json(root));
  CHECK(found("/a/b~1c/0") == "10");
  CHECK(found("/a/b~1c/1/") == "7");
  CHECK(found("/n") == "null");
  CHECK(found("/n/x") == "none");
  CHECK(found("/a/b~1c/2") == "none");
  CHECK(found("/a/b~1c/-") == "none");
  CHECK(found("/a/b~1c/-1") == "none");
  CHECK(found("/a/b~1c/99999999999999999999") == "none");
  CHECK(found("/a/b~1c/0/x") == "none");
}

TEST_CASE("one patch step does what RFC 6902 and evanphx/json-patch say") {
  using Row = std::tuple<std::string, PatchStep, std::string>;
  const auto [document, change, result] = GENERATE(values<Row>({
      {R"({"a":1})", step("add", "/b", "[2]"), R"({"a":1,"b":[2]})"},
      {R"({"a":1})", step("add", "/a", "2"), R"({"a":2})"},
      {R"({"a":1})", step("add", "/b"), R"({"a":1,"b":null})"},
      {R"({"a":1})", step("add", "", "[3]"), "[3]"},
      {R"({"a":1})", step("replace", "", "{}"), "{}"},
      {R"({"a~b/c":1})", step("replace", "/a~0b~1c", "2"), R"({"a~b/c":2})"},
      {R"({"":1})", step("replace", "/", "2"), R"({"":2})"},
      {R"({"a":null})", step("replace", "/a", "2"), R"({"a":2})"},
      {R"({"a":null})", step("remove", "/a"), "{}"},
      {"[1,2]", step("add", "/0", "0"), "[0,1,2]"},
      {"[1,2]", step("add", "/1", "0"), "[1,0,2]"},
      {"[1,2]", step("add", "/2", "0"), "[1,2,0]"},
      {"[1,2]", step("add", "/-", "0"), "[1,2,0]"},
      {"[]", step("add", "/-", "0"), "[0]"},
      {"[]", step("add", "/0", "0"), "[0]"},
      {"[1,2]", step("add", "/-1", "0"), "[1,2,0]"},
      {"[1,2]", step("add", "/-2", "0"), "[1,0,2]"},
      {"[1,2]", step("add", "/-3", "0"), "[0,1,2]"},
      {"[1,2]", step("add", "/01", "0"), "[1,0,2]"},
      {"[1,2]", step("add", "/+1", "0"), "[1,0,2]"},
      {"[1,2]", step("replace", "/-1", "0"), "[1,0]"},
      {"[1,2]", step("replace", "/00", "0"), "[0,2]"},
      {"[1,2]", step("remove", "/-2"), "[2]"},
      {"[1,2,3]", step("remove", "/1"), "[1,3]"},
      {R"([{"a":1},2])", step("replace", "/-2/a", "0"), R"([{"a":0},2])"},
  }));
  INFO(document << " " << change.path);
  CHECK(patched(document, {change}) == result);
}

TEST_CASE("a step that cannot be done says why") {
  using Row = std::tuple<std::string, PatchStep, std::string>;
  const auto [document, change, message] = GENERATE(values<Row>({
      {"{}", step("add", "/a/b", "1"), "there is no \"a\""},
      {"{}", step("remove", "/a"), "there is no \"a\""},
      {"{}", step("replace", "/a", "1"), "there is no \"a\""},
      {"{}", step("remove", ""), "the whole document cannot be removed"},
      {"{}", step("add", "a", "1"), "the path \"a\" does not begin with '/'"},
      {R"({"a":"x"})", step("add", "/a/b", "1"), "the parent is a text, want a map or a list"},
      {R"({"a":null})", step("add", "/a/b", "1"), "the parent is null, want a map or a list"},
      {R"({"a":1})", step("add", "/a/b/c", "1"),
       "\"b\" is looked for in a number, want a map or a list"},
      {"[1,2]", step("add", "/3", "0"), "index 3 is outside of a list of 3 places"},
      {"[1,2]", step("add", "/-4", "0"), "index -4 is outside of a list of 3 places"},
      {"[1,2]", step("replace", "/2", "0"), "index 2 is outside of a list of 2 places"},
      {"[1,2]", step("remove", "/-3"), "index -3 is outside of a list of 2 places"},
      {"[1,2]", step("remove", "/-"), "\"-\" is for add only, want an index"},
      {"[1,2]", step("replace", "/-", "0"), "\"-\" is for add only, want an index"},
      {"[[1]]", step("add", "/-/0", "0"), "\"-\" is for add only, want an index"},
      {"[1,2]", step("add", "/x", "0"), "\"x\" is no list index"},
      {"[1,2]", step("add", "/1x", "0"), "\"1x\" is no list index"},
      {"[1,2]", step("add", "/", "0"), "\"\" is no list index"},
      {"[1,2]", step("add", "/+-1", "0"), "\"+-1\" is no list index"},
  }));
  INFO(document << " " << change.path);
  const std::string op = change.op == PatchOp::add      ? "add"
                         : change.op == PatchOp::remove ? "remove"
                                                        : "replace";
  CHECK(patched(document, {change}) ==
        message + " (while applying step 1, " + op + " \"" + change.path + "\")");
}

TEST_CASE("steps see what the ones before did, and one failure undoes all") {
  CHECK(patched("{}", {step("add", "/a", "{}"), step("add", "/a/b", "[]"),
                       step("add", "/a/b/-", "1")}) == R"({"a":{"b":[1]}})");
  CHECK(patched("{}", {step("add", "/a", "1"), step("remove", "/b")}) ==
        "there is no \"b\" (while applying step 2, remove \"/b\")");
}
