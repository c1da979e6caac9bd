#pragma once

#include "overrides/selector.h"

namespace flotilla::placement {

// spec.failover of a policy with the defaults of the schema and the webhook filled in
// (karmada-semantics 3.2). Faults go to the problems of `reading`; what is given back is of use
// only if there were none.
Json::Value read_failover(const Json::Value& value, const overrides::Reading& reading);

}  // namespace flotilla::placement
