#include "render/document/json.h"

#include "render/document/json_parts.h"

#include <catch2/catch.hpp>

#include <limits>

using namespace flotilla;

namespace {

std::string canonical(std::string_view text) {
  auto value = parse_json(text);
  return value ? canonical_json(*value) : to_string(value.error());
}

}  // namespace

TEST_CASE("numbers are printed as Go prints them") {
  const auto [number, text] = GENERATE(table<double, std::string>({
      {0.0, "0"},
      {-0.0, "0"},
      {0.1, "0.1"},
      {-2.5, "-2.5"},
      {1e3, "1000"},
      {1.1, "1.1"},
      {0.000001, "0.000001"},
      {1e-7, "1e-7"},
      {1.5e-10, "1.5e-10"},
      {1e20, "100000000000000000000"},
      {1e21, "1e+21"},
      {1.234e59, "1.234e+59"},
      {9223372036854775808.0, "9223372036854776000"},
      {123456.789, "123456.789"},
      {std::numeric_limits<double>::max(), "1.7976931348623157e+308"},
      {5e-324, "5e-324"},
  }));
  CHECK(number_text(Json::Value(number)) == text);
}

TEST_CASE("whole numbers keep every digit") {
  CHECK(number_text(Json::Value(Json::Int64{std::numeric_limits<std::int64_t>::min()})) ==
        "-9223372036854775808");
  CHECK(number_text(Json::Value(Json::UInt64{std::numeric_limits<std::uint64_t>::max()})) ==
        "18446744073709551615");
  CHECK(canonical("9223372036854775807") == "9223372036854775807");
  CHECK(canonical("9223372036854775808") == "9223372036854776000");
}

TEST_CASE("canonical JSON sorts keys by bytes and has no white space") {
  CHECK(canonical(
            R"( { "b" : [ 1 , 2.50 , true , null ] , "a" : { } , "B": "x", "" : [] , "aa":0} )") ==
        R"({"":[],"B":"x","a":{},"aa":0,"b":[1,2.5,true,null]})");
  CHECK(canonical(R"("a\"\\\/\b\f\n\r\t\u0001\u00e4")") ==
        "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\xC3\xA4\"");
  CHECK(canonical(R"("\ud83d\ude80")") == "\"\xF0\x9F\x9A\x80\"");
  CHECK(canonical(R"("nul \u0000 inside")") == R"("nul \u0000 inside")");
  CHECK(canonical(R"({"a\u0000b":1})") == R"({"a\u0000b":1})");
}

TEST_CASE("equal trees give equal bytes") {
  CHECK(canonical(R"({"a":1.0,"b":1e2})") == canonical(R"({"b":100,"a":1})"));
  CHECK(canonical("-0.0") == canonical("0"));
}

TEST_CASE("JSON for people is indented by two") {
  const auto value = parse_json(R"({"b":[1,{"c":null}],"a":{},"d":[]})");
  REQUIRE(value);
  CHECK(
      pretty_json(*value) ==
      "{\n  \"a\": {},\n  \"b\": [\n    1,\n    {\n      \"c\": null\n    }\n  ],\n  \"d\": []\n}");
}

TEST_CASE("every value knows its place, a null that of its key") {
  const auto value = parse_json("{\n  \"a\": [1,\n   \"x\"],\n  \"b\":\n    null\n}", "f.json");
  REQUIRE(value);
  CHECK(to_string(at(*value, "f")) == "f:1:1");
  CHECK(to_string(at((*value)["a"], "f")) == "f:2:8");
  CHECK(to_string(at((*value)["a"][0], "f")) == "f:2:9");
  CHECK(to_string(at((*value)["a"][1], "f")) == "f:3:4");
  CHECK(to_string(at((*value)["b"], "f")) == "f:4:3");
}

TEST_CASE("what is no JSON is refused with its place") {
  const auto [text, message] = GENERATE(table<std::string, std::string>({
      {"", "f:1:1: the text ends, want a value"},
      {"{\"a\": 1,\n \"a\": 2}", "f:2:2: the key \"a\" stands twice in one map"},
      {"[1, 2,]", "f:1:7: found ']', want a value"},
      {"{\"a\": 1,}", "f:1:9: found '}', want a key in double quotes"},
      {"{a: 1}", "f:1:2: found 'a', want a key in double quotes"},
      {"{\"a\" 1}", "f:1:6: found '1', want ':'"},
      {"[1 2]", "f:1:4: found '2', want ',' or ']'"},
      {"{\"a\": 1 \"b\": 2}", "f:1:9: found '\"', want ',' or '}'"},
      {"1 // one", "f:1:3: found '/' after the end of the value, want nothing"},
      {"007", "f:1:1: found '0', want a value"},
      {"-", "f:1:1: found '-', want a value"},
      {"1.", "f:1:3: want a digit after the decimal point"},
      {"1e+", "f:1:4: want a digit in the exponent"},
      {"1e400", "f:1:6: the number is too large"},
      {"NaN", "f:1:1: found 'N', want a value"},
      {"nul", "f:1:1: found 'n', want a value"},
      {"'a'", "f:1:1: found ''', want a value"},
      {"\"a", "f:1:3: the text ends inside a string"},
      {"\"a\nb\"", "f:1:3: found a control character in a string, want it escaped"},
      {R"("\x41")", "f:1:3: found the escape 'x', want one that JSON knows"},
      {R"("\u12")", "f:1:4: want four hex digits after \\u"},
      {R"("\ud83d")", "f:1:8: found half of a surrogate pair"},
      {R"("\udc00")", "f:1:8: found half of a surrogate pair"},
      {"\"\xFF\"", "f: the text is not valid UTF-8"},
  }));
  const auto value = parse_json(text, "f");
  REQUIRE_FALSE(value);
  CHECK(to_string(value.error()) == message);
}

TEST_CASE("a thousand levels are the limit") {
  CHECK(parse_json(std::string(1000, '[') + std::string(1000, ']')));
  const auto deep = parse_json(std::string(200'000, '['));
  REQUIRE_FALSE(deep);
  CHECK(deep.error().code == Code::too_large);
}

TEST_CASE("the fast reader reads the same and leaves positions away") {
  const auto value = parse_json_fast(R"({"a":[1,2.5,"x"],"b":null,"a":{"c":true}})");
  REQUIRE(value);
  CHECK(canonical_json(*value) == R"({"a":{"c":true},"b":null})");
  CHECK(position_of((*value)["a"]).line == 0);
  CHECK_FALSE(parse_json_fast("{"));
  CHECK_FALSE(parse_json_fast("[1] x"));
}

TEST_CASE("a map that nobody looks at is left as its text") {
  const std::string text =
      R"({"a":{"x":{"b":"}\"{","c":[{"d":1}]},"y":2},"x":{"e":1},"l":[{"x":"no map"}]})";
  const auto value = parse_json_except(text, "x", 1);
  REQUIRE(value);
  CHECK((*value)["a"]["x"].asString() == R"({"b":"}\"{","c":[{"d":1}]})");
  CHECK((*value)["a"]["y"].asInt() == 2);
  CHECK((*value)["x"]["e"].asInt() == 1);
  CHECK((*value)["l"][0]["x"].asString() == "no map");
  for (const char* const cut :
       {R"({"a":{"x":{)", R"({"a":{"x":{"b)", R"({"a":{"x":{}})", R"({"a":{"x")"})
    CHECK_FALSE(parse_json_except(cut, "x", 1));
}
