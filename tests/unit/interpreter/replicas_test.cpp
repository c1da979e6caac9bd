#include "render/interpreter/interpreter.h"
#include "tests/support/documents.h"

using namespace flotilla;

TEST_CASE("replicas of a template") {
  const auto [text, wanted] = GENERATE(table<const char*, std::optional<std::int64_t>>({
      {"{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'spec': {'replicas': 3}}", 3},
      {"{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'spec': {'replicas': 0}}", 0},
      {"{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'spec': {}}", 1},
      {"{'apiVersion': 'apps/v1', 'kind': 'StatefulSet'}", 1},
      {"{'apiVersion': 'apps/v1', 'kind': 'ReplicaSet', 'spec': {'replicas': 2}}", 2},
      {"{'apiVersion': 'apps/v1', 'kind': 'DaemonSet', 'spec': {'replicas': 2}}", std::nullopt},
      {"{'apiVersion': 'batch/v1', 'kind': 'Job', 'spec': {}}", 1},
      {"{'apiVersion': 'batch/v1', 'kind': 'Job', 'spec': {'parallelism': 4}}", 4},
      {"{'apiVersion': 'batch/v1', 'kind': 'Job', 'spec': {'parallelism': 4, 'completions': 2}}",
       2},
      {"{'apiVersion': 'batch/v1', 'kind': 'Job', 'spec': {'completions': 2}}", 1},
      {"{'apiVersion': 'v1', 'kind': 'Pod'}", 1},
      {"{'apiVersion': 'v1', 'kind': 'ConfigMap'}", std::nullopt},
      {"{'apiVersion': 'example.com/v1', 'kind': 'Deployment', 'spec': {'replicas': 3}}",
       std::nullopt},
  }));
  INFO(text);
  const auto found = interpreter::Interpreter().replicas(test::tree(text));
  REQUIRE(found);
  CHECK((*found ? std::optional((*found)->count) : std::nullopt) == wanted);
}

TEST_CASE("kinds whose status says nothing") {
  using interpreter::has_status;
  for (const char* kind :
       {"ConfigMap", "Secret", "ServiceAccount", "Role.rbac.authorization.k8s.io",
        "ClusterRoleBinding.rbac.authorization.k8s.io", "StorageClass.storage.k8s.io",
        "NetworkPolicy.networking.k8s.io", "Lease.coordination.k8s.io",
        "ValidatingWebhookConfiguration.admissionregistration.k8s.io"}) {
    INFO(kind);
    CHECK_FALSE(has_status(parse_group_kind(kind)));
  }
  for (const char* kind :
       {"Deployment.apps", "Service", "Namespace", "ConfigMap.example.com", "Role.example.com",
        "CustomResourceDefinition.apiextensions.k8s.io", "Ingress.networking.k8s.io"}) {
    INFO(kind);
    CHECK(has_status(parse_group_kind(kind)));
  }
}
