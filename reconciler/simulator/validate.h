#pragma once

#include "reconciler/simulator/kinds.h"

#include <vector>

namespace flotilla::simulator {

// Everything wrong with the object as it would be stored; `before` is null for a new one.
std::vector<Cause> validate(const Kind& kind, const Schema& schema, const Json::Value& object,
                            const Json::Value* before);

}  // namespace flotilla::simulator
