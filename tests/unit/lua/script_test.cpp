#include "tests/unit/lua/scripts.h"

using namespace flotilla;
using test::outcome;
using test::tree;

TEST_CASE("a script that compiles, and one that does not") {
  CHECK(lua::check("function GetReplicas(obj)\n  return 1\nend"));
  const auto broken = lua::check("function GetReplicas(obj)\n  retrun 1\nend");
  REQUIRE_FALSE(broken);
  CHECK(to_string(broken.error()) == "script:2: '=' expected near '1'");
  CHECK(broken.error().where.line == 2);
  CHECK_FALSE(lua::check("\x1bLua"));
  CHECK(lua::check(""));
}

TEST_CASE("a compiled script runs as its source does") {
  const std::string script = "function f(o)\n  return o.a.b\nend";
  const auto program = lua::compile(script);
  REQUIRE(program);
  for (const char* argument : {"{'a': {'b': 'text'}}", "{}"}) {
    const lua::Call call{"f", {tree(argument)}, 1, {}};
    CHECK(test::text(lua::run(*program, call, {})) == test::text(lua::run(script, call, {})));
  }
  CHECK_FALSE(lua::compile("function f("));
  CHECK(outcome(program->byte_code) == "error: the script is byte code, want Lua source");
}

TEST_CASE("a function gets its arguments and gives its results") {
  const lua::Call call{"GetReplicas", {tree("{'spec': {'replicas': 3}}")}, 3, {}};
  const auto results =
      lua::run("function GetReplicas(obj) return obj.spec.replicas, {cpu = '1'} end", call, {});
  CHECK(test::text(results) == "3 {\"cpu\":\"1\"} null");
}

TEST_CASE("a function that is not there") {
  CHECK(outcome("function g() end") == "error: not found function f");
  CHECK(outcome("f = 3") == "error: not found function f");
}

TEST_CASE("what a script raises") {
  CHECK(outcome("\nfunction f(obj)\n  return obj.spec.replicas\nend", {tree("{}")}) ==
        "error: script:3: attempt to index field 'spec' (a nil value)");
  CHECK(outcome("function f() error('too bad', 0) end") == "error: too bad");
  CHECK(outcome("function f() error({}) end") == "error: the script raised a table value");
  CHECK(outcome("function f() error(12) end") == "error: script:1: 12");
  CHECK(outcome("function f() error(12, 0) end") == "error: 12");
  CHECK(outcome("error('while loading')") == "error: script:1: while loading");
}

TEST_CASE("every run has an environment of its own") {
  CHECK(outcome("type = 'leak'; leaked = 1; string.upper = nil; function f() return 1 end") == "1");
  CHECK(outcome("function f() return {type(type), tostring(leaked), ('x'):upper()} end") ==
        R"(["function","nil","X"])");
}

TEST_CASE("host functions behind require") {
  lua::Surroundings around;
  std::size_t seen = 0;
  around.modules["kube"]["sum"] = [&](const std::vector<Json::Value>& arguments) {
    seen = arguments.size();
    Json::Value sum = 0;
    for (const Json::Value& argument : arguments)
      if (!argument.isNull()) sum = sum.asInt64() + argument.asInt64();
    return sum;
  };
  around.modules["kube"]["echo"] = [](const std::vector<Json::Value>& arguments) {
    return arguments.at(0);
  };
  around.modules["kube"]["fail"] = [](const std::vector<Json::Value>&) -> Result<Json::Value> {
    return fail(Code::invalid, "wants a quantity");
  };
  const std::string kube = "local kube = require('kube')\n";
  CHECK(outcome(kube + "function f() return kube.sum(1, nil, 2, nil) end", {}, around) == "3");
  CHECK(seen == 4);
  CHECK(outcome(kube + "function f() return kube.echo({a = {}, b = {c = {1}}}) end", {}, around) ==
        R"({"b":{"c":[1]}})");
  CHECK(outcome(kube + "function f() return kube.fail() end", {}, around) ==
        "error: script:2: wants a quantity");
  CHECK(outcome(kube + "function f() return {pcall(kube.fail)} end", {}, around) ==
        R"([false,"wants a quantity"])");
  CHECK(outcome(kube + "function f() return kube == require('kube') end", {}, around) == "true");
  CHECK(outcome(kube + "function f() return kube.echo(print) end", {}, around) ==
        "error: the result is function, which has no JSON form");
  CHECK(outcome("function f() return require('io') end", {}, around) ==
        "error: script:1: module 'io' not found");
}
