#include "render/manifest/manifest.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>
#include <utility>

namespace flotilla::manifest {

namespace {

using NamedKind = std::pair<std::string_view, std::string_view>;  // kind, group

// What others refer to comes first.
constexpr std::array<NamedKind, 23> first_kinds = {{
    {"CustomResourceDefinition", "apiextensions.k8s.io"},
    {"Namespace", ""},
    {"ClusterRole", "rbac.authorization.k8s.io"},
    {"ClusterClass", "cluster.x-k8s.io"},
    {"RuntimeClass", "node.k8s.io"},
    {"PriorityClass", "scheduling.k8s.io"},
    {"StorageClass", "storage.k8s.io"},
    {"VolumeSnapshotClass", "snapshot.storage.k8s.io"},
    {"IngressClass", "networking.k8s.io"},
    {"GatewayClass", "gateway.networking.k8s.io"},
    {"ClusterRoleBinding", "rbac.authorization.k8s.io"},
    {"ResourceQuota", ""},
    {"ServiceAccount", ""},
    {"Role", "rbac.authorization.k8s.io"},
    {"RoleBinding", "rbac.authorization.k8s.io"},
    {"ConfigMap", ""},
    {"Secret", ""},
    {"Service", ""},
    {"LimitRange", ""},
    {"Deployment", "apps"},
    {"StatefulSet", "apps"},
    {"CronJob", "batch"},
    {"PodDisruptionBudget", "policy"},
}};

// Webhooks come last: one whose server is not up yet would refuse everything after it.
constexpr std::array<NamedKind, 2> last_kinds = {{
    {"MutatingWebhookConfiguration", "admissionregistration.k8s.io"},
    {"ValidatingWebhookConfiguration", "admissionregistration.k8s.io"},
}};

template <std::size_t N>
int index_in(const std::array<NamedKind, N>& kinds, const GroupKind& kind) {
  const auto found = std::find(kinds.begin(), kinds.end(), NamedKind(kind.kind, kind.group));
  return found == kinds.end() ? -1 : static_cast<int>(std::distance(kinds.begin(), found));
}

}  // namespace

int apply_rank(const GroupKind& kind) {
  constexpr int others = static_cast<int>(first_kinds.size());
  if (const int index = index_in(first_kinds, kind); index >= 0) return index;
  if (const int index = index_in(last_kinds, kind); index >= 0) return others + 1 + index;
  return others;
}

int apply_stage(const GroupKind& kind) {
  if (const int index = index_in(first_kinds, kind); index >= 0 && index < 3) return 0;
  return kind.kind.ends_with("Class") ? 1 : 2;
}

bool applies_before(const ObjectKey& a, const ObjectKey& b) {
  const int rank_a = apply_rank(a.group_kind());
  const int rank_b = apply_rank(b.group_kind());
  return std::tie(rank_a, a.group, a.kind, a.namespace_, a.name) <
         std::tie(rank_b, b.group, b.kind, b.namespace_, b.name);
}

}  // namespace flotilla::manifest
