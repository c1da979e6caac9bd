#pragma once

#include <json/value.h>

namespace flotilla::placement {

// spec.placement as Karmada stores it: the defaults of the schema and the webhook filled in, and
// what is empty left out, so that two ways to write one placement are equal. `placement` must have
// been validated.
Json::Value stored_placement(Json::Value placement);

}  // namespace flotilla::placement
