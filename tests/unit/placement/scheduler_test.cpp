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

std::string refused(const std::string& counts, std::size_t clusters) {
  return "0/" + std::to_string(clusters) + " clusters are available: " + counts + ".";
}

Placement between(std::vector<AffinityTerm> terms) {
  Placement placement = duplicated();
  placement.terms = std::move(terms);
  return placement;
}

// A pass over several bindings.
struct Pass {
  std::vector<overrides::Cluster> clusters;
  bool karmada = false;
  std::unique_ptr<Scheduler> scheduler =
      std::make_unique<Scheduler>(clusters, SchedulerOptions{karmada});

  std::string operator()(const Subject& subject, const Placement& placement,
                         const Schedule* previous = nullptr) {
    Request request;
    request.subject = &subject;
    request.placement = &placement;
    request.previous = previous;
    request.now = one_o_clock;
    return text(scheduler->schedule(request));
  }
};

Subject grouped(const std::string& name, const std::string& affinity,
                const std::string& anti_affinity) {
  Subject subject = workload(1, name);
  subject.affinity_group = affinity;
  subject.anti_affinity_group = anti_affinity;
  return subject;
}

}  // namespace

TEST_CASE("success") {
  const Once once{rooms({1, 1}), on(duplicated(), {"m2"}), workload(3)};
  const Schedule schedule = once.schedule();
  CHECK(schedule.clusters == targets("m2=3"));
  CHECK(schedule.scheduled);
  CHECK(schedule.reason == "Success");
  CHECK(schedule.message == "Binding has been scheduled successfully.");
  CHECK(schedule.affinity_name.empty());
  CHECK(schedule.last_scheduled_time == one_o_clock);
  CHECK(same(schedule.applied_placement, once.placement.tree));
}

TEST_CASE("no cluster fits: the clusters are cleared, the last success stays told") {
  Once once{rooms({1, 1}), on(dynamic(), {"m3"}), workload(3)};
  once.previous = before("m1=1 m2=1", dynamic());
  const Schedule schedule = once.schedule();
  CHECK_FALSE(schedule.scheduled);
  CHECK(schedule.clusters.empty());
  CHECK(schedule.reason == "NoClusterFit");
  CHECK(schedule.message ==
        refused("2 cluster(s) did not match the placement cluster affinity constraint", 2));
  CHECK(schedule.last_scheduled_time == noon);
  CHECK(same(schedule.applied_placement, dynamic().tree));
}

TEST_CASE("not enough room: the clusters of before stay, but those that are gone") {
  Once once{rooms({1, 1}), dynamic(), workload(30)};
  once.previous = before("gone=5 m1=1 m2=1", dynamic());
  const Schedule schedule = once.schedule();
  CHECK_FALSE(schedule.scheduled);
  CHECK(schedule.clusters == targets("m1=1 m2=1"));
  CHECK(schedule.reason == "Unschedulable");
  CHECK(schedule.message ==
        "failed to assign replicas: failed to scale up: Clusters available replicas 2 are not "
        "enough to schedule.");
  CHECK(schedule.last_scheduled_time == noon);
}

TEST_CASE("an error of the selection keeps the clusters of before") {
  Once once{rooms({1, 1}), spread(dynamic(), {by(SpreadField::cluster, 3, 3)}), workload(3)};
  once.previous = before("m1=1 m2=1", dynamic());
  const Schedule schedule = once.schedule();
  CHECK(schedule.clusters == targets("m1=1 m2=1"));
  CHECK(schedule.reason == "SchedulerError");
}

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

TEST_CASE("of several affinities the first that succeeds wins") {
  std::vector<overrides::Cluster> clusters =
      fleet({{.name = "a", .taints = {{"k", "", "NoSchedule"}}}, {.name = "b"}, {.name = "c"}});
  const Placement placement =
      between({names({"a"}, "first"), names({"b"}, "second"), names({"c"}, "third")});
  Once once{clusters, placement, workload(1)};
  Trace trace;
  SECTION("from the start") {
    const Schedule schedule = once.schedule(&trace);
    CHECK(text(schedule) == "b=1");
    CHECK(schedule.affinity_name == "second");
    REQUIRE(trace.terms.size() == 2);
    CHECK(trace.terms[0].affinity_name == "first");
    CHECK(trace.terms[0].outcome == refused("1 cluster(s) had untolerated taint {k:NoSchedule}, 2 "
                                            "cluster(s) did not match the placement cluster "
                                            "affinity constraint",
                                            3));
    CHECK(trace.terms[1].outcome == "Success");
  }
  SECTION("from the observed one, never back") {
    once.previous = before("c=1", placement, "third");
    CHECK(once.schedule().affinity_name == "third");
    once.previous = before("c=1", placement, "unknown");
    CHECK(once.schedule().affinity_name == "second");
  }
  SECTION("from the start if rescheduling is asked for") {
    once.previous = before("c=1", placement, "third");
    once.triggered = one_o_clock;
    CHECK(once.schedule().affinity_name == "second");
  }
  SECTION("none: the first error, and the observed name stays") {
    once.placement.terms = {names({"x"}, "first"), names({"y"}, "second")};
    once.previous = before("c=1", placement, "second");
    const Schedule schedule = once.schedule();
    CHECK(schedule.reason == "NoClusterFit");
    CHECK(schedule.clusters.empty());
    CHECK(schedule.affinity_name == "second");
  }
  SECTION("none: the first error decides whether the clusters stay") {
    once.placement = dynamic();
    once.placement.terms = {names({"b"}, "first"), names({"x"}, "second")};
    once.subject = workload(500);
    once.previous = before("b=7", once.placement);
    const Schedule schedule = once.schedule();
    CHECK(schedule.reason == "Unschedulable");
    CHECK(schedule.clusters == targets("b=7"));
  }
}

TEST_CASE("a decision that stands is given back as it is") {
  Once once{rooms({0, 9}), dynamic(), workload(4), before("m1=4", dynamic())};
  once.previous->message = "as it was";
  const Schedule schedule = once.schedule();
  CHECK(schedule.clusters == targets("m1=4"));
  CHECK(schedule.message == "as it was");
  CHECK(schedule.last_scheduled_time == noon);
}

TEST_CASE("what is scheduled in every pass keeps its time while nothing changes") {
  Once once{rooms({1, 1}), duplicated(), workload(2), before("m1=2 m2=2", duplicated())};
  CHECK(once.schedule().last_scheduled_time == noon);
  once.previous = before("m1=2", duplicated());
  CHECK(once.schedule().last_scheduled_time == one_o_clock);
  once.previous = before("m1=2 m2=2", duplicated());
  once.previous->scheduled = false;
  CHECK(once.schedule().last_scheduled_time == one_o_clock);
  once.previous = before("m1=2 m2=2", duplicated());
  once.triggered = "2026-03-01T12:30:00Z";
  CHECK(once.schedule().last_scheduled_time == one_o_clock);
  once.triggered = "2026-03-01T13:30:00Z";
  CHECK(once.schedule().last_scheduled_time == "2026-03-01T13:30:00Z");
}

TEST_CASE("room that was given to one is not given to the next") {
  Pass pass{rooms({4, 4})};
  CHECK(pass(workload(6, "a"), dynamic()) == "m1=3 m2=3");
  CHECK(pass.scheduler->promises() == 1);
  CHECK(pass(workload(3, "b"), dynamic()) ==
        "failed to assign replicas: failed to scale up: Clusters available replicas 2 are not "
        "enough to schedule.");
  CHECK(pass(workload(2, "c"), dynamic()) == "m1=1 m2=1");
  CHECK(pass.scheduler->promises() == 2);
}

TEST_CASE("only what is new takes room") {
  Pass pass{rooms({4, 4})};
  const Schedule standing = before("m1=2 m2=2", dynamic());
  CHECK(pass(workload(4, "a"), dynamic(), &standing) == "m1=2 m2=2");
  CHECK(pass.scheduler->promises() == 0);
  CHECK(pass(workload(6, "a"), dynamic(), &standing) == "m1=3 m2=3");
  CHECK(pass.scheduler->promises() == 1);
  CHECK(pass(workload(6, "b"), dynamic()) == "m1=3 m2=3");
}

TEST_CASE("sets of components take room as well") {
  Subject subject = workload(0, "a");
  subject.components = {{"head", 1, {}}, {"worker", 2, {}}};
  subject.component_demands = {{1, {}}, {2, {}}};
  const Placement one = spread(dynamic(), {by(SpreadField::cluster, 1, 1)});
  Pass pass{rooms({5, 4})};
  CHECK(pass(subject, one) == "m1,head=1,worker=2");
  subject.key.name = "b";
  CHECK(pass(subject, one) == "m2,head=1,worker=2");
  subject.key.name = "c";
  CHECK(pass(subject, one) ==
        "failed to select clusters: no enough resource when selecting 1 clusters");
  CHECK(pass.scheduler->promises() == 2);
}

TEST_CASE("Karmada's default keeps no room") {
  Pass pass{rooms({4, 4}), true};
  CHECK(pass(workload(6, "a"), dynamic()) == "m1=3 m2=3");
  CHECK(pass(workload(6, "b"), dynamic()) == "m1=3 m2=3");
  CHECK(pass.scheduler->promises() == 0);
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

TEST_CASE("placements are told apart by their content, not by where they are") {
  Pass pass{rooms({9, 9})};
  Placement placement = on(duplicated(), {"m1"});
  CHECK(pass(workload(1, "a"), placement) == "m1=1");
  placement.terms[0].affinity.cluster_names = {"m2"};
  CHECK(pass(workload(1, "b"), placement) == "m2=1");
  placement.terms[0].affinity.exclude = {"m2"};
  CHECK(pass(workload(1, "c"), placement).starts_with("0/2"));
}

TEST_CASE("the trace tells what was looked at, and changes nothing") {
  Once once{fleet({{.name = "m1", .pods = 6},
                   {.name = "m2", .pods = 8},
                   {.name = "m3", .taints = {{"k", "", "NoSchedule"}}}}),
            dynamic(), workload(10), before("m1=3", dynamic())};
  Trace trace;
  trace.mode = "left over";
  CHECK(text(once.schedule(&trace)) == result(once));
  CHECK(trace.needed);
  CHECK(trace.why == "replicas changed");
  CHECK(trace.mode == "DynamicWeight Steady scale up");
  REQUIRE(trace.clusters.size() == 3);
  CHECK(trace.clusters[0].score == 100);
  CHECK(trace.clusters[0].available == 6);
  CHECK(trace.clusters[0].weight == 6);
  CHECK(trace.clusters[0].before == 3);
  CHECK(trace.clusters[0].replicas == 6);
  CHECK(trace.clusters[1].score == 0);
  CHECK(trace.clusters[1].replicas == 4);
  CHECK(trace.clusters[2].refused == "cluster(s) had untolerated taint {k:NoSchedule}");
  CHECK_FALSE(trace.clusters[2].selected);
  REQUIRE(trace.terms.size() == 1);
  CHECK(trace.terms[0].outcome == "Success");
}

TEST_CASE("the trace of a decision that stands") {
  const Once once{rooms({1, 1}), dynamic(), workload(3), before("m1=3", dynamic())};
  Trace trace;
  once.schedule(&trace);
  CHECK_FALSE(trace.needed);
  CHECK(trace.why == "nothing changed");
  REQUIRE(trace.clusters.size() == 2);
  CHECK(trace.clusters[0].before == 3);
  CHECK(trace.clusters[0].replicas == 3);
  CHECK(trace.terms.empty());
}
