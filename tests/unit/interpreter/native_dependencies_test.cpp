#include "tests/unit/interpreter/native_cases.h"

using namespace flotilla;
namespace native = interpreter::native;

namespace {

std::string shown(const Result<std::vector<interpreter::Reference>>& found) {
  if (!found) return "error: " + found.error().message;
  std::string text;
  for (const interpreter::Reference& reference : *found) {
    if (!text.empty()) text += ", ";
    if (reference.api_version != "v1") text += reference.api_version + " ";
    text += reference.kind + " " + reference.namespace_ + "/" + reference.name;
    if (!reference.label_selector.isNull()) text += canonical_json(reference.label_selector);
  }
  return text;
}

constexpr const char* in_shop = "'metadata': {'name': 'web', 'namespace': 'shop'}, ";

std::string of_pod(const std::string& spec) {
  return shown(native::dependencies(
      test::native_object("Pod", std::string(in_shop) + "'spec': {" + spec + "}")));
}

}  // namespace

TEST_CASE("what a pod refers to") {
  const auto [spec, wanted] = GENERATE(table<const char*, const char*>({
      {"", ""},
      {"'containers': [{'env': [{'name': 'A', 'value': 'x'}, {'valueFrom': {'configMapKeyRef': "
       "{'name': 'c', 'key': 'k'}}}, {'valueFrom': {'secretKeyRef': {'name': 's', 'key': 'k'}}}, "
       "{'valueFrom': {'fieldRef': {'fieldPath': 'spec.nodeName'}}}]}]",
       "ConfigMap shop/c, Secret shop/s"},
      {"'containers': [{'envFrom': [{'configMapRef': {'name': 'c'}}, {'secretRef': {'name': "
       "'s'}}]}]",
       "ConfigMap shop/c, Secret shop/s"},
      {"'initContainers': [{'envFrom': [{'configMapRef': {'name': 'i'}}]}], "
       "'ephemeralContainers': [{'envFrom': [{'secretRef': {'name': 'e'}}]}]",
       "ConfigMap shop/i, Secret shop/e"},
      {"'imagePullSecrets': [{'name': 'b'}, {'name': 'a'}]", "Secret shop/a, Secret shop/b"},
      // Optional ones count, too.
      {"'volumes': [{'name': 'v', 'configMap': {'name': 'c', 'optional': true}}]",
       "ConfigMap shop/c"},
      {"'volumes': [{'secret': {'secretName': 's', 'optional': true}}]", "Secret shop/s"},
      {"'volumes': [{'projected': {'sources': [{'configMap': {'name': 'c'}}, {'secret': {'name': "
       "'s'}}, {'serviceAccountToken': {'path': 't'}}]}}]",
       "ConfigMap shop/c, Secret shop/s"},
      {"'volumes': [{'azureFile': {'secretName': 's'}}]", "Secret shop/s"},
      {"'volumes': [{'cephfs': {'secretRef': {'name': 's'}}}]", "Secret shop/s"},
      {"'volumes': [{'cinder': {'secretRef': {'name': 's'}}}]", "Secret shop/s"},
      {"'volumes': [{'flexVolume': {'secretRef': {'name': 's'}}}]", "Secret shop/s"},
      {"'volumes': [{'rbd': {'secretRef': {'name': 's'}}}]", "Secret shop/s"},
      {"'volumes': [{'scaleIO': {'secretRef': {'name': 's'}}}]", "Secret shop/s"},
      {"'volumes': [{'iscsi': {'secretRef': {'name': 's'}}}]", "Secret shop/s"},
      {"'volumes': [{'storageos': {'secretRef': {'name': 's'}}}]", "Secret shop/s"},
      {"'volumes': [{'csi': {'nodePublishSecretRef': {'name': 's'}}}]", "Secret shop/s"},
      {"'volumes': [{'persistentVolumeClaim': {'claimName': 'data'}}, {'emptyDir': {}}]",
       "PersistentVolumeClaim shop/data"},
      {"'serviceAccountName': 'robot'", "ServiceAccount shop/robot"},
      {"'serviceAccount': 'robot'", "ServiceAccount shop/robot"},
      {"'serviceAccountName': 'robot', 'serviceAccount': 'other'", "ServiceAccount shop/robot"},
      {"'serviceAccountName': 'default'", ""},
      {"'serviceAccountName': ''", ""},
      // A reference without a name is none.
      {"'imagePullSecrets': [{}, {'name': ''}], 'containers': [{'envFrom': [{'configMapRef': "
       "{}}]}]",
       ""},
      // Each once, by kind and name.
      {"'serviceAccountName': 'a', 'imagePullSecrets': [{'name': 's'}], 'containers': [{'envFrom': "
       "[{'secretRef': {'name': 's'}}, {'configMapRef': {'name': 'z'}}, {'configMapRef': {'name': "
       "'b'}}, {'configMapRef': {'name': 's'}}]}, {'envFrom': [{'configMapRef': {'name': 'b'}}]}]",
       "ConfigMap shop/b, ConfigMap shop/s, ConfigMap shop/z, Secret shop/s, ServiceAccount "
       "shop/a"},

      {"'containers': 'x'", "error: spec.containers is a text, want a list"},
      {"'containers': [{'envFrom': [{'secretRef': {'name': 4}}]}]",
       "error: spec.containers[0].envFrom[0].secretRef.name is a number, want a text"},
      {"'volumes': [{'secret': 's'}]", "error: spec.volumes[0].secret is a text, want a map"},
      {"'serviceAccountName': ['a']", "error: spec.serviceAccountName is a list, want a text"},
  }));
  INFO(spec);
  CHECK(of_pod(spec) == wanted);
}

TEST_CASE("every kind that holds a pod template refers to what its pods do") {
  const std::string pod = "{'spec': {'imagePullSecrets': [{'name': 's'}]}}";
  const auto [kind, spec] = GENERATE_COPY(table<std::string, std::string>({
      {"Deployment", "{'template': " + pod + "}"},
      {"ReplicaSet", "{'template': " + pod + "}"},
      {"StatefulSet", "{'template': " + pod + "}"},
      {"DaemonSet", "{'template': " + pod + "}"},
      {"Job", "{'template': " + pod + "}"},
      {"CronJob", "{'jobTemplate': {'spec': {'template': " + pod + "}}}"},
  }));
  INFO(kind);
  CHECK(shown(native::dependencies(test::native_object(kind, in_shop + ("'spec': " + spec)))) ==
        "Secret shop/s");
  CHECK(shown(native::dependencies(test::native_object(kind, "'spec': " + spec))) == "Secret /s");
  CHECK(shown(native::dependencies(test::native_object(kind, ""))).empty());
}

TEST_CASE("a StatefulSet makes the claims of its templates itself") {
  const std::string spec =
      "'spec': {'template': {'spec': {'volumes': [{'persistentVolumeClaim': {'claimName': "
      "'data'}}, {'persistentVolumeClaim': {'claimName': 'shared'}}, {'secret': {'secretName': "
      "'data'}}]}}, 'volumeClaimTemplates': [{'metadata': {'name': 'data'}}]}";
  CHECK(shown(native::dependencies(test::native_object("StatefulSet", in_shop + spec))) ==
        "PersistentVolumeClaim shop/shared, Secret shop/data");
  CHECK(shown(native::dependencies(test::native_object("Deployment", in_shop + spec))) ==
        "PersistentVolumeClaim shop/data, PersistentVolumeClaim shop/shared, Secret shop/data");
}

TEST_CASE("what Ingresses and ServiceImports refer to") {
  const auto [kind, spec, wanted] = GENERATE(table<const char*, const char*, const char*>({
      {"Ingress", "{'tls': [{'secretName': 'b'}, {'secretName': 'a'}, {'secretName': 'b'}]}",
       "Secret shop/a, Secret shop/b"},
      // Q19: an entry without a name is served with a default certificate.
      {"Ingress", "{'tls': [{'hosts': ['x.example']}, {'secretName': 'a'}]}", "Secret shop/a"},
      {"Ingress", "{}", ""},
      {"Ingress", "{'tls': {'secretName': 'a'}}", "error: spec.tls is a map, want a list"},
      {"ServiceImport", "{}",
       "discovery.k8s.io/v1 EndpointSlice "
       "shop/{\"matchLabels\":{\"kubernetes.io/service-name\":\"derived-web\"}}, "
       "Service shop/derived-web"},
  }));
  INFO(kind << " " << spec);
  CHECK(shown(native::dependencies(
            test::native_object(kind, std::string(in_shop) + "'spec': " + spec))) == wanted);
}

TEST_CASE("what a pod template refers to, for scripts") {
  const Json::Value pod_template =
      test::tree("{'spec': {'serviceAccountName': 'robot', 'imagePullSecrets': [{'name': 's'}]}}");
  CHECK(shown(native::pod_dependencies(pod_template, "shop")) ==
        "Secret shop/s, ServiceAccount shop/robot");
  CHECK(shown(native::pod_dependencies(Json::Value(), "shop")).empty());
  CHECK(shown(native::pod_dependencies(test::tree("{'spec': []}"), "shop")) ==
        "error: spec is a list, want a map");
  CHECK(shown(native::pod_dependencies(test::tree("'x'"), "shop")) ==
        "error: the object is a text, want a map");
}
