#include "render/interpreter/kinds.h"

#include "render/interpreter/interpreter.h"

namespace flotilla::interpreter {

std::string_view to_string(Health health) {
  switch (health) {
    case Health::healthy:
      return "Healthy";
    case Health::unhealthy:
      return "Unhealthy";
    case Health::unknown:
      break;
  }
  return "Unknown";
}

std::string_view to_string(Readiness readiness) {
  switch (readiness) {
    case Readiness::unknown:
      break;
    case Readiness::no_status:
      return "NoStatus";
    case Readiness::in_progress:
      return "InProgress";
    case Readiness::current:
      return "Current";
    case Readiness::failed:
      return "Failed";
    case Readiness::terminating:
      return "Terminating";
  }
  return "Unknown";
}

bool has_status(const GroupKind& kind) {
  if (is(kind, "",
         {"ConfigMap", "Secret", "ServiceAccount", "LimitRange", "Endpoints", "Event",
          "PodTemplate"}))
    return false;
  if (is(kind, "rbac.authorization.k8s.io",
         {"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"}))
    return false;
  if (is(kind, "storage.k8s.io",
         {"StorageClass", "CSIDriver", "CSINode", "CSIStorageCapacity", "VolumeAttributesClass"}))
    return false;
  if (is(kind, "admissionregistration.k8s.io",
         {"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration",
          "ValidatingAdmissionPolicyBinding", "MutatingAdmissionPolicy",
          "MutatingAdmissionPolicyBinding"}))
    return false;
  if (is(kind, "networking.k8s.io", {"NetworkPolicy", "IngressClass", "IPAddress"})) return false;
  if (is(kind, "apps", {"ControllerRevision"})) return false;
  if (is(kind, "scheduling.k8s.io", {"PriorityClass"})) return false;
  if (is(kind, "node.k8s.io", {"RuntimeClass"})) return false;
  if (is(kind, "discovery.k8s.io", {"EndpointSlice"})) return false;
  if (is(kind, "events.k8s.io", {"Event"})) return false;
  return !is(kind, "coordination.k8s.io", {"Lease"});
}

}  // namespace flotilla::interpreter
