#include "render/document/tree.h"

#include <cmath>

namespace flotilla {

void set_position(Json::Value& value, Position position) {
  value.setOffsetStart(position.line);
  value.setOffsetLimit(position.column);
}

Position position_of(const Json::Value& value) {
  return {static_cast<int>(value.getOffsetStart()), static_cast<int>(value.getOffsetLimit())};
}

SourceRef at(const Json::Value& value, std::string_view file) {
  const Position position = position_of(value);
  return {std::string(file), position.line, position.column};
}

const Json::Value* find(const Json::Value& map, std::string_view key) {
  if (!map.isObject()) return nullptr;
  return map.find(key.data(), key.data() + key.size());
}

const Json::Value* find_path(const Json::Value& root,
                             std::initializer_list<std::string_view> keys) {
  const Json::Value* value = &root;
  for (const std::string_view key : keys) {
    value = find(*value, key);
    if (value == nullptr) return nullptr;
  }
  return value;
}

Json::Value* find_path(Json::Value& root, std::initializer_list<std::string_view> keys) {
  return const_cast<Json::Value*>(find_path(std::as_const(root), keys));
}

std::string get_string(const Json::Value& map, std::string_view key) {
  return get_string(map, {key});
}

std::string get_string(const Json::Value& root, std::initializer_list<std::string_view> keys) {
  const Json::Value* value = find_path(root, keys);
  return value != nullptr && value->isString() ? value->asString() : std::string();
}

std::optional<std::int64_t> get_int(const Json::Value& map, std::string_view key) {
  const Json::Value* value = find(map, key);
  if (value == nullptr || !value->isInt64() || value->type() == Json::realValue)
    return std::nullopt;
  return value->asInt64();
}

bool get_bool(const Json::Value& map, std::string_view key, bool otherwise) {
  const Json::Value* value = find(map, key);
  return value != nullptr && value->isBool() ? value->asBool() : otherwise;
}

std::vector<std::string> get_strings(const Json::Value& map, std::string_view key) {
  std::vector<std::string> texts;
  const Json::Value* list = find(map, key);
  if (list == nullptr || !list->isArray()) return texts;
  for (const Json::Value& item : *list)
    if (item.isString()) texts.push_back(item.asString());
  return texts;
}

std::string_view type_name(const Json::Value& value) {
  switch (value.type()) {
    case Json::nullValue:
      return "null";
    case Json::booleanValue:
      return "a truth value";
    case Json::stringValue:
      return "a text";
    case Json::arrayValue:
      return "a list";
    case Json::objectValue:
      return "a map";
    default:
      return "a number";
  }
}

namespace {

bool same_number(const Json::Value& a, const Json::Value& b) {
  if (a.type() == Json::realValue || b.type() == Json::realValue)
    return a.asDouble() == b.asDouble();
  if (a.isInt64() && b.isInt64()) return a.asInt64() == b.asInt64();
  return a.isUInt64() && b.isUInt64() && a.asUInt64() == b.asUInt64();
}

}  // namespace

bool same(const Json::Value& a, const Json::Value& b) {
  if (a.isNumeric() && b.isNumeric()) return same_number(a, b);
  if (a.type() != b.type()) return false;
  if (a.isArray()) {
    if (a.size() != b.size()) return false;
    for (Json::ArrayIndex i = 0; i < a.size(); ++i)
      if (!same(a[i], b[i])) return false;
    return true;
  }
  if (a.isObject()) {
    if (a.size() != b.size()) return false;
    for (auto it = a.begin(); it != a.end(); ++it) {
      const char* end = nullptr;
      const char* begin = it.memberName(&end);
      const Json::Value* other = b.find(begin, end);
      if (other == nullptr || !same(*it, *other)) return false;
    }
    return true;
  }
  return a == b;
}

}  // namespace flotilla
