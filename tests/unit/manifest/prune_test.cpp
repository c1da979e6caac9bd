#include "render/manifest/manifest.h"
#include "tests/support/documents.h"

using namespace flotilla;

TEST_CASE("fields that the cluster fills in are pruned") {
  struct Case {
    const char* what;
    const char* before;
    const char* after;
  };
  const Case c = GENERATE(
      Case{"what the server writes into every object",
           "{'kind': 'X', 'status': {'a': 1}, 'metadata': {'name': 'n', 'creationTimestamp': null, "
           "'deletionTimestamp': 't', 'deletionGracePeriodSeconds': 1, 'generation': 2, "
           "'managedFields': [], "
           "'resourceVersion': '1', 'selfLink': 's', 'uid': 'u', 'ownerReferences': [], "
           "'finalizers': ['f'], "
           "'labels': {'uid': 'kept'}}}",
           "{'kind': 'X', 'metadata': {'name': 'n', 'labels': {'uid': 'kept'}}}"},
      Case{"revisions of a Deployment",
           "{'kind': 'Deployment', 'metadata': {'annotations': "
           "{'deployment.kubernetes.io/revision': '1', "
           "'deployment.kubernetes.io/revision-history': '1', 'a': 'b'}}}",
           "{'kind': 'Deployment', 'metadata': {'annotations': {'a': 'b'}}}"},
      Case{
          "and of nothing else",
          "{'kind': 'X', 'metadata': {'annotations': {'deployment.kubernetes.io/revision': '1'}}}",
          "{'kind': 'X', 'metadata': {'annotations': {'deployment.kubernetes.io/revision': '1'}}}"},
      Case{"the selector that a Job gets by itself",
           "{'kind': 'Job', 'spec': {'ttlSecondsAfterFinished': 5, 'selector': {'matchLabels': "
           "{'controller-uid': 'u', "
           "'batch.kubernetes.io/controller-uid': 'u', 'job-name': 'kept'}}, 'template': "
           "{'metadata': {'labels': "
           "{'controller-uid': 'u', 'batch.kubernetes.io/controller-uid': 'u', 'job-name': 'j', "
           "'batch.kubernetes.io/job-name': 'j', 'a': 'b'}}}}}",
           "{'kind': 'Job', 'spec': {'selector': {'matchLabels': {'job-name': 'kept'}}, "
           "'template': {'metadata': "
           "{'labels': {'a': 'b'}}}}}"},
      Case{"but not one that is set by hand",
           "{'kind': 'Job', 'spec': {'manualSelector': true, 'ttlSecondsAfterFinished': 5, "
           "'selector': {'matchLabels': "
           "{'controller-uid': 'u'}}}}",
           "{'kind': 'Job', 'spec': {'manualSelector': true, 'selector': {'matchLabels': "
           "{'controller-uid': 'u'}}}}"},
      Case{"the token of a service account",
           "{'kind': 'Secret', 'type': 'kubernetes.io/service-account-token', 'data': {'token': "
           "'eA=='}, 'metadata': "
           "{'annotations': {'kubernetes.io/service-account.uid': 'u', "
           "'kubernetes.io/service-account.name': 'n'}}}",
           "{'kind': 'Secret', 'type': 'kubernetes.io/service-account-token', 'data': null, "
           "'metadata': "
           "{'annotations': {'kubernetes.io/service-account.name': 'n'}}}"},
      Case{"but no other Secret's data",
           "{'kind': 'Secret', 'type': 'Opaque', 'data': {'token': 'eA=='}}",
           "{'kind': 'Secret', 'type': 'Opaque', 'data': {'token': 'eA=='}}"},
      Case{"all tokens of a ServiceAccount, neighbours too (Q15)",
           "{'kind': 'ServiceAccount', 'metadata': {'name': 'sa'}, 'secrets': [{'name': "
           "'sa-token-1'}, {'name': "
           "'sa-token-2'}, {'name': 'mine'}, {'name': 'sa-token-3'}, {'name': 'sab-token-1'}]}",
           "{'kind': 'ServiceAccount', 'metadata': {'name': 'sa'}, 'secrets': [{'name': 'mine'}, "
           "{'name': "
           "'sab-token-1'}]}"},
      Case{"the addresses of a Service",
           "{'kind': 'Service', 'spec': {'clusterIP': '1.2.3.4', 'clusterIPs': ['1.2.3.4'], "
           "'ports': [{'nodePort': 30000}], 'loadBalancerIP': 'l'}}",
           "{'kind': 'Service', 'spec': {'ports': [{'nodePort': 30000}], 'loadBalancerIP': 'l'}}"},
      Case{"but not the None of a headless one",
           "{'kind': 'Service', 'spec': {'clusterIP': 'None', 'clusterIPs': ['None']}}",
           "{'kind': 'Service', 'spec': {'clusterIP': 'None', 'clusterIPs': ['None']}}"},
      Case{"the node of a claim",
           "{'kind': 'PersistentVolumeClaim', 'metadata': {'annotations': "
           "{'volume.kubernetes.io/selected-node': 'n'}}}",
           "{'kind': 'PersistentVolumeClaim', 'metadata': {'annotations': {}}}"},
      Case{"nothing of an object whose fields have strange types",
           "{'kind': 'Job', 'spec': {'selector': 'x', 'template': ['y']}, 'metadata': 'z'}",
           "{'kind': 'Job', 'spec': {'selector': 'x', 'template': ['y']}, 'metadata': 'z'}"});
  INFO(c.what);
  Json::Value object = test::tree(c.before);
  manifest::prune_fields(object);
  CHECK(canonical_json(object) == canonical_json(test::tree(c.after)));
}
