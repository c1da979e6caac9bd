#pragma once

#include "render/base/problem.h"
#include "render/document/object.h"

namespace flotilla::decision {

// Kinds of Karmada that have no effect here yet: FederatedResourceQuota, ClusterTaintPolicy,
// FederatedHPA, CronFederatedHPA, MultiClusterService, WorkloadRebalancer and Remedy. Adds the
// faults that Karmada's schemas and webhooks find in them (karmada-semantics 7 and Appendix A), so
// that a repository that is checked here is taken there. Other kinds are left alone.
void check_idle_kind(const Object& object, Problems& problems);

}  // namespace flotilla::decision
