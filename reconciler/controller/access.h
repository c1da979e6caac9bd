#pragma once

#include "overrides/cluster.h"
#include "reconciler/controller/options.h"
#include "reconciler/kube/access.h"

namespace flotilla::controller {

// Address and credential of a member, by its Cluster and the flags. An error says what is missing.
Result<kube::Access> access_of(const overrides::Cluster& cluster, const Options& options);

}  // namespace flotilla::controller
