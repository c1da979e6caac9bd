#include "client.h"
#include "render/base/text.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::simulator;
using namespace flotilla::simulator::testing;

namespace {

const std::string web = std::string(deployments) + "/web";

std::string condition(const Answer& answer, const std::string& type) {
  for (const Json::Value& entry : answer.body["status"]["conditions"])
    if (entry["type"] == type) return entry["status"].asString() + " " + entry["reason"].asString();
  return "(none)";
}

}  // namespace

TEST_CASE("a Deployment becomes ready, and again after a change") {
  const auto simulator = started();
  const Client client(*simulator);
  client.apply(web, "one", deployment("web", 2, "a:1"));
  REQUIRE(eventually([&] { return client.get(web).at("status.observedGeneration") == "1"; }));
  const Answer ready = client.get(web);
  for (const char* count : {"replicas", "updatedReplicas", "readyReplicas", "availableReplicas"})
    CHECK(ready.at(std::string("status.") + count) == "2");
  CHECK(condition(ready, "Available") == "True MinimumReplicasAvailable");
  CHECK(condition(ready, "Progressing") == "True NewReplicaSetAvailable");
  CHECK(ready.at("metadata.managedFields.1.manager") == "kube-controller-manager");
  CHECK(ready.at("metadata.managedFields.1.subresource") == "status");

  client.merge(web, R"({"spec":{"replicas":5}})");
  CHECK(eventually([&] { return client.get(web).at("status.readyReplicas") == "5"; }));
  CHECK(client.get(web).at("status.observedGeneration") == "2");
  CHECK(client.apply(web + "2", "one", deployment("web2", 0, "a:1")).status == 201);
  CHECK(eventually([&] {
    return condition(client.get(web + "2"), "Available") == "True MinimumReplicasAvailable";
  }));
}

TEST_CASE("the other workloads become ready") {
  const auto simulator = started();
  const Client client(*simulator);
  const std::string apps = "/apis/apps/v1/namespaces/default/";
  const std::string base = deployment("x", 2, "a:1");
  client.apply(apps + "statefulsets/x", "one", replace_all(base, "Deployment", "StatefulSet"));
  client.apply(apps + "daemonsets/x", "one",
               replace_all(replace_all(base, "Deployment", "DaemonSet"), "\"replicas\":2,", ""));
  client.apply(apps + "replicasets/x", "one", replace_all(base, "Deployment", "ReplicaSet"));
  CHECK(eventually(
      [&] { return client.get(apps + "statefulsets/x").at("status.readyReplicas") == "2"; }));
  const Answer set = client.get(apps + "statefulsets/x");
  CHECK(set.at("status.currentRevision") == set.at("status.updateRevision"));
  CHECK(eventually(
      [&] { return client.get(apps + "daemonsets/x").at("status.numberReady") == "1"; }));
  CHECK(client.get(apps + "daemonsets/x").at("status.desiredNumberScheduled") == "1");
  CHECK(eventually(
      [&] { return client.get(apps + "replicasets/x").at("status.availableReplicas") == "2"; }));
}

TEST_CASE("a Job completes, a suspended one does not") {
  const auto simulator = started();
  const Client client(*simulator);
  const std::string jobs = "/apis/batch/v1/namespaces/default/jobs/";
  const std::string job =
      R"({"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"j"},"spec":{"template":{"spec":)"
      R"({"restartPolicy":"Never","containers":[{"name":"a","image":"b:1"}]}}}})";
  client.apply(jobs + "s", "one",
               replace_all(replace_all(job, "\"name\":\"j\"", "\"name\":\"s\""),
                           R"("spec":{"template")", R"("spec":{"suspend":true,"template")"));
  const Answer created = client.apply(jobs + "j", "one", job);
  CHECK(created.at("spec.selector.matchLabels.batch.kubernetes.io/controller-uid") ==
        created.at("metadata.uid"));
  CHECK(eventually(
      [&] { return condition(client.get(jobs + "j"), "Complete") == "True CompletionsReached"; }));
  CHECK(client.get(jobs + "j").at("status.succeeded") == "1");
  CHECK(client.get(jobs + "j").at("status.completionTime").size() == 20);
  CHECK(condition(client.get(jobs + "s"), "Complete") == "(none)");
  CHECK(client.apply(jobs + "j", "one", job).status == 200);
  CHECK(client.apply(jobs + "j", "one", replace_all(job, "b:1", "b:2")).status == 422);
}

TEST_CASE("a claim is bound") {
  const auto simulator = started();
  const Client client(*simulator);
  const std::string claims = "/api/v1/namespaces/default/persistentvolumeclaims";
  const Answer created = client.post(
      claims,
      R"({"metadata":{"name":"c"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1024Mi"}}}})");
  CHECK(created.at("status.phase") == "Pending");
  CHECK(eventually([&] { return client.get(claims + "/c").at("status.phase") == "Bound"; }));
  CHECK(client.get(claims + "/c").at("status.capacity.storage") == "1Gi");
}

TEST_CASE("the controllers can be left out") {
  const auto simulator = started_bare();
  const Client client(*simulator);
  client.apply(web, "one", deployment("web", 2, "a:1"));
  CHECK(client.get(web).at("status") == "{}");
}

TEST_CASE("a watcher sees an object become ready") {
  const auto simulator = started();
  const Client client(*simulator);
  // From a revision on, the watch may begin after the object is there.
  const std::string before = client.get(deployments).at("metadata.resourceVersion");
  Watching watching(client, std::string(deployments) + "?watch=1&resourceVersion=" + before);
  client.apply(web, "one", deployment("web", 2, "a:1"));
  CHECK(text_at(watching.event(0), "type") == "ADDED");
  CHECK(text_at(watching.event(1), "type") == "MODIFIED");
  CHECK(text_at(watching.event(1), "object.status.readyReplicas") == "2");
}
