#include "render/yaml/reader.h"

#include "render/document/json.h"

#include <catch2/catch.hpp>

using namespace flotilla;

namespace {

yaml::ReadResult read(std::string_view text) { return yaml::read_documents(text, "f.yaml"); }

std::string values(const yaml::ReadResult& result) {
  std::string text;
  for (const auto& document : result.documents) text += canonical_json(document.tree) + ";";
  return text;
}

std::string problems(const yaml::ReadResult& result) {
  std::string text;
  for (const Problem& problem : result.problems) text += to_string(problem) + "\n";
  return text;
}

std::string place(const Json::Value& root, std::initializer_list<std::string_view> keys) {
  const Json::Value* value = find_path(root, keys);
  REQUIRE(value != nullptr);
  const Position position = position_of(*value);
  return std::to_string(position.line) + ":" + std::to_string(position.column);
}

}  // namespace

TEST_CASE("a file may hold many documents, empty ones are passed over") {
  CHECK(values(read("")).empty());
  CHECK(values(read("# only a comment\n")).empty());
  CHECK(values(read("---\n---\nnull\n---\n~\n")).empty());
  CHECK(values(read("---\na: 1\n---\n# nothing\n---\nb: 2\n...\n---\n- 3\n--- text\n")) ==
        R"({"a":1};{"b":2};[3];"text";)");
  CHECK(values(read("\xEF\xBB\xBF"
                    "a: 1\n")) == R"({"a":1};)");
  CHECK(values(read("a: 1\r\nb: |\r\n  x\r\n  y\r\n")) == R"({"a":1,"b":"x\ny\n"};)");
}

TEST_CASE("JSON files are read by the same rules") {
  CHECK(values(read("{\n\t\"a\": [1, 2.50, true, null],\n\t\"b\": \"\\u00e4\\/\"\n}\n")) ==
        "{\"a\":[1,2.5,true,null],\"b\":\"\xC3\xA4/\"};");
  CHECK(values(read(R"({"a": "\ud83d\ude80"})")) == "{\"a\":\"\xF0\x9F\x9A\x80\"};");
  const std::string long_key(2000, 'k');
  CHECK(values(read("{\"" + long_key + "\": 1.0}")) == "{\"" + long_key + "\":1};");
}

TEST_CASE("every value knows where it stands") {
  const auto result = read(
      "# first\n---\nmetadata:\n  name: web\n  labels: {a: \"b\"}\nspec:\n- x\n-\n  - "
      "y\nnone:\nsame: &s [1]\ntwice: *s\n");
  REQUIRE(result.documents.size() == 1);
  const Json::Value& root = result.documents[0].tree;
  CHECK(result.documents[0].start == SourceRef{"f.yaml", 3, 1});
  CHECK(place(root, {}) == "3:1");
  CHECK(place(root, {"metadata"}) == "4:3");
  CHECK(place(root, {"metadata", "name"}) == "4:9");
  CHECK(place(root, {"metadata", "labels"}) == "5:11");
  CHECK(place(root, {"metadata", "labels", "a"}) == "5:15");
  CHECK(position_of(root["spec"][0]).line == 7);
  CHECK(position_of(root["spec"][1][0]).line == 9);
  CHECK(place(root, {"none"}) == "10:1");
  CHECK(place(root, {"same"}) == "11:7");
  CHECK(place(root, {"twice"}) == "12:8");
  CHECK(position_of(root["twice"][0]).line == 11);
}

TEST_CASE("a faulty document is lost, the others are not, and every fault is said") {
  const auto result =
      read("a: 1\n---\nb: 1\nb: 2\nc: .inf\nc: 3\n---\nd: *none\ne: *none\n---\nf: 1\n");
  CHECK(values(result) == R"({"a":1};{"f":1};)");
  CHECK(problems(result) ==
        "f.yaml:4:1: error: the key \"b\" stands in line 3 and again in line 4, want it once\n"
        "f.yaml:5:4: error: the number cannot be written as JSON, want a finite one or a text "
        "in quotes\n"
        "f.yaml:6:1: error: the key \"c\" stands in line 5 and again in line 6, want it once\n"
        "f.yaml:8:4: error: the alias *none has no anchor before it\n");
}

TEST_CASE("a key that stands three times names the first place, deep maps are checked too") {
  const auto result = read("a:\n- {x: {w: 1, w: {z: 1, z: 2}}}\nb: 1\nb: {}\nb: []\n");
  CHECK(problems(result) ==
        "f.yaml:2:14: error: the key \"w\" stands in line 2 and again in line 2, want it once\n"
        "f.yaml:2:24: error: the key \"z\" stands in line 2 and again in line 2, want it once\n"
        "f.yaml:4:1: error: the key \"b\" stands in line 3 and again in line 4, want it once\n"
        "f.yaml:5:1: error: the key \"b\" stands in line 3 and again in line 5, want it once\n");
}

TEST_CASE("a syntax error ends the file and is said where the faulty thing begins") {
  const auto [text, line, part] = GENERATE(table<std::string, int, std::string>({
      {"a: 1\n---\nb: \"never closed\nc: 2\n", 3, "found unexpected end of stream"},
      {"a: 1\n---\nb: {c: 1,\n  d: 2\n", 3, "did not find expected ',' or '}'"},
      {"a: 1\n--- {a: 1]\n", 2, "did not find expected ',' or '}'"},
      {"a: 1\n---\nb: c: d\n", 3, "mapping values are not allowed"},
      {"a: 1\n---\nb: 1\n c: 2\n", 4, ""},
      {"a: 1\n---\nb:\n\t- c\n", 4, "cannot start any token"},
      {"a: 1\n---\nb: - c\n", 3, "block sequence entries are not allowed"},
      {"a: 1\n---\nb: @c\n", 3, "cannot start any token"},
      {"a: 1\n---\nb\n", 0, ""},
      {"a: 1\n---\nb\nc: 1\n", 4, "mapping values are not allowed"},
      {"a: 1\n---\nb: \"\\q\"\n", 3, "unknown escape"},
      {"a: 1\n---\nb: !<bad\n", 3, ""},
      {"a: 1\n---\nb: x {{ .y }}: z\n", 3, "template"},
  }));
  const auto result = read(text);
  INFO(text << problems(result));
  if (line == 0) {
    CHECK(values(result) == R"({"a":1};"b";)");
    return;
  }
  CHECK(values(result) == R"({"a":1};)");
  REQUIRE(result.problems.size() == 1);
  CHECK(result.problems[0].code == "yaml-syntax");
  CHECK(result.problems[0].where.line == line);
  CHECK(result.problems[0].message.find("not valid YAML: ") == 0);
  CHECK(result.problems[0].message.find(part) != std::string::npos);
}

TEST_CASE("what follows a document must begin a new one") {
  const auto result = read("{a: 1} x\n");
  REQUIRE(result.problems.size() == 1);
  CHECK(to_string(result.problems[0]) ==
        "f.yaml:1:8: error: not valid YAML: did not find expected <document start>");
  CHECK(problems(read("a: \x01\n")) ==
        "f.yaml:1:4: error: not valid YAML: control characters are not allowed\n");
}

TEST_CASE("a file cut off at any byte is read in part or refused, never misread") {
  const std::string text = "a: \"x y\"\nb: [1, {c: 'd'}]\n";
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto result = read(text.substr(0, size));
    INFO(text.substr(0, size));
    CHECK(result.documents.size() + result.problems.size() == (size == 0 ? 0 : 1));
  }
}

TEST_CASE("what is no UTF-8 text is refused with its line") {
  CHECK(problems(read("a: 1\nb: \xFF\n")) ==
        "f.yaml:2: error: found bytes that are not valid UTF-8\n");
  CHECK(problems(read(std::string_view("a: 1\nb: x\0y\n", 12))) ==
        "f.yaml:2:5: error: found a NUL byte, want UTF-8 text\n");
  CHECK(problems(read("\xFF\xFE"
                      "a")) == "f.yaml:1:1: error: the file is UTF-16, want UTF-8\n");
  CHECK(values(read("a: \xC3\xA4 \xF0\x9F\x9A\x80\n")) == "{\"a\":\"\xC3\xA4 \xF0\x9F\x9A\x80\"};");
}

TEST_CASE("templates that were never rendered get a hint") {
  CHECK(problems(read("a: 1\nname: {{ .Values.name }}\n")) ==
        "f.yaml:2:8: error: a map or a list stands where a key is wanted (a template such as {{ "
        ".Values.x }} must be in quotes)\n");
}
