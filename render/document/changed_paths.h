#pragma once

#include "render/document/tree.h"

#include <string>
#include <vector>

namespace flotilla {

// JSON pointers of what differs, sorted by bytes: fields that changed, came or went. A new or lost
// map or list is one path. Lists are compared item by item if one only continues the other, else a
// list that grew or shrank is one path itself. Numbers compare as same() has it.
std::vector<std::string> changed_paths(const Json::Value& before, const Json::Value& after);

}  // namespace flotilla
