#pragma once

#include "render/base/text.h"
#include "render/document/json.h"
#include "render/document/object.h"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

// Documents as tests write them: JSON in which ' stands for ".
namespace flotilla::test {

inline Json::Value tree(std::string_view text) {
  auto value = parse_json(replace_all(std::string(text), "'", "\""), "test.json");
  if (!value) FAIL(to_string(value.error()) << " in " << text);
  return *value;
}

inline Object object_at(SourceRef source, Json::Value value) {
  Object made;
  made.api_version = get_string(value, "apiVersion");
  made.key = key_of(value);
  made.tree = std::move(value);
  made.source = std::move(source);
  return made;
}
inline Object object(std::string_view text) { return object_at({"test.json", 1, 1}, tree(text)); }

}  // namespace flotilla::test
