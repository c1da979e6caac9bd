#pragma once

#include "render/document/object.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

// Shared by the files of this room.
namespace flotilla::interpreter {

inline bool is(const GroupKind& kind, std::string_view group,
               std::initializer_list<std::string_view> kinds) {
  return kind.group == group && std::find(kinds.begin(), kinds.end(), kind.kind) != kinds.end();
}

// A counter of a status; a missing one is zero, as in the typed structs of Kubernetes.
inline std::int64_t counter(const Json::Value* map, std::string_view key) {
  return map == nullptr ? 0 : get_int(*map, key).value_or(0);
}

// The condition of that type in status.conditions, or nullptr.
inline const Json::Value* condition(const Json::Value& object, std::string_view type) {
  const Json::Value* conditions = find_path(object, {"status", "conditions"});
  if (conditions == nullptr || !conditions->isArray()) return nullptr;
  for (const Json::Value& entry : *conditions)
    if (get_string(entry, "type") == type) return &entry;
  return nullptr;
}

inline bool condition_is(const Json::Value& object, std::string_view type,
                         std::string_view status) {
  const Json::Value* entry = condition(object, type);
  return entry != nullptr && get_string(*entry, "status") == status;
}

}  // namespace flotilla::interpreter
