#include "render/yaml/emitted.h"

#include "render/document/json.h"
#include "render/yaml/emitter.h"
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

const std::string example =
    R"({"apiVersion":"v1","kind":"List","metadata":{"name":"web","labels":{},"finalizers":[],
        "annotations":{"example.com/a":"b","policy":"{\"a\":[1,2]}","f:time":"12:30:45"}},
        "list":["a",{"b":1,"c":["d",-5]},["e",["f"]],null,true,"true","1.0","a: b","it's"],
        "data":{"x":"line 1\n\n line 3\n","z":"a\nb","e":"","q":"say \"\\\"","none":null,"t":"a\tb"}})";

// What the reader of all YAML makes of a text; nullopt: not one document.
std::optional<Json::Value> read(const std::string& text) {
  const yaml::ReadResult result = yaml::read_documents(text, "file");
  if (result.documents.size() != 1 || !result.problems.empty()) return std::nullopt;
  return result.documents.front().tree;
}

}  // namespace

TEST_CASE("what is emitted is read without the reader of all YAML") {
  const auto value = yaml::read_emitted(yaml::emit(json(example)));
  REQUIRE(value);
  CHECK(same(*value, json(example)));
}

TEST_CASE("what is read that way is what the reader of all YAML reads") {
  const std::string text = yaml::emit(json(example));
  const std::vector<std::string> pieces = {
      "a",   "1",    "0",     ".",   "-",    ":",      " ",      "\n",   "\t", "#",    "'",
      "\"",  "\\",   "{",     "}",   "[",    "]",      ",",      "&",    "*",  "!",    "|",
      ">",   "%",    "?",     "=",   "~",    "<<",     "y",      "no",   "_",  "e",    "null",
      "- ",  ": ",   " #",    "  ",  "---",  "\r",     "\x7F",   "\n  ", "é",  "\n\n", "\n- ",
      "|\n", "a:\n", "- a\n", "...", "|+\n", "k: v\n", "\"a\"\n"};
  int accepted = 0;
  for (unsigned seed = 0; seed < 20'000; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](std::size_t limit) {
      return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
    };
    std::string changed = text;
    for (std::size_t changes = 1 + below(3); changes > 0; --changes) {
      const std::size_t at = below(changed.size());
      changed.replace(at, below(2) * below(6), below(3) == 0 ? "" : pieces[below(pieces.size())]);
    }
    const auto value = yaml::read_emitted(changed);
    if (!value) continue;
    ++accepted;
    const auto wanted = read(changed);
    INFO("seed " << seed << "\n" << changed);
    REQUIRE(wanted);
    REQUIRE(same(*value, *wanted));
  }
  CHECK(accepted > 1000);
}

TEST_CASE("what emit() does not write is left to the reader of all YAML") {
  for (const char* const text : {"",
                                 "\n",
                                 "a",
                                 "- a\n",
                                 "{}\n",
                                 "a: b",
                                 "a: 'b'\n",
                                 "a: &x b\n",
                                 "a: {b: c}\n",
                                 "a:\n",
                                 "b: 1\na: 1\n",
                                 "a: 1\na: 1\n",
                                 "a: 0x10\n...\n",
                                 "# a\na: b\n",
                                 "a: b # c\n",
                                 "a: 1.5\n",
                                 "a: b\n  c\n",
                                 "a:\n    b: c\n",
                                 "a: |\n  b\n\n",
                                 "\xEF\xBB\xBF"
                                 "a: b\n",
                                 "--- \na: b\n"})
    CHECK_FALSE(yaml::read_emitted(text));
}
