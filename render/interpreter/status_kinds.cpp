#include "render/interpreter/interpreter.h"
#include "render/interpreter/kinds.h"

namespace flotilla::interpreter {

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
