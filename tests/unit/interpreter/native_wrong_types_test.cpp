#include "tests/unit/interpreter/native_cases.h"

using namespace flotilla;
using interpreter::Operation;
namespace native = interpreter::native;

namespace {

const std::vector<std::string> kinds = {
    "Deployment",
    "ReplicaSet",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "CronJob",
    "Pod",
    "Service",
    "Secret",
    "ServiceAccount",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Ingress",
    "ServiceImport",
    "PodDisruptionBudget",
    "HorizontalPodAutoscaler",
};

// Every field that any rule looks at.
constexpr const char* everything = R"({
  'metadata': {'name': 'web', 'namespace': 'shop', 'generation': 1,
    'labels': {'resourcetemplate.karmada.io/retain-replicas': 'true'},
    'annotations': {'resourcetemplate.karmada.io/generation': '1'}},
  'type': 'kubernetes.io/service-account-token', 'data': {'token': 'dA=='},
  'secrets': [{'name': 'a'}], 'imagePullSecrets': [{'name': 'a'}],
  'spec': {'replicas': 1, 'parallelism': 1, 'completions': 1, 'type': 'LoadBalancer',
    'clusterIP': '10.0.0.1', 'healthCheckNodePort': 1, 'volumeName': 'v', 'claimRef': {'name': 'c'},
    'nodeName': 'n', 'serviceAccountName': 's', 'tls': [{'secretName': 's'}],
    'selector': {'matchLabels': {'a': 'b'}}, 'imagePullSecrets': [{'name': 'a'}],
    'volumes': [{'secret': {'secretName': 's'}, 'rbd': {'secretRef': {'name': 's'}},
      'projected': {'sources': [{'secret': {'name': 's'}}]},
      'persistentVolumeClaim': {'claimName': 'c'}}],
    'containers': [{'name': 'c', 'volumeMounts': [{'name': 'v'}],
      'env': [{'valueFrom': {'secretKeyRef': {'name': 's'}}}],
      'envFrom': [{'configMapRef': {'name': 'c'}}]}],
    'initContainers': [{'name': 'i', 'volumeMounts': [{'name': 'v'}]}],
    'volumeClaimTemplates': [{'metadata': {'name': 'd'}}],
    'template': {'metadata': {'labels': {'a': 'b'}}, 'spec': {'serviceAccountName': 's'}},
    'jobTemplate': {'spec': {'template': {'spec': {'serviceAccountName': 's'}}}}},
  'status': {'replicas': 1, 'readyReplicas': 1, 'updatedReplicas': 1, 'availableReplicas': 1,
    'observedGeneration': 1, 'generation': 1, 'resourceTemplateGeneration': 1, 'phase': 'Running',
    'numberAvailable': 1, 'desiredNumberScheduled': 1, 'currentHealthy': 1,
    'disruptedPods': {'p': '2026-01-01T00:00:00Z'}, 'active': 1, 'failed': 1,
    'startTime': '2026-01-01T00:00:00Z', 'lastScheduleTime': '2026-01-01T00:00:00Z',
    'conditions': [{'type': 'Complete', 'status': 'True', 'lastProbeTime': null}],
    'containerStatuses': [{'ready': true, 'state': {'running': {}}}],
    'loadBalancer': {'ingress': [{'ip': '1', 'ipMode': 'VIP', 'ports': [{'port': 1}]}]}}
})";

// Calls every operation that the kind has, with `changed` in each part; counts the errors.
int errors_of(const std::string& kind, const Json::Value& changed, const Json::Value& plain) {
  int errors = 0;
  const auto run = [&](Operation operation, auto call) {
    if (!native::has(operation, test::api_version_of(kind), kind)) return;
    const auto result = call();
    if (result) return;
    ++errors;
    CHECK(result.error().code == Code::invalid);
    CHECK(!result.error().message.empty());
  };
  interpreter::StatusItem item;
  item.status = changed["status"];
  run(Operation::replicas, [&] { return native::replicas(changed); });
  run(Operation::revise, [&] { return native::revise(changed, 2); });
  run(Operation::retain, [&] { return native::retain(changed, plain); });
  run(Operation::retain, [&] { return native::retain(plain, changed); });
  run(Operation::reflect, [&] { return native::reflect(changed); });
  run(Operation::aggregate, [&] { return native::aggregate(changed, {}, ""); });
  run(Operation::aggregate, [&] { return native::aggregate(plain, {item}, "now"); });
  run(Operation::health, [&] { return native::is_healthy(changed); });
  run(Operation::dependencies, [&] { return native::dependencies(changed); });
  Json::Value defaulted = changed;
  native::set_defaults(defaulted);
  return errors;
}

// Gives `visit` the tree with one value after another replaced.
template <class Visit>
void replace_each(Json::Value& root, Json::Value& value, const Visit& visit) {
  static const Json::Value replacements =
      test::tree("[null, true, 1, 1.5, 'x', [], {}, [null], [[]], {'name': {}}]");
  if (&root != &value) {
    const Json::Value before = value;
    for (const Json::Value& replacement : replacements) {
      value = replacement;
      visit(root);
    }
    value = before;
  }
  if (!value.isObject() && !value.isArray()) return;
  for (Json::Value& inner : value) replace_each(root, inner, visit);
}

}  // namespace

TEST_CASE("an object with every field in its place is fine for every operation") {
  for (const std::string& kind : kinds) {
    INFO(kind);
    Json::Value object = test::tree(replace_all(everything, "\n", " "));
    object["apiVersion"] = test::api_version_of(kind);
    object["kind"] = kind;
    // Only these two read `active` otherwise: a number in a Job, a list in a CronJob.
    if (kind == "CronJob") object["status"].removeMember("active");
    CHECK(errors_of(kind, object, object) == 0);
  }
}

TEST_CASE("a part of a wrong type is an error for rules that Karmada runs on typed structs") {
  const auto fails = [](auto result, const std::string& part) {
    REQUIRE_FALSE(result);
    CHECK(result.error().message == part + " is a text, want a map");
  };
  for (const std::string& kind : kinds)
    for (const std::string part : {"metadata", "spec", "status"}) {
      INFO(kind << " with a text as " << part);
      const Json::Value object = test::native_object(kind, "'" + part + "': 'format error'");
      const auto has = [&](Operation operation) {
        return native::has(operation, test::api_version_of(kind), kind);
      };
      if (has(Operation::health)) fails(native::is_healthy(object), part);
      if (has(Operation::replicas)) fails(native::replicas(object), part);
      if (has(Operation::dependencies)) fails(native::dependencies(object), part);
      if (has(Operation::aggregate)) fails(native::aggregate(object, {}, "now"), part);
    }
}

TEST_CASE("a value of another type anywhere is an error or of no concern, never a crash") {
  for (const std::string& kind : kinds) {
    INFO(kind);
    Json::Value object = test::tree(replace_all(everything, "\n", " "));
    object["apiVersion"] = test::api_version_of(kind);
    object["kind"] = kind;
    if (kind == "CronJob") object["status"].removeMember("active");
    const Json::Value plain = object;
    int errors = 0;
    for (const char* part : {"metadata", "spec", "status", "secrets", "data", "type"})
      replace_each(object, object[part], [&](Json::Value& changed) {
        changed["apiVersion"] = test::api_version_of(kind);
        errors += errors_of(kind, changed, plain);
      });
    CHECK(errors > 0);
  }
}
