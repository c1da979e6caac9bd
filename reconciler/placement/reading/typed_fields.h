#pragma once

#include "overrides/fields.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>

// Shapes of fields that only policies of propagation have. Private to the readers.
namespace flotilla::placement {

// One of `values`, or `otherwise` if it is absent. An empty text counts as absent: Karmada's
// mutating webhooks drop it before the schema is looked at.
inline std::string choice_or_empty(overrides::Fields& fields, const char* name,
                                   std::initializer_list<const char*> values,
                                   std::string otherwise) {
  const Json::Value* value = fields.any(name);
  if (value != nullptr && value->isString() && value->asString().empty()) return otherwise;
  return fields.choice(name, values, std::move(otherwise));
}

// A whole number without an upper bound of its own; nullopt if it is absent or wrong.
inline std::optional<std::int64_t> at_least(overrides::Fields& fields, const char* name,
                                            std::int64_t least) {
  using Limits = std::numeric_limits<std::int64_t>;
  const std::optional<std::int64_t> number = fields.whole(name, Limits::min(), Limits::max());
  if (!number || *number >= least) return number;
  fields.at(name).error(
      *fields.any(name), "invalid-value",
      "is " + std::to_string(*number) + ", want " + std::to_string(least) + " or more");
  return std::nullopt;
}

// A label key; empty if it is missing or wrong.
inline std::string required_label_key(overrides::Fields& fields, const char* name) {
  std::string key = fields.required_text(name);
  if (key.empty()) return key;
  const std::string fault = overrides::label_key_fault(key);
  if (fault.empty()) return key;
  fields.at(name).error(*fields.any(name), "invalid-value", "is \"" + key + "\": " + fault);
  return {};
}

// A map that must be there; nullptr, and said so, if it is not.
inline const Json::Value* required_map(overrides::Fields& fields, const char* name) {
  const Json::Value* value = fields.any(name);
  if (value == nullptr && fields.map_value().isObject())
    fields.at(name).error(fields.map_value(), "missing-field", "is missing, want a map");
  return value == nullptr ? nullptr : fields.map(name);
}

}  // namespace flotilla::placement
