#pragma once

#include "render/base/result.h"
#include "render/document/tree.h"

#include <cstdint>
#include <string>
#include <string_view>

// What a YAML scalar means to Kubernetes: YAML 1.1 as go-yaml v2 resolves it, and then JSON.
namespace flotilla::yaml {

struct Scalar {
  enum class Kind { null, boolean, integer, real, text };
  Kind kind = Kind::text;
  bool truth = false;
  std::int64_t integer = 0;
  double real = 0;  // may be infinite or not a number; JSON has neither, so to_json refuses them
};

// A scalar without quotes and without a tag. Kind::text means that the text stands for itself.
Scalar resolve_plain(std::string_view text);

// A scalar under the core tag `name` ("int", "bool", ...). !!binary is no business of this
// function.
Result<Scalar> resolve_tagged(std::string_view name, std::string_view text);

// The value in the tree; whole reals become whole numbers, since JSON prints them alike.
Result<Json::Value> to_json(const Scalar& scalar, std::string_view text);

// The scalar as a key of a JSON map, the way kubectl writes it: 0x10 is "16", yes is "true".
Result<std::string> to_key(const Scalar& scalar, std::string_view text);

}  // namespace flotilla::yaml
