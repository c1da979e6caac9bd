#pragma once

#include "reconciler/cluster_status/condition.h"
#include "reconciler/kube/client.h"

namespace flotilla::cluster_status {

// What a cluster serves, as Cluster.status has it (karmada-semantics 5, 21.1).
struct ApiEnablements {
  Json::Value list;    // [{groupVersion, resources: [{name, kind}]}], sorted by both
  Condition complete;  // CompleteAPIEnablements
};
ApiEnablements api_enablements(const kube::Discovery& discovery);

}  // namespace flotilla::cluster_status
