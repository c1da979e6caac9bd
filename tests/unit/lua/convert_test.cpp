#include "tests/unit/lua/scripts.h"

using namespace flotilla;
using test::outcome;
using test::tree;
using test::value_of;

TEST_CASE("values that go in come back") {
  for (const char* value :
       {"true", "'text'", "''", "1", "-7", "1.5", "[1,2,3]", "{'a':{'b':[{'c':'d'}]}}",
        "4503599627370496", "'nul\\u0000byte'", "1e300"})
    CHECK(outcome("function f(v) return v end", {tree(value)}) == canonical_json(tree(value)));
}

TEST_CASE("null becomes nil, and its field is gone") {
  CHECK(outcome("function f(v) return v == nil end", {Json::Value()}) == "true");
  CHECK(outcome("function f(v) return v end", {tree("{'a':null,'b':1}")}) == R"({"b":1})");
}

TEST_CASE("numbers are doubles, and come back whole if they are whole") {
  CHECK(value_of("10 / 2") == "5");
  CHECK(value_of("10 / 4") == "2.5");
  CHECK(value_of("-0 * 1") == "0");
  const auto results = lua::run("function f() return 3.0 end", {"f", {}, 1, {}}, {});
  REQUIRE(results);
  CHECK(results->front().type() == Json::intValue);
  CHECK(value_of("2^63") == "9223372036854776000");
}

TEST_CASE("what has no JSON form is an error that names its place") {
  CHECK(value_of("{a = {b = {1, print}}}") ==
        "error: the result.a.b[2] is function, which has no JSON form");
  CHECK(value_of("0/0") == "error: the result is NaN, which has no JSON form");
  CHECK(value_of("{x = 1/0}") == "error: the result.x is infinite, which has no JSON form");
  CHECK(value_of("{1, nil, 3}") ==
        "error: the result is a list with a hole, which has no JSON form");
  CHECK(value_of("{1, a = 2}") ==
        "error: the result is a mixture of a list and a map, which has no JSON form");
  CHECK(value_of("{[1.5] = 2}") ==
        "error: the result is a table with keys that are neither texts nor places of a list, "
        "which has no JSON form");
  CHECK(outcome("function f() local t = {a = {}} t.a.b = t return t end") ==
        "error: the result.a.b is a table that contains itself, which has no JSON form");
}

TEST_CASE("a table may stand at two places, but not multiply") {
  CHECK(outcome("function f() local t = {1} return {a = t, b = t} end") == R"({"a":[1],"b":[1]})");
  const std::string grown =
      outcome("function f() local t = {1} for i = 1, 60 do t = {t, t} end return t end");
  CHECK(grown == "error: the result is larger than the memory limit");
}

TEST_CASE("deep values are refused, not overflown") {
  CHECK(outcome("function f() local t = {1} for i = 1, 5000 do t = {t} end return t end") ==
        "error: the result is nested too deeply");
}

TEST_CASE("texts that are not UTF-8 come back as Go writes them") {
  CHECK(value_of("'a\\255b'") ==
        "\"a\xEF\xBF\xBD"
        "b\"");
}

TEST_CASE("empty tables without references are removed") {
  CHECK(value_of("{a = {}, b = {c = {}, d = 1}, e = {{}, 1}}") == R"({"b":{"d":1},"e":[1]})");
  CHECK(value_of("{}") == "[]");
}

TEST_CASE("empty tables become what they are in a reference at the same path") {
  const Json::Value desired = tree(
      "{'metadata':{'labels':{}},'spec':{'list':[],'containers':[{'resources':{}}],'args':[]}}");
  const Json::Value observed = tree("{'spec':{'args':[],'volumes':[{'emptyDir':{}}]}}");
  const auto run = [&](const std::string& expression, std::vector<const Json::Value*> references) {
    return test::text(lua::run("function f(d, o) return " + expression + " end",
                               {"f", {desired, observed}, 1, std::move(references)}, {}));
  };
  CHECK(run("d", {&desired}) == canonical_json(desired));
  CHECK(run("d", {}) == R"({"metadata":{},"spec":{"containers":[{}]}})");
  CHECK(run("{spec = {volumes = {1, {emptyDir = {}}}, args = {}, other = {}}}",
            {&desired, &observed}) == R"({"spec":{"args":[],"volumes":[1,{"emptyDir":{}}]}})");
  CHECK(run("{spec = {volumes = {{emptyDir = {}}}}}", {&desired}) ==
        R"({"spec":{"volumes":[{}]}})");
}

TEST_CASE("only the first result has references") {
  const Json::Value reference = tree("{'a':{}}");
  const auto results =
      lua::run("function f() return {a = {}}, {a = {}, b = 1} end", {"f", {}, 2, {&reference}}, {});
  CHECK(test::text(results) == R"({"a":{}} {"b":1})");
}
