#pragma once

#include "render/base/result.h"
#include "render/document/pointer.h"

#include <string>
#include <string_view>
#include <vector>

namespace flotilla {

// A JSON text that remembers how it was written: the order of its keys, and every number and text
// as it stands there. For patches of texts that people keep inside of other objects
// (karmada-semantics 16.6 and section 28), where Json::Value would sort and reprint everything.
struct OrderedJson {
  enum class Kind { literal, list, map };

  Kind kind = Kind::literal;
  std::string literal = "null";  // of a literal: 1.50, true, null, or a text with its quotes
  std::vector<OrderedJson> children;
  // Of a child of a map. An empty key_literal is written anew from `key`.
  std::string key;
  std::string key_literal;
};

// One strict value, as parse_json takes it (no duplicate keys, nothing behind it).
Result<OrderedJson> parse_ordered_json(std::string_view text);
OrderedJson ordered_json(const Json::Value& value);

// On one line without white space. '<', '>', '&', U+2028 and U+2029 are escaped, as Go does.
std::string to_string(const OrderedJson& value);

// As apply_patch of a Json::Value: in order, all or nothing. New keys come last. The root must be a
// map or a list before and after a step.
Result<void> apply_patch(OrderedJson& root, const std::vector<PatchStep>& steps);

}  // namespace flotilla
