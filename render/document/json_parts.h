#pragma once

#include "render/base/result.h"
#include "render/document/tree.h"

#include <string_view>

namespace flotilla {

// As parse_json_fast(), but what is large and rarely looked at is not made a tree: a map that is
// the member `key` of a map at that depth (the root has 0) becomes the text that it is written in.
Result<Json::Value> parse_json_except(std::string_view text, std::string_view key, int depth);

}  // namespace flotilla
