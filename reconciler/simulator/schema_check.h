#pragma once

#include "reconciler/simulator/refusal.h"
#include "reconciler/simulator/schema.h"

#include <vector>

namespace flotilla::simulator {

// Where a custom resource breaks the structural schema of its definition.
std::vector<Cause> check_schema(const Json::Value& object, const Schema& schema);

}  // namespace flotilla::simulator
