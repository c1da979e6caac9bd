#include "render/yaml/emitter.h"

#include "render/document/json.h"
#include "render/yaml/quoting.h"
#include "render/yaml/reader.h"

#include <catch2/catch.hpp>

#include <random>

using namespace flotilla;

namespace {

Json::Value json(std::string_view text) {
  auto value = parse_json(text);
  REQUIRE(value);
  return *value;
}

std::string emitted(std::string_view text) { return yaml::emit(json(text)); }

// Texts that are likely to be misread, trees that are likely to be misprinted.
class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  Json::Value tree(int depth) {
    switch (below(depth > 0 ? 9 : 5)) {
      case 0:
        return Json::Value();
      case 1:
        return Json::Value(below(2) == 0);
      case 2:
        return number();
      case 3:
      case 4:
        return Json::Value(text());
      case 5:
      case 6: {
        Json::Value list(Json::arrayValue);
        for (int i = below(4); i > 0; --i) list.append(tree(depth - 1));
        return list;
      }
      default: {
        Json::Value map(Json::objectValue);
        for (int i = below(5); i > 0; --i) map[text()] = tree(depth - 1);
        return map;
      }
    }
  }

  std::string text() {
    static const std::vector<std::string> pieces = {"a",
                                                    "b",
                                                    "yes",
                                                    "no",
                                                    "n",
                                                    "1",
                                                    "0",
                                                    "e",
                                                    "x",
                                                    "_",
                                                    ".",
                                                    "-",
                                                    "+",
                                                    ":",
                                                    " ",
                                                    "\n",
                                                    "\t",
                                                    "#",
                                                    "'",
                                                    "\"",
                                                    "\\",
                                                    "{",
                                                    "}",
                                                    "[",
                                                    "]",
                                                    ",",
                                                    "&",
                                                    "*",
                                                    "!",
                                                    "|",
                                                    ">",
                                                    "%",
                                                    "@",
                                                    "`",
                                                    "?",
                                                    "=",
                                                    "~",
                                                    "<<",
                                                    "on",
                                                    "inf",
                                                    "nan",
                                                    "null",
                                                    "true",
                                                    "0x",
                                                    "0b",
                                                    "\xC3\xA4",
                                                    "\xC2\x85",
                                                    "\xE2\x80\xA8",
                                                    "\x7F",
                                                    "\x01",
                                                    "\r",
                                                    "---",
                                                    "...",
                                                    "  ",
                                                    ": ",
                                                    " #",
                                                    "\n\n",
                                                    "\xF0\x9F\x9A\x80",
                                                    "\xEF\xBB\xBF",
                                                    "\xEF\xBF\xBF"};
    std::string result;
    for (int i = below(6); i > 0; --i)
      result += pieces[static_cast<std::size_t>(below(static_cast<int>(pieces.size())))];
    if (below(50) == 0) result += std::string(static_cast<std::size_t>(below(3000)), 'k');
    return result;
  }

 private:
  Json::Value number() {
    switch (below(4)) {
      case 0:
        return Json::Value(Json::Int64{below(100)});
      case 1:
        return Json::Value(
            static_cast<Json::Int64>((static_cast<std::uint64_t>(random_()) << 32U) | random_()));
      case 2:
        return Json::Value(below(100'000) / 1000.0);
      default:
        return Json::Value(std::ldexp(below(1'000'000) - 500'000, below(400) - 200));
    }
  }
  int below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }

  std::mt19937 random_;
};

}  // namespace

TEST_CASE("a manifest looks as kubectl prints it") {
  CHECK(
      emitted(
          R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"web","labels":{},"finalizers":[]},
                    "list":["a",{"b":1,"c":["d"]},["e",["f"]],null],"data":{"x":"line 1\nline 2\n","z":"a\nb"}})") ==
      "apiVersion: v1\n"
      "data:\n"
      "  x: |\n"
      "    line 1\n"
      "    line 2\n"
      "  z: |-\n"
      "    a\n"
      "    b\n"
      "kind: ConfigMap\n"
      "list:\n"
      "- a\n"
      "- b: 1\n"
      "  c:\n"
      "  - d\n"
      "- - e\n"
      "  - - f\n"
      "- null\n"
      "metadata:\n"
      "  finalizers: []\n"
      "  labels: {}\n"
      "  name: web\n");
}

TEST_CASE("texts are quoted when they would be read as something else, and only then") {
  for (const char* const text :
       {"yes",  "on",    "n",    "null",     "~",   "",     "1",     "1.0", "0777",
        "0x1F", "1_000", "1e3",  "1234e56",  ".5",  ".inf", "1e400", "- a", "-",
        "a: b", "a:",    "a #b", "#a",       "&a",  "*a",   "!a",    "|",   ">",
        "%a",   "@a",    "`a",   "'a",       "\"a", "{a",   "[a",    "]",   ",a",
        " a",   "a ",    "a\tb", "\xC2\x85", "? a", "---",  "...",   "<<",  "9223372036854775808"})
    CHECK(yaml::needs_quotes(text));
  for (const char* const text : {"a",
                                 "yesterday",
                                 "12:30:45",
                                 "2020-01-01",
                                 "0o8",
                                 "1.2.3",
                                 "-a",
                                 ":a",
                                 "?a",
                                 "a:b",
                                 "a#b",
                                 "a'b",
                                 "a,b",
                                 "a{b}",
                                 "=",
                                 "tRUE",
                                 "/bin/sh -c \"x\"",
                                 "\xC3\xA4",
                                 "0x",
                                 "v1",
                                 "-c",
                                 "--flag=x",
                                 "100m",
                                 "1Gi"})
    CHECK_FALSE(yaml::needs_quotes(text));
  CHECK(emitted(R"({"on":"on","a":"1"})") == "a: \"1\"\n\"on\": \"on\"\n");
  CHECK(emitted(R"("\u0000\u0007\t\"\\\ufeff")") == "\"\\0\\x07\\t\\\"\\\\\\uFEFF\"\n");
}

TEST_CASE("quotes are the exact inverse of the reader") {
  Generator generator(7);
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = generator.text();
    // Tabs, marks of documents and byte order marks are quoted for other readers' sake.
    const bool spared = text.find('\t') != std::string::npos ||
                        text.find("\xEF\xBB\xBF") != std::string::npos ||
                        text.substr(0, 3) == "---" || text.substr(0, 3) == "..." || text == "<<";
    const auto read = yaml::read_documents("k: " + text, "f");
    const bool same_text = read.problems.empty() && read.documents.size() == 1 &&
                           read.documents[0].tree["k"] == Json::Value(text);
    INFO(yaml::quoted(text));
    if (!same_text) CHECK(yaml::needs_quotes(text));
    if (same_text && !spared) CHECK_FALSE(yaml::needs_quotes(text));
  }
}

TEST_CASE("what is emitted reads back equal") {
  for (unsigned seed = 0; seed < 5000; ++seed) {
    const Json::Value tree = Generator(seed).tree(5);
    if (tree.isNull()) continue;  // an empty document
    const std::string text = yaml::emit(tree);
    const auto read = yaml::read_documents(text, "f");
    INFO("seed " << seed << "\n"
                 << text << (read.problems.empty() ? "" : to_string(read.problems[0])));
    REQUIRE(read.documents.size() == 1);
    REQUIRE(canonical_json(read.documents[0].tree) == canonical_json(tree));
    REQUIRE(same(read.documents[0].tree, tree));
    REQUIRE(yaml::emit(read.documents[0].tree) == text);
  }
}

TEST_CASE("texts of several lines are literal blocks when that brings them back") {
  const auto [text, block] = GENERATE(table<std::string, bool>({
      {"a\nb", true},
      {"a\nb\n", true},
      {"a\n\n\n", true},
      {"a\n  b\n", true},
      {"a \n b", true},
      {"a\n   ", true},
      {"a\n\tb\n", true},
      {"# a\n- b: c\n", true},
      {"\na\n", false},
      {" a\nb\n", false},
      {"a\r\nb", false},
      {"a\n\x01", false},
      {"\n", false},
  }));
  Json::Value map;
  map["k"] = text;
  const std::string emitted_text = yaml::emit(map);
  CHECK((emitted_text.find("k: |") == 0) == block);
  const auto read = yaml::read_documents(emitted_text, "f");
  REQUIRE(read.documents.size() == 1);
  CHECK(read.documents[0].tree["k"].asString() == text);
}
