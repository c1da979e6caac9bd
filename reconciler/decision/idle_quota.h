#pragma once

#include "overrides/fields.h"

namespace flotilla::decision {

// The spec of a FederatedResourceQuota (karmada-semantics 7): its faults go to the problems of
// `spec`.
void check_quota(overrides::Fields& spec);

}  // namespace flotilla::decision
