#pragma once

#include "render/document/tree.h"

#include <vector>

namespace flotilla::lua {

// Lua has one empty table for {} and []. Every empty list below `value` becomes {} if one of the
// references has {} at the same path (places in lists do not count), stays if one has [] there, and
// is removed from its map or list otherwise (karmada-semantics 14.3). `value` itself stays.
void settle_empties(Json::Value& value, const std::vector<const Json::Value*>& references);

}  // namespace flotilla::lua
