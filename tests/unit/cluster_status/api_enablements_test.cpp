#include "reconciler/cluster_status/api_enablements.h"

#include "render/document/json.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::cluster_status;

namespace {

void serve(kube::Discovery& discovery, const std::string& group, const std::string& version,
           const std::string& kind, const std::string& plural) {
  kube::Resource resource;
  resource.group = group;
  resource.version = version;
  resource.kind = kind;
  resource.plural = plural;
  discovery.kinds[{group, kind}].push_back(resource);
}

}  // namespace

TEST_CASE("API enablements are sorted by group version and resource") {
  kube::Discovery discovery;
  serve(discovery, "apps", "v1", "StatefulSet", "statefulsets");
  serve(discovery, "", "v1", "Secret", "secrets");
  serve(discovery, "apps", "v1", "Deployment", "deployments");
  serve(discovery, "apps", "v1beta1", "Deployment", "deployments");
  const ApiEnablements enablements = api_enablements(discovery);
  CHECK(canonical_json(enablements.list) ==
        R"([{"groupVersion":"apps/v1","resources":[{"kind":"Deployment","name":"deployments"},)"
        R"({"kind":"StatefulSet","name":"statefulsets"}]},{"groupVersion":"apps/v1beta1",)"
        R"("resources":[{"kind":"Deployment","name":"deployments"}]},{"groupVersion":"v1",)"
        R"("resources":[{"kind":"Secret","name":"secrets"}]}])");
  CHECK(enablements.complete.status == "True");
  CHECK(enablements.complete.reason == "Complete");
}

TEST_CASE("what could not be discovered is told") {
  kube::Discovery discovery;
  CHECK(api_enablements(discovery).complete.reason == "Empty");
  CHECK(api_enablements(discovery).complete.status == "False");
  CHECK(api_enablements(discovery).list.empty());
  serve(discovery, "", "v1", "Secret", "secrets");
  discovery.faults.push_back(error_at("discovery-failed", {}, "kinds of metrics/v1 are not known"));
  const Condition partial = api_enablements(discovery).complete;
  CHECK(partial.type == "CompleteAPIEnablements");
  CHECK(partial.status == "False");
  CHECK(partial.reason == "Partial");
  CHECK(partial.message == "1 API group version could not be discovered");
}
