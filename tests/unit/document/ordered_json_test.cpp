#include "render/document/ordered_json.h"

#include "tests/support/documents.h"

#include <fstream>

using namespace flotilla;

namespace {

std::vector<PatchStep> steps_of(const std::string& list) {
  std::vector<PatchStep> steps;
  const auto parsed = parse_json(list);
  REQUIRE(parsed);
  for (const Json::Value& item : *parsed) {
    const std::string op = get_string(item, "op");
    const Json::Value* value = find(item, "value");
    steps.push_back({op == "remove"    ? PatchOp::remove
                     : op == "replace" ? PatchOp::replace
                                       : PatchOp::add,
                     get_string(item, "path"), value != nullptr ? *value : Json::Value()});
  }
  return steps;
}

std::string patched(const std::string& text, const std::string& steps) {
  auto document = parse_ordered_json(text);
  if (!document) return "error: " + document.error().message;
  const std::string before = to_string(*document);
  if (const auto done = apply_patch(*document, steps_of(steps)); !done) {
    CHECK(to_string(*document) == before);
    return "error: " + done.error().message;
  }
  return to_string(*document);
}

}  // namespace

// tests/tables/json_text_patches.tsv: text, patch, wanted text ("error: ..." begins what is
// refused).
TEST_CASE("patches of JSON texts, as Karmada's patch library writes them") {
  std::ifstream table(FLOTILLA_SOURCE_DIR "/tests/tables/json_text_patches.tsv");
  int rows = 0;
  for (std::string line; std::getline(table, line);) {
    if (line.starts_with('#')) continue;
    const auto cells = split(line, '\t');
    REQUIRE(cells.size() == 3);
    INFO(line);
    const std::string text = patched(cells[0], cells[1]);
    if (cells[2].starts_with("error: ")) {
      CHECK_THAT(text, Catch::StartsWith(cells[2]));
    } else {
      CHECK(text == cells[2]);
    }
    ++rows;
  }
  CHECK(rows > 25);
}

TEST_CASE("a JSON text without a patch only loses its white space") {
  CHECK(patched(" { \"b\" : 1.50 ,\n \"\\u0061\":[ true,null , \"x\\/y\" ] } ", "[]") ==
        R"({"b":1.50,"\u0061":[true,null,"x\/y"]})");
  CHECK(patched("{\"a\":\"x\xE2\x80\xA8y\xE2\x80\xA9\"}", "[]") == R"({"a":"x\u2028y\u2029"})");
}

TEST_CASE("a patch of an ordered text means the same as that of a tree") {
  const std::string text = R"({"a": {"b": [1, 2, {"c": "x"}]}, "d": null, "": 1})";
  const std::string patch = GENERATE(
      R"([{"op":"add","path":"/a/b/-","value":1}])", R"([{"op":"add","path":"/a/b/-2","value":1}])",
      R"([{"op":"remove","path":"/a/b/-1"}])",
      R"([{"op":"replace","path":"/a/b/02/c","value":[]}])",
      R"([{"op":"add","path":"/d","value":{}},{"op":"add","path":"/d/e","value":2}])",
      R"([{"op":"remove","path":"/"}])", R"([{"op":"replace","path":"/none","value":1}])",
      R"([{"op":"add","path":"/d/e","value":1}])", R"([{"op":"remove","path":"/a/b/-"}])",
      R"([{"op":"remove","path":"/a/b/7"}])", R"([{"op":"add","path":"/a/b/x","value":1}])");
  INFO(patch);
  Json::Value tree = *parse_json(text);
  const auto done = apply_patch(tree, steps_of(patch));
  const std::string ordered = patched(text, patch);
  if (done) {
    CHECK(canonical_json(*parse_json(ordered)) == canonical_json(tree));
  } else {
    CHECK_THAT(ordered, Catch::StartsWith("error: "));
  }
}
