#include "render/manifest/manifest.h"
#include "tests/support/documents.h"

#include <algorithm>

using namespace flotilla;
using namespace flotilla::manifest;

TEST_CASE("what others refer to is applied first, webhooks last") {
  const std::vector<std::string> wanted = {
      "CustomResourceDefinition.apiextensions.k8s.io",
      "Namespace",
      "ClusterRole.rbac.authorization.k8s.io",
      "ClusterClass.cluster.x-k8s.io",
      "RuntimeClass.node.k8s.io",
      "PriorityClass.scheduling.k8s.io",
      "StorageClass.storage.k8s.io",
      "VolumeSnapshotClass.snapshot.storage.k8s.io",
      "IngressClass.networking.k8s.io",
      "GatewayClass.gateway.networking.k8s.io",
      "ClusterRoleBinding.rbac.authorization.k8s.io",
      "ResourceQuota",
      "ServiceAccount",
      "Role.rbac.authorization.k8s.io",
      "RoleBinding.rbac.authorization.k8s.io",
      "ConfigMap",
      "Secret",
      "Service",
      "LimitRange",
      "Deployment.apps",
      "StatefulSet.apps",
      "CronJob.batch",
      "PodDisruptionBudget.policy",
      "Pod",             // all others, by group
      "DaemonSet.apps",  // and kind
      "Job.batch",
      "Namespace.example.com",  // somebody else's kind of that name
      "Service.serving.knative.dev",
      "MutatingWebhookConfiguration.admissionregistration.k8s.io",
      "ValidatingWebhookConfiguration.admissionregistration.k8s.io",
  };
  std::vector<ObjectKey> keys;
  for (const std::string& text : wanted) {
    const GroupKind kind = parse_group_kind(text);
    keys.push_back({kind.group, kind.kind, "n", "x"});
  }
  std::reverse(keys.begin(), keys.end());
  std::sort(keys.begin(), keys.end(), applies_before);
  std::vector<std::string> found;
  for (const ObjectKey& key : keys) found.push_back(to_string(key.group_kind()));
  CHECK(found == wanted);
}

TEST_CASE("objects of one kind are applied by namespace, then name") {
  const ObjectKey a{"", "ConfigMap", "a", "z"};
  const ObjectKey b{"", "ConfigMap", "b", "a"};
  const ObjectKey c{"", "ConfigMap", "b", "b"};
  CHECK(applies_before(a, b));
  CHECK(applies_before(b, c));
  CHECK_FALSE(applies_before(c, b));
  CHECK_FALSE(applies_before(a, a));
}

TEST_CASE("stages") {
  const auto [kind, stage] = GENERATE(table<std::string, int>({
      {"CustomResourceDefinition.apiextensions.k8s.io", 0},
      {"Namespace", 0},
      {"ClusterRole.rbac.authorization.k8s.io", 0},
      {"StorageClass.storage.k8s.io", 1},
      {"DeviceClass.resource.k8s.io", 1},
      {"ClusterRoleBinding.rbac.authorization.k8s.io", 2},
      {"Deployment.apps", 2},
      {"ValidatingWebhookConfiguration.admissionregistration.k8s.io", 2},
  }));
  INFO(kind);
  CHECK(apply_stage(parse_group_kind(kind)) == stage);
}
