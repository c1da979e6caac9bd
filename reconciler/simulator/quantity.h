#pragma once

#include "render/document/tree.h"

#include <string>

namespace flotilla::simulator {

// A quantity as a server stores it: "1000m" is "1", "1024Mi" is "1Gi", 0.5 is "500m". What is no
// quantity stays as it is.
std::string canonical_quantity(const Json::Value& quantity);

}  // namespace flotilla::simulator
