#pragma once

#include "overrides/fields.h"
#include "render/interpreter/readiness.h"

#include <cstdint>

// What the Fleet says of readiness. Faults are added to the problems of `spec`, each at its place;
// the default stands for a field in error.
namespace flotilla::decision {

// Fleet.spec.health: jobs (Started, Complete), failedPods (Current, Failed), addresses (Optional,
// Required), statusGrace (a duration in whole seconds).
interpreter::ReadinessRules read_health(overrides::Fields& spec);

// Fleet.spec.readinessTimeout in seconds: how long a wave waits for what comes before it.
std::int64_t read_readiness_timeout(overrides::Fields& spec);

}  // namespace flotilla::decision
