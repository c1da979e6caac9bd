#pragma once

#include "render/base/result.h"

#include <json/value.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Reading Json::Value without its traps: nothing here inserts a key, throws, or converts between
// types.
namespace flotilla {

// Where a value stands in its file. The reader stores it in the value itself (jsoncpp's offset
// fields), so it travels with copies.
struct Position {
  int line = 0;  // from 1; 0 means not known
  int column = 0;
};
void set_position(Json::Value& value, Position position);
Position position_of(const Json::Value& value);
SourceRef at(const Json::Value& value, std::string_view file);

// The value under `key`, or nullptr if `map` is no map or has no such key. A null counts as a
// value.
const Json::Value* find(const Json::Value& map, std::string_view key);
// The value reached by keys one after another.
const Json::Value* find_path(const Json::Value& root, std::initializer_list<std::string_view> keys);
Json::Value* find_path(Json::Value& root, std::initializer_list<std::string_view> keys);

// The text under `key`, or empty if it is absent or no text.
std::string get_string(const Json::Value& map, std::string_view key);
std::string get_string(const Json::Value& root, std::initializer_list<std::string_view> keys);
std::optional<std::int64_t> get_int(const Json::Value& map, std::string_view key);
bool get_bool(const Json::Value& map, std::string_view key, bool otherwise);
// The texts of a list of texts; entries of other types are passed over.
std::vector<std::string> get_strings(const Json::Value& map, std::string_view key);

// "a text", "a map", "a list", "a number", "a truth value", "null": for messages.
std::string_view type_name(const Json::Value& value);

// Equality as Kubernetes means it: 1 equals 1.0, key order does not matter, null differs from
// absent.
bool same(const Json::Value& a, const Json::Value& b);

}  // namespace flotilla
