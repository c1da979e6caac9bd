#include "render/document/json.h"
#include "render/lua/script.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

using namespace flotilla;

namespace {

void require(bool truth, const char* what) {
  if (truth) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

lua::Surroundings small() {
  lua::Surroundings around;
  around.instructions = 200'000;
  around.memory = 8U << 20U;
  around.modules["kube"]["echo"] = [](const std::vector<Json::Value>& arguments) {
    return arguments.empty() ? Json::Value() : arguments.front();
  };
  return around;
}

bool is_empty(const Json::Value& value) {
  return (value.isArray() || value.isObject()) && value.empty();
}

// False for what Lua has no place for: a null, or a number that no double holds.
bool comparable(const Json::Value& value) {
  if (value.isArray())
    for (const Json::Value& entry : value)
      if (entry.isNull() || !comparable(entry)) return false;
  if (value.isObject())
    for (const Json::Value& field : value)
      if (field.isNull() || !comparable(field)) return false;
  if (value.isIntegral())
    return value.isInt64() && std::fabs(value.asDouble()) < 9007199254740992.0;
  return true;
}

// Empty tables below a list are told apart by their path alone, without their place in the list.
bool has_nested_list(const Json::Value& value) {
  if (value.isArray())
    for (const Json::Value& entry : value)
      if (entry.isArray() || entry.isObject()) return true;
  if (value.isObject())
    for (const Json::Value& field : value)
      if (has_nested_list(field)) return true;
  return false;
}

void round_trip(const Json::Value& value) {
  const lua::Call call{"f", {value}, 1, {&value}};
  const auto result = lua::run(
      "local kube = require('kube') function f(v) kube.echo(v) return v end", call, small());
  if (!result || is_empty(value) || !comparable(value) || has_nested_list(value)) return;
  require(same(result->front(), value), "a value comes back as it went in");
}

void run_script(std::string_view script, const Json::Value& argument) {
  const bool compiles = lua::check(script).has_value();
  for (const char* function : {"f", "GetReplicas"}) {
    const lua::Call call{function, {argument}, 2, {&argument}};
    const auto result = lua::run(script, call, small());
    require(compiles || !result, "what runs compiles");
    if (!result) continue;
    require(result->size() == 2, "there are as many results as were asked for");
    for (const Json::Value& value : *result)
      require(parse_json(canonical_json(value)).has_value(), "results are JSON");
  }
}

}  // namespace

// The input is JSON, or a script, or a JSON argument on the first line and a script below it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto value = parse_json(text)) round_trip(*value);
  run_script(text, Json::Value());
  const auto line_break = text.find('\n');
  if (line_break == text.npos) return 0;
  const auto argument = parse_json(text.substr(0, line_break));
  run_script(text.substr(line_break + 1), argument.value_or(Json::Value()));
  return 0;
}
