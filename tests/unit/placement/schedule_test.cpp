#include "reconciler/placement/schedule.h"

#include "tests/unit/placement/policies.h"

using namespace flotilla;
using namespace flotilla::placement;
using overrides::Cluster;

namespace {

Cluster member(const std::string& name, const std::string& taint = "",
               const std::string& status = "") {
  Cluster cluster;
  cluster.name = name;
  cluster.labels = {{"region", name.substr(0, 2)}};
  if (!taint.empty()) cluster.taints = {{taint, "", "NoSchedule"}};
  if (!status.empty())
    cluster.object = std::make_shared<const Object>(
        test::object("{'kind': 'Cluster', 'status': " + status + "}"));
  return cluster;
}

const std::vector<Cluster> fleet = {member("ap-1"), member("eu-1"), member("eu-2", "maintenance"),
                                    member("us-1")};

// Schedules a Deployment of three replicas, and a ConfigMap where a test says so.
struct World {
  Object object =
      test::object("{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'name': 'web'}}");
  std::optional<std::int64_t> replicas = 3;
  std::vector<Cluster> clusters = fleet;
  std::optional<Schedule> previous = std::nullopt;

  Schedule place(const std::string& placement) const {
    const Placement read =
        policy("shop", "p", "{" + every_config + ", 'placement': " + placement + "}").placement;
    return schedule({&object, &read, replicas, &clusters, previous ? &*previous : nullptr});
  }
  std::string names(const std::string& placement) const {
    std::string text;
    for (const TargetCluster& target : place(placement).clusters)
      text += (text.empty() ? "" : " ") + target.name;
    return text;
  }
};

Schedule placed_on(const std::vector<std::string>& names, const std::string& term = "") {
  Schedule before;
  for (const std::string& name : names) before.clusters.push_back({name, 3});
  before.affinity_name = term;
  before.scheduled = true;
  return before;
}

const std::string tolerant = "'clusterTolerations': [{'key': 'maintenance', 'operator': 'Exists'}]";
const std::string names_of_eu = "'labelSelector': {'matchLabels': {'region': 'eu'}}";

}  // namespace

TEST_CASE("Duplicated: all replicas on every feasible cluster, by name") {
  World world;
  world.clusters = {member("b"), member("a")};
  const Schedule result =
      world.place("{'replicaScheduling': {'replicaSchedulingType': 'Duplicated'}}");
  CHECK(result.clusters == std::vector<TargetCluster>{{"a", 3}, {"b", 3}});
  CHECK(result.scheduled);
  CHECK(result.reason == "Success");
  CHECK(result.message == "Binding has been scheduled successfully.");
  CHECK(result.affinity_name.empty());

  world.replicas = std::nullopt;
  CHECK(world.place("{}").clusters ==
        std::vector<TargetCluster>{{"a", std::nullopt}, {"b", std::nullopt}});
}

TEST_CASE("cluster affinity chooses") {
  const World world;
  CHECK(world.names("{}") == "ap-1 eu-1 us-1");
  CHECK(world.names("{'clusterAffinity': {'clusterNames': ['us-1', 'ap-1']}}") == "ap-1 us-1");
  CHECK(world.names("{'clusterAffinity': {'exclude': ['us-1']}}") == "ap-1 eu-1");
  CHECK(world.names("{'clusterAffinity': {" + names_of_eu + "}}") == "eu-1");
}

TEST_CASE("taints keep new objects away unless they are tolerated") {
  const auto [taint, toleration, wanted] = GENERATE(table<overrides::Taint, std::string, bool>({
      {{"k", "v", "NoSchedule"}, "", false},
      {{"k", "v", "NoExecute"}, "", false},
      {{"k", "v", "PreferNoSchedule"}, "", true},
      {{"k", "v", "NoSchedule"}, "{'key': 'k', 'value': 'v'}", true},
      {{"k", "v", "NoSchedule"},
       "{'key': 'k', 'operator': 'Equal', 'value': 'v', 'effect': 'NoSchedule'}",
       true},
      {{"k", "v", "NoSchedule"}, "{'key': 'k', 'operator': 'Equal', 'value': 'w'}", false},
      {{"k", "v", "NoSchedule"}, "{'key': 'k', 'operator': 'Exists', 'value': 'w'}", true},
      {{"k", "v", "NoSchedule"}, "{'key': 'other', 'operator': 'Exists'}", false},
      {{"k", "v", "NoSchedule"}, "{'operator': 'Exists'}", true},
      {{"k", "v", "NoSchedule"},
       "{'key': 'k', 'operator': 'Exists', 'effect': 'NoExecute'}",
       false},
      {{"k", "v", "NoSchedule"}, "{'key': 'k', 'operator': 'Is', 'value': 'v'}", false},
      {{"k", "", "NoSchedule"}, "{'key': 'k'}", true},
  }));
  INFO(taint.key << "=" << taint.value << ":" << taint.effect << " with " << toleration);
  World world;
  world.clusters = {member("a")};
  world.clusters[0].taints = {taint};
  CHECK((world.names("{'clusterTolerations': [" + toleration + "]}") == "a") == wanted);
}

TEST_CASE(
    "a cluster that has the object already keeps it in spite of taints, but not of affinity") {
  World world;
  world.previous = placed_on({"eu-2", "us-1"});
  CHECK(world.names("{}") == "ap-1 eu-1 eu-2 us-1");
  CHECK(world.names("{'clusterAffinity': {" + names_of_eu + "}}") == "eu-1 eu-2");
}

TEST_CASE("a cluster that is known not to have the kind is left out") {
  const std::string apps =
      "'apiEnablements': [{'groupVersion': 'apps/v1', 'resources': [{'name': 'deployments', "
      "'kind': "
      "'Deployment'}]}]";
  const std::string other =
      "'apiEnablements': [{'groupVersion': 'apps/v1', 'resources': [{'kind': 'DaemonSet'}]}, "
      "{'groupVersion': 'v1', 'resources': [{'kind': 'Deployment'}]}]";
  const std::string complete =
      "'conditions': [{'type': 'CompleteAPIEnablements', 'status': 'True'}]";
  const std::string partial =
      "'conditions': [{'type': 'CompleteAPIEnablements', 'status': 'False'}]";
  World world;
  world.clusters = {member("has", "", "{" + apps + ", " + complete + "}"),
                    member("lacks", "", "{" + other + ", " + complete + "}"),
                    member("maybe", "", "{" + other + ", " + partial + "}"),
                    member("silent", "", "{" + complete + "}"), member("unseen")};
  CHECK(world.names("{}") == "has maybe silent unseen");
  CHECK(world.place("{'clusterAffinity': {'clusterNames': ['lacks']}}").message ==
        "0/5 clusters are available: 1 cluster(s) did not have the API resource, 4 cluster(s) did "
        "not match the placement "
        "cluster affinity constraint.");
  world.previous = placed_on({"lacks"});
  CHECK(world.names("{}") == "has lacks maybe silent unseen");
}

TEST_CASE("no cluster fits") {
  World world;
  world.previous = placed_on({"us-1"});
  const Schedule result = world.place("{'clusterAffinity': {'clusterNames': ['nowhere']}}");
  CHECK(result.clusters.empty());
  CHECK_FALSE(result.scheduled);
  CHECK(result.reason == "NoClusterFit");
  CHECK(result.message ==
        "0/4 clusters are available: 1 cluster(s) had untolerated taint {maintenance:NoSchedule}, "
        "3 cluster(s) did not match "
        "the placement cluster affinity constraint.");

  world.clusters.clear();
  CHECK(world.place("{}").message == "0/0 clusters are available: no cluster exists.");
}

TEST_CASE("reasons are sorted as texts and name the value of a taint") {
  World world;
  world.clusters.clear();
  for (int i = 0; i < 12; ++i) {
    world.clusters.push_back(member(std::string(1, static_cast<char>('a' + i))));
    world.clusters.back().taints = {{"k", i < 10 ? "" : "v", "NoExecute"}};
  }
  CHECK(world.place("{}").message ==
        "0/12 clusters are available: 10 cluster(s) had untolerated taint {k:NoExecute}, 2 "
        "cluster(s) had untolerated taint "
        "{k=v:NoExecute}.");
}

TEST_CASE("of several affinities the first with a feasible cluster wins") {
  World world;
  const std::string terms =
      "'clusterAffinities': [{'affinityName': 'backup', 'clusterNames': ['eu-2']}, "
      "{'affinityName': 'near', " +
      names_of_eu + "}, {'affinityName': 'far', 'clusterNames': ['us-1']}]";
  SECTION("from the start") {
    const Schedule result = world.place("{" + terms + "}");
    CHECK(result.affinity_name == "near");
    CHECK(result.clusters == std::vector<TargetCluster>{{"eu-1", 3}});
    CHECK(world.place("{" + terms + ", " + tolerant + "}").affinity_name == "backup");
  }
  SECTION("from the term that won before, never back") {
    world.previous = placed_on({"us-1"}, "far");
    CHECK(world.place("{" + terms + ", " + tolerant + "}").affinity_name == "far");
    world.previous = placed_on({"eu-1"}, "near");
    world.clusters = {member("us-1")};
    CHECK(world.place("{" + terms + "}").affinity_name == "far");
  }
  SECTION("from the start again if that term is gone") {
    world.previous = placed_on({"us-1"}, "gone");
    CHECK(world.place("{" + terms + "}").affinity_name == "near");
  }
  SECTION("none: the first error is told, the observed name stays") {
    world.previous = placed_on({"eu-1"}, "near");
    world.clusters = {member("ap-1"), member("ap-2", "k")};
    const Schedule result = world.place("{" + terms + "}");
    CHECK_FALSE(result.scheduled);
    CHECK(result.clusters.empty());
    CHECK(result.affinity_name == "near");
    CHECK(result.message ==
          "0/2 clusters are available: 1 cluster(s) did not match the placement cluster affinity "
          "constraint, 1 cluster(s) had "
          "untolerated taint {k:NoSchedule}.");
  }
}
