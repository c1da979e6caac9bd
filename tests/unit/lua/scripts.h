#pragma once

#include "render/lua/script.h"
#include "tests/support/documents.h"

#include <string>

namespace flotilla::test {

// What `return <expression>` gives, as canonical JSON, or "error: ...".
inline std::string text(const Result<std::vector<Json::Value>>& results) {
  if (!results) return "error: " + to_string(results.error());
  std::string shown;
  for (const Json::Value& value : *results)
    shown += (shown.empty() ? "" : " ") + canonical_json(value);
  return shown;
}

inline std::string value_of(const std::string& expression, const lua::Surroundings& around = {}) {
  return text(lua::run("function f() return " + expression + " end", {"f", {}, 1, {}}, around));
}

inline std::string outcome(const std::string& script, std::vector<Json::Value> arguments = {},
                           const lua::Surroundings& around = {}) {
  return text(lua::run(script, {"f", std::move(arguments), 1, {}}, around));
}

}  // namespace flotilla::test
