#include "render/catalog/scope.h"

#include <set>

namespace flotilla::catalog {

bool is_in_default_without_namespace(const GroupKind& kind) {
  static const std::set<GroupKind> kinds = {
      {"", "ConfigMap"},
      {"", "Endpoints"},
      {"", "LimitRange"},
      {"", "PersistentVolumeClaim"},
      {"", "Pod"},
      {"", "PodTemplate"},
      {"", "ReplicationController"},
      {"", "ResourceQuota"},
      {"", "Secret"},
      {"", "Service"},
      {"", "ServiceAccount"},
      {"apps", "ControllerRevision"},
      {"apps", "DaemonSet"},
      {"apps", "Deployment"},
      {"apps", "ReplicaSet"},
      {"apps", "StatefulSet"},
      {"autoscaling", "HorizontalPodAutoscaler"},
      {"batch", "CronJob"},
      {"batch", "Job"},
      {"coordination.k8s.io", "Lease"},
      {"discovery.k8s.io", "EndpointSlice"},
      {"networking.k8s.io", "Ingress"},
      {"networking.k8s.io", "NetworkPolicy"},
      {"policy", "PodDisruptionBudget"},
      {"policy.karmada.io", "OverridePolicy"},
      {"policy.karmada.io", "PropagationPolicy"},
      {"rbac.authorization.k8s.io", "Role"},
      {"rbac.authorization.k8s.io", "RoleBinding"},
  };
  return kinds.contains(kind);
}

}  // namespace flotilla::catalog
