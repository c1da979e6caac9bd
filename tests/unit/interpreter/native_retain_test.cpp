#include "tests/unit/interpreter/native_cases.h"

using namespace flotilla;
namespace native = interpreter::native;

namespace {

// Compares what `desired` becomes when `observed` runs in the cluster.
void check(const std::string& kind, const std::string& desired, const std::string& observed,
           const std::string& wanted) {
  INFO(kind << " with " << desired << " over " << observed);
  CHECK(test::shown(native::retain(test::native_object(kind, desired),
                                   test::native_object(kind, observed))) == test::wanted(wanted));
}

using Rows = std::initializer_list<std::tuple<const char*, const char*, const char*>>;

void check_all(const std::string& kind, Rows rows) {
  for (const auto& [desired, observed, wanted] : rows) check(kind, desired, observed, wanted);
}

}  // namespace

TEST_CASE("a Deployment keeps the cluster's replicas if its label says so") {
  const std::string labelled =
      "'metadata': {'labels': {'resourcetemplate.karmada.io/retain-replicas': 'true'}}";
  check("Deployment", labelled + ", 'spec': {'replicas': 2}", "'spec': {'replicas': 9}",
        labelled + ", 'spec': {'replicas': 9}");
  check("Deployment", labelled, "'spec': {'replicas': 9}", labelled + ", 'spec': {'replicas': 9}");
  check("Deployment", labelled, "'spec': {'replicas': 0}", labelled + ", 'spec': {'replicas': 0}");
  check("Deployment", labelled, "'spec': {}",
        "error: the label resourcetemplate.karmada.io/retain-replicas keeps the replicas of the "
        "cluster, but the observed object has no spec.replicas");
  check("Deployment", labelled, "'spec': {'replicas': '9'}",
        "error: observed object: spec.replicas is a text, want a whole number");
}

TEST_CASE("any other Deployment sets its own replicas") {
  check_all("Deployment",
            {
                {"'spec': {'replicas': 2}", "'spec': {'replicas': 9}", "'spec': {'replicas': 2}"},
                {"'metadata': {'labels': {'resourcetemplate.karmada.io/retain-replicas': 'True'}}, "
                 "'spec': "
                 "{'replicas': 2}",
                 "'spec': {'replicas': 9}",
                 "'metadata': {'labels': {'resourcetemplate.karmada.io/retain-replicas': 'True'}}, "
                 "'spec': "
                 "{'replicas': 2}"},
                {"'metadata': {'labels': {'resourcetemplate.karmada.io/retain-replicas': true}}",
                 "'spec': {'replicas': 9}",
                 "error: metadata.labels.resourcetemplate.karmada.io/retain-replicas is a truth "
                 "value, want "
                 "a text"},
            });
}

TEST_CASE("a Pod keeps its node, account, volumes and mounts") {
  check_all(
      "Pod",
      {
          {"'spec': {'containers': [{'name': 'a', 'image': 'new'}, {'name': 'b'}], "
           "'initContainers': "
           "[{'name': 'i'}], 'restartPolicy': 'Never'}",
           "'spec': {'nodeName': 'n1', 'serviceAccountName': 'default', 'volumes': [{'name': "
           "'token'}], "
           "'containers': [{'name': 'b', 'volumeMounts': [{'name': 'm'}]}, {'name': 'a', 'image': "
           "'old', 'volumeMounts': [{'name': 'token'}]}], 'initContainers': [{'name': 'i', "
           "'volumeMounts': [{'name': 'token'}]}], 'priority': 0}",
           "'spec': {'nodeName': 'n1', 'serviceAccountName': 'default', 'volumes': [{'name': "
           "'token'}], "
           "'containers': [{'name': 'a', 'image': 'new', 'volumeMounts': [{'name': 'token'}]}, "
           "{'name': 'b', 'volumeMounts': [{'name': 'm'}]}], 'initContainers': [{'name': 'i', "
           "'volumeMounts': [{'name': 'token'}]}], 'restartPolicy': 'Never'}"},
          // What the cluster's pod does not have goes, too.
          {"'spec': {'nodeName': 'n1', 'serviceAccountName': 'me', 'volumes': [{'name': 'v'}], "
           "'containers': [{'name': 'a', 'volumeMounts': [{'name': 'v'}]}]}",
           "'spec': {'containers': [{'name': 'a'}]}", "'spec': {'containers': [{'name': 'a'}]}"},
          // A container of another name is left alone.
          {"'spec': {'containers': [{'name': 'a', 'volumeMounts': [{'name': 'v'}]}]}",
           "'spec': {'containers': [{'name': 'other'}]}",
           "'spec': {'containers': [{'name': 'a', 'volumeMounts': [{'name': 'v'}]}]}"},
          {"'spec': {}", "'spec': {'nodeName': 1}",
           "error: observed object: spec.nodeName is a number, want a text"},
          {"'spec': {'containers': {}}", "'spec': {}",
           "error: spec.containers is a map, want a list"},
          {"'spec': {'containers': []}", "'spec': {'containers': ['a']}",
           "error: observed object: spec.containers[0] is a text, want a map"},
          {"'spec': 'x'", "'spec': {}", "error: spec is a text, want a map"},
      });
}

TEST_CASE("a Service keeps the address and port that it was given") {
  check_all(
      "Service",
      {
          {"'spec': {'type': 'LoadBalancer'}",
           "'spec': {'clusterIP': '10.0.0.7', 'clusterIPs': ['10.0.0.7'], 'healthCheckNodePort': "
           "31000}",
           "'spec': {'type': 'LoadBalancer', 'clusterIP': '10.0.0.7', 'healthCheckNodePort': "
           "31000}"},
          {"'spec': {'clusterIP': 'None'}", "'spec': {'clusterIP': '10.0.0.7'}",
           "'spec': {'clusterIP': '10.0.0.7'}"},
          {"'spec': {'clusterIP': 'None'}", "'spec': {'clusterIP': '', 'healthCheckNodePort': 0}",
           "'spec': {'clusterIP': 'None'}"},
          {"'spec': {}", "'spec': {'healthCheckNodePort': -1}", "'spec': {}"},
          {"", "", ""},
          {"'spec': {}", "'spec': {'clusterIP': 10}",
           "error: observed object: spec.clusterIP is a number, want a text"},
          {"'spec': {}", "'spec': {'healthCheckNodePort': '31000'}",
           "error: observed object: spec.healthCheckNodePort is a text, want a whole number"},
          {"'spec': []", "'spec': {'clusterIP': '10.0.0.7'}", "error: spec is a list, want a map"},
      });
}

TEST_CASE("a ServiceAccount keeps the references that the cluster has added") {
  check_all("ServiceAccount",
            {
                {"'secrets': [{'name': 'mine'}]",
                 "'secrets': [{'name': 'token-1'}, {'name': 'mine', 'namespace': 'x'}, {'name': "
                 "'token-2'}], "
                 "'imagePullSecrets': [{'name': 'pull'}]",
                 "'secrets': [{'name': 'mine'}, {'name': 'token-1'}, {'name': 'token-2'}], "
                 "'imagePullSecrets': [{'name': 'pull'}]"},
                {"'imagePullSecrets': [{'name': 'pull'}]", "",
                 "'secrets': [], 'imagePullSecrets': [{'name': 'pull'}]"},
                {"", "", "'secrets': [], 'imagePullSecrets': []"},
                {"'secrets': {}", "", "error: secrets is a map, want a list"},
                {"'secrets': ['mine']", "", "error: secrets[0] is a text, want a map"},
                {"", "'imagePullSecrets': [{'name': 7}]",
                 "error: observed object: imagePullSecrets[0].name is a number, want a text"},
            });
}

TEST_CASE("claims and volumes stay bound") {
  check_all("PersistentVolumeClaim",
            {
                {"'spec': {'storageClassName': 'fast'}", "'spec': {'volumeName': 'pv-1'}",
                 "'spec': {'storageClassName': 'fast', 'volumeName': 'pv-1'}"},
                {"'spec': {'volumeName': 'mine'}", "'spec': {'volumeName': ''}",
                 "'spec': {'volumeName': 'mine'}"},
                {"", "'spec': {'volumeName': 'pv-1'}", "'spec': {'volumeName': 'pv-1'}"},
                {"", "'spec': {'volumeName': true}",
                 "error: observed object: spec.volumeName is a truth value, want a text"},
            });
  check_all("PersistentVolume",
            {
                {"'spec': {}", "'spec': {'claimRef': {'name': 'data', 'namespace': 'shop'}}",
                 "'spec': {'claimRef': {'name': 'data', 'namespace': 'shop'}}"},
                {"'spec': {'claimRef': {'name': 'mine'}}", "'spec': {}",
                 "'spec': {'claimRef': {'name': 'mine'}}"},
                {"'spec': {}", "'spec': {'claimRef': 'data'}",
                 "error: observed object: spec.claimRef is a text, want a map"},
            });
}

TEST_CASE("a Job keeps the selector and the pod labels that it was given") {
  check_all("Job",
            {
                {"'spec': {'template': {'metadata': {'labels': {'app': 'x'}}, 'spec': {}}}",
                 "'spec': {'selector': {'matchLabels': {'uid': '1'}}, 'template': {'metadata': "
                 "{'labels': "
                 "{'app': 'x', 'uid': '1'}}}}",
                 "'spec': {'selector': {'matchLabels': {'uid': '1'}}, 'template': {'metadata': "
                 "{'labels': "
                 "{'app': 'x', 'uid': '1'}}, 'spec': {}}}"},
                {"'spec': {'selector': {'matchLabels': {'a': '1', 'b': '2'}}}",
                 "'spec': {'selector': {'matchLabels': {'a': '9'}}}",
                 "'spec': {'selector': {'matchLabels': {'a': '9'}}}"},
                {"'spec': {'selector': {'matchLabels': {'a': '1'}}}", "'spec': {}",
                 "'spec': {'selector': {'matchLabels': {'a': '1'}}}"},
                {"'spec': {}", "'spec': {'selector': {'matchLabels': {'a': 1}}}",
                 "error: observed object: spec.selector.matchLabels.a is a number, want a text"},
                {"'spec': {'selector': 'x'}", "'spec': {'selector': {'matchLabels': {'a': '1'}}}",
                 "error: spec.selector is a text, want a map"},
            });
}

TEST_CASE("a token Secret keeps the token of its cluster") {
  check_all("Secret",
            {
                {"'type': 'kubernetes.io/service-account-token'", "'data': {'token': 'dA=='}",
                 "'type': 'kubernetes.io/service-account-token', 'data': {'token': 'dA=='}"},
                {"'type': 'kubernetes.io/service-account-token', 'data': {'mine': 'bQ=='}", "",
                 "'type': 'kubernetes.io/service-account-token', 'data': {'mine': 'bQ=='}"},
                {"'type': 'Opaque', 'data': {'a': 'YQ=='}", "'data': {'b': 'Yg=='}",
                 "'type': 'Opaque', 'data': {'a': 'YQ=='}"},
                {"'data': {'a': 'YQ=='}", "'data': {'b': 'Yg=='}", "'data': {'a': 'YQ=='}"},
                {"'type': 'kubernetes.io/service-account-token'", "'data': {'token': ['dA==']}",
                 "error: observed object: data.token is a list, want a text"},
                {"'type': 5", "", "error: type is a number, want a text"},
            });
}
