#include "tests/unit/placement/fleets.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::placement;

namespace {

Placement between(std::vector<AffinityTerm> terms) {
  Placement placement = duplicated();
  placement.terms = std::move(terms);
  return placement;
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

TEST_CASE("another affinity that wins the same clusters is a change") {
  Once once{rooms({1}), between({names({}, "near")}), workload(2)};
  once.previous = before("m1=2", once.placement, "near");
  CHECK(once.schedule().last_scheduled_time == noon);
  once.previous = before("m1=2", once.placement, "far");
  CHECK(once.schedule().last_scheduled_time == one_o_clock);
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

TEST_CASE("room is counted in what a replica asks for, within the quotas of its namespace") {
  std::vector<overrides::Cluster> clusters = rooms({100, 100});
  clusters[0].status["resourceSummary"]["allocatable"]["cpu"] = "1";
  clusters[1].status["resourceSummary"]["allocatable"]["cpu"] = "2";
  Subject subject = workload(6);
  subject.has_requirements = true;
  subject.demand =
      demand_of(flotilla::test::tree("{'resourceRequest': {'cpu': '250m'}}"), "shop").value();

  Pass pass{clusters};
  CHECK(pass(subject, dynamic()) == "m1=2 m2=4");  // of 4 and 8
  CHECK(pass(subject, dynamic()) == "m1=2 m2=4");  // of the 2 and 4 that are left
  CHECK(pass(subject, dynamic()) ==
        "failed to assign replicas: failed to scale up: Clusters available replicas 0 are not "
        "enough to schedule.");

  Pass limited{clusters};
  Capacity::Quota quota;
  quota.left = {{"requests.cpu", 500}};
  limited.scheduler->capacity().limit(1, "shop", quota);
  CHECK(limited(subject, dynamic()) == "m1=4 m2=2");
}
