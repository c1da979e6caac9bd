#include "render/interpreter/interpreter.h"
#include "render/interpreter/kinds.h"

#include <algorithm>

namespace flotilla::interpreter {

std::optional<std::int64_t> replicas_of(const Json::Value& object) {
  const GroupKind kind = key_of(object).group_kind();
  const Json::Value* spec = find(object, "spec");
  // A file is not defaulted by an API server, so what it omits is read as the server would read it.
  const auto count = [&](std::string_view field) {
    return spec == nullptr ? std::nullopt : get_int(*spec, field);
  };
  if (is(kind, "apps", {"Deployment", "StatefulSet", "ReplicaSet"}))
    return count("replicas").value_or(1);
  if (is(kind, "batch", {"Job"})) {
    const std::int64_t parallelism = count("parallelism").value_or(1);
    return std::min(parallelism, count("completions").value_or(parallelism));
  }
  if (is(kind, "", {"Pod"})) return 1;
  return std::nullopt;
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
