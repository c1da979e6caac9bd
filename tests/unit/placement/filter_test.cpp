#include "tests/unit/placement/fleets.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::placement;

namespace {

const std::string apps =
    "'apiEnablements': [{'groupVersion': 'apps/v1', 'resources': [{'name': 'deployments', 'kind': "
    "'Deployment'}]}]";
const std::string others =
    "'apiEnablements': [{'groupVersion': 'apps/v1', 'resources': [{'kind': 'DaemonSet'}]}, "
    "{'groupVersion': 'v1', 'resources': [{'kind': 'Deployment'}]}]";

std::string complete(const std::string& status) {
  return "'conditions': [{'type': 'CompleteAPIEnablements', 'status': '" + status + "'}]";
}

overrides::Cluster observed(const std::string& name, const std::string& status) {
  overrides::Cluster observed = cluster({name});
  observed.status = flotilla::test::tree("{" + status + "}");
  return observed;
}

Subject grouped(const std::string& name, const std::string& affinity,
                const std::string& anti_affinity) {
  Subject subject = workload(1, name);
  subject.affinity_group = affinity;
  subject.anti_affinity_group = anti_affinity;
  return subject;
}

}  // namespace

TEST_CASE("which clusters have the API") {
  const auto [status, wanted] = GENERATE(table<std::string, bool>({
      {apps + ", " + complete("True"), true},
      {apps + ", " + complete("False"), true},
      {apps, true},
      {others + ", " + complete("True"), false},
      {others + ", " + complete("False"), false},  // unknown is not enough
      {others, false},
      {complete("True"), false},
      {complete("False"), false},
      {"", true},  // not observed yet
      {"'apiEnablements': []", true},
      {"'conditions': [{'type': 'Ready', 'status': 'True'}]", true},
  }));
  INFO(status);
  Once once{{observed("m1", status)}, duplicated(), workload(1)};
  const std::string no_api = refused("1 cluster(s) did not have the API resource", 1);
  CHECK(result(once) == (wanted ? "m1=1" : no_api));
  once.subject.brings_api = true;
  CHECK(result(once) == "m1=1");
  once.subject.brings_api = false;
  once.previous = before("m1=1", duplicated());
  CHECK(result(once) == "m1=1");
}

TEST_CASE("taints and tolerations") {
  const auto [taint, toleration, wanted] =
      GENERATE(table<overrides::Taint, std::optional<Toleration>, bool>({
          {{"k", "v", "NoSchedule"}, std::nullopt, false},
          {{"k", "v", "NoExecute"}, std::nullopt, false},
          {{"k", "v", "PreferNoSchedule"}, std::nullopt, true},
          {{"k", "v", "NoSchedule"}, {{"k", "", "v", ""}}, true},
          {{"k", "v", "NoSchedule"}, {{"k", "Equal", "v", "NoSchedule"}}, true},
          {{"k", "v", "NoSchedule"}, {{"k", "Equal", "w", ""}}, false},
          {{"k", "v", "NoSchedule"}, {{"k", "Exists", "w", ""}}, true},
          {{"k", "v", "NoSchedule"}, {{"other", "Exists", "", ""}}, false},
          {{"k", "v", "NoSchedule"}, {{"", "Exists", "", ""}}, true},
          {{"k", "v", "NoSchedule"}, {{"", "Equal", "v", ""}}, true},
          {{"k", "v", "NoSchedule"}, {{"k", "Exists", "", "NoExecute"}}, false},
          {{"k", "v", "NoSchedule"}, {{"k", "Is", "v", ""}}, false},
      }));
  Once once{fleet({{.name = "m1", .taints = {taint}}}), duplicated(), workload(1)};
  if (toleration) once.placement.tolerations = {*toleration};
  CHECK((result(once) == "m1=1") == wanted);
  once.placement.tolerations.clear();
  once.previous = before("m1=1", duplicated());
  CHECK(result(once) == "m1=1");
}

TEST_CASE("each filter has its reason, and the first that refuses is counted") {
  std::vector<overrides::Cluster> clusters = fleet({
      {.name = "a", .region = "r", .taints = {{"k", "v", "NoSchedule"}}},
      {.name = "b", .region = "r", .taints = {{"k", "", "NoExecute"}}},
      {.name = "c"},
      {.name = "d", .provider = "p", .zones = {"z"}},
      {.name = "e", .region = "r", .zones = {"z"}},
      {.name = "f", .region = "r", .provider = "p"},
      {.name = "g", .region = "r", .provider = "p", .zones = {"z"}},
      {.name = "h", .region = "r", .taints = {{"k", "v", "NoSchedule"}}},
  });
  clusters[7].status = flotilla::test::tree("{" + others + "}");
  Placement placement = on(duplicated(), {"a", "b", "d", "e", "f", "g", "h"});
  placement.spread = {by(SpreadField::region, 1, 1), by(SpreadField::provider, 1, 1),
                      by(SpreadField::zone, 1, 1), by(SpreadField::cluster, 1, 1)};
  Once once{clusters, placement, workload(1)};
  once.evicting = {"g", "nobody"};
  CHECK(result(once) ==
        refused("1 cluster(s) did not have provider property, 1 cluster(s) did not have region "
                "property, 1 cluster(s) did not have the API resource, 1 cluster(s) did not have "
                "zones property, 1 cluster(s) did not match the placement cluster affinity "
                "constraint, 1 cluster(s) had untolerated taint {k:NoExecute}, 1 cluster(s) had "
                "untolerated taint {k=v:NoSchedule}, 1 cluster(s) is in the process of eviction",
                8));
}

TEST_CASE("reasons are sorted as texts") {
  std::vector<Member> members;
  for (int i = 0; i < 12; ++i)
    members.push_back({.name = std::string(1, static_cast<char>('a' + i)),
                       .taints = {{"k", i < 10 ? "" : "v", "NoExecute"}}});
  CHECK(result({fleet(members), duplicated(), workload(1)}) ==
        refused("10 cluster(s) had untolerated taint {k:NoExecute}, 2 cluster(s) had untolerated "
                "taint {k=v:NoExecute}",
                12));
  CHECK(result({{}, duplicated(), workload(1)}) == refused("no cluster exists", 0));
}

TEST_CASE("eviction and affinity hold for clusters that have it, too") {
  Once once{rooms({1, 1}), duplicated(), workload(1), before("m1=1 m2=1", duplicated())};
  once.evicting = {"m1"};
  CHECK(result(once) == "m2=1");
  once.evicting.clear();
  once.placement.terms = {names({"m1"})};
  CHECK(result(once) == "m1=1");
}

TEST_CASE("a cluster that is being deleted is counted, but no candidate") {
  Once once{rooms({9, 9}), dynamic(), workload(4), before("m1=2 m2=2", dynamic())};
  once.clusters[0].object = std::make_shared<const Object>(flotilla::test::object(
      "{'kind': 'Cluster', 'metadata': {'deletionTimestamp': '2026-03-01T11:00:00Z'}}"));
  CHECK(result(once) == "m2=4");
  once.clusters.pop_back();
  CHECK(result(once) == refused("no cluster exists", 1));
}

TEST_CASE("an affinity group keeps together") {
  Pass pass{rooms({1, 1, 1})};
  const Placement anywhere = duplicated();
  CHECK(pass(grouped("a", "team=x", ""), on(duplicated(), {"m1", "m2"})) == "m1=1 m2=1");
  CHECK(pass(grouped("b", "team=x", ""), anywhere) == "m1=1 m2=1");
  CHECK(pass(grouped("c", "team=y", ""), anywhere) == "m1=1 m2=1 m3=1");
  CHECK(pass(grouped("d", "team=x", ""), on(duplicated(), {"m3"})) ==
        refused("1 ResourceBinding with the same affinity group does not target this cluster, 2 "
                "cluster(s) did not match the placement cluster affinity constraint",
                3));
  // Every member that is anywhere counts: b moves to m1 alone, so only m1 is left.
  CHECK(pass(grouped("b", "team=x", ""), on(duplicated(), {"m1"})) == "m1=1");
  CHECK(pass(grouped("e", "team=x", ""), anywhere) == "m1=1");
  // A target stays a target.
  const Schedule standing = before("m3=1", anywhere);
  CHECK(pass(grouped("f", "team=x", ""), anywhere, &standing) == "m1=1 m3=1");
  Subject elsewhere = grouped("a", "team=x", "");
  elsewhere.key.namespace_ = "other";
  CHECK(pass(elsewhere, anywhere) == "m1=1 m2=1 m3=1");
}

TEST_CASE("an anti-affinity group keeps apart") {
  Pass pass{rooms({1, 1, 1})};
  const Placement one = spread(duplicated(), {by(SpreadField::cluster, 1, 1)});
  pass.scheduler->place(grouped("z", "", "app=db"), targets("m2=1 gone=1"));
  CHECK(pass(grouped("a", "", "app=db"), one) == "m1=1");
  CHECK(pass(grouped("b", "", "app=db"), one) == "m3=1");
  CHECK(pass(grouped("c", "", "app=db"), one) ==
        refused("3 cluster already has workload with the same anti-affinity group", 3));
  // A label that is gone frees the place.
  CHECK(pass(grouped("z", "", ""), one) == "m2=1");
  CHECK(pass(grouped("c", "", "app=db"), one) == "m2=1");
}
