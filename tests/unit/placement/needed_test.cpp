#include "reconciler/placement/scheduling/needed.h"

#include "tests/unit/placement/fleets.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::placement;

namespace {

Json::Value json(const std::string& text) { return flotilla::test::tree(text); }

bool changed(const std::string& now, const std::string& then, const std::string& observed = "") {
  return placement_changed(json(now), json(then), observed);
}

std::string why(const Once& once) {
  Trace trace;
  once.schedule(&trace);
  return trace.needed ? trace.why : "not needed";
}

}  // namespace

TEST_CASE("times are compared as times") {
  const auto [a, b, later] = GENERATE(table<std::string, std::string, bool>({
      {"2026-03-01T12:00:01Z", "2026-03-01T12:00:00Z", true},
      {"2026-03-01T12:00:00Z", "2026-03-01T12:00:00Z", false},
      {"2026-03-01T12:00:00Z", "2026-03-01T12:00:01Z", false},
      {"2026-03-01T12:00:00.5Z", "2026-03-01T12:00:00Z", true},
      {"2026-03-01T12:00:00.5Z", "2026-03-01T12:00:00.25Z", true},
      {"2026-03-01T12:00:00.500Z", "2026-03-01T12:00:00.5Z", false},
      {"2026-03-01T12:00:01Z", "2026-03-01T12:00:00.999999999Z", true},
      {"2026-03-01T12:00:00+01:00", "2026-03-01T11:00:00Z", false},
      {"2026-03-01T12:00:00-01:00", "2026-03-01T12:59:59Z", true},
      {"2026-03-01T00:00:00Z", "2026-02-28T23:59:59Z", true},
      {"2028-02-29T00:00:00Z", "2028-02-28T23:59:59Z", true},
      {"2027-01-01T00:00:00Z", "2026-12-31T23:59:59Z", true},
      {"", "2026-03-01T12:00:00Z", false},
      {"2026-03-01T12:00:00Z", "", false},
      {"2026-03-01T12:00:00Z", "yesterday", false},
      {"2026-03-01 12:00:01Z", "2026-03-01T12:00:00Z", false},
      {"2026-13-01T12:00:01Z", "2026-03-01T12:00:00Z", false},
      {"2026-03-01T12:00:01", "2026-03-01T12:00:00Z", false},
      {"2026-03-01T12:00:01Zulu", "2026-03-01T12:00:00Z", false},
      {"2026-03-+1T12:00:01Z", "2026-03-01T12:00:00Z", false},
  }));
  INFO(a << " after " << b);
  CHECK(is_later(a, b) == later);
}

TEST_CASE("which change of a placement calls for scheduling") {
  CHECK(placement_changed(json("{}"), Json::Value(), ""));
  CHECK_FALSE(changed("{}", "{}"));
  CHECK(changed("{'clusterAffinity': {'clusterNames': ['a']}}", "{}"));
  CHECK(changed("{'clusterTolerations': [{'key': 'k'}]}", "{}"));
  CHECK(changed("{'spreadConstraints': [{'maxGroups': 2}]}", "{'spreadConstraints': []}"));
  CHECK(changed("{'replicaScheduling': {'replicaSchedulingType': 'Divided'}}",
                "{'replicaScheduling': {'replicaSchedulingType': 'Duplicated'}}"));
  CHECK(changed("{'workloadAffinity': {'affinity': {'groupByLabelKey': 'team'}}}", "{}"));
}

TEST_CASE("what Go leaves out when it writes a placement is no change") {
  CHECK_FALSE(changed("{'clusterTolerations': [], 'spreadConstraints': null}", "{}"));
  CHECK_FALSE(changed("{'spreadConstraints': [{'minGroups': 1, 'maxGroups': 0}]}",
                      "{'spreadConstraints': [{'minGroups': 1}]}"));
  CHECK_FALSE(changed("{'clusterTolerations': [{'key': 'k', 'value': ''}]}",
                      "{'clusterTolerations': [{'key': 'k'}]}"));
  CHECK(changed("{'clusterTolerations': [{'key': 'k', 'tolerationSeconds': 0}]}",
                "{'clusterTolerations': [{'key': 'k'}]}"));
}

TEST_CASE("of several affinities only the observed one counts") {
  const std::string then =
      "{'clusterAffinities': [{'affinityName': 'near', 'clusterNames': ['a']}, "
      "{'affinityName': 'far', 'clusterNames': ['b']}]}";
  const std::string other_far =
      "{'clusterAffinities': [{'affinityName': 'near', 'clusterNames': ['a']}, "
      "{'affinityName': 'far', 'clusterNames': ['c']}]}";
  const std::string no_far =
      "{'clusterAffinities': [{'affinityName': 'near', 'clusterNames': ['a']}]}";
  CHECK_FALSE(changed(other_far, then, "near"));
  CHECK(changed(other_far, then, "far"));
  CHECK(changed(other_far, then, ""));
  CHECK_FALSE(changed(no_far, then, "near"));
  CHECK(changed(no_far, then, "far"));
  CHECK(changed(then, no_far, "far"));
}

TEST_CASE("why a binding is scheduled") {
  const Placement divided = dynamic();
  const Placement copied = duplicated();
  Once once{rooms({10, 10}), divided, workload(4), before("m1=2 m2=2", divided)};
  SECTION("nothing changed") { CHECK(why(once) == "not needed"); }
  SECTION("never") {
    once.previous.reset();
    CHECK(why(once) == "never scheduled");
  }
  SECTION("never with success") {
    once.previous->applied_placement = Json::Value();
    CHECK(why(once) == "never scheduled");
  }
  SECTION("another placement") {
    once.previous->applied_placement = copied.tree;
    CHECK(why(once) == "placement changed");
  }
  SECTION("more replicas, divided: their sum") {
    once.subject.replicas = 5;
    CHECK(why(once) == "replicas changed");
  }
  SECTION("more replicas, duplicated: any cluster") {
    once.placement = copied;
    once.previous = before("m1=4 m2=3", copied);
    CHECK(why(once) == "replicas changed");
  }
  SECTION("no replicaScheduling: replicas never count, but it is scheduled always") {
    once.placement = {};
    once.previous = before("m1=4 m2=3", {});
    CHECK(why(once) == "no workload, or duplicated: scheduled in every pass");
  }
  SECTION("asked") {
    once.triggered = one_o_clock;
    CHECK(why(once) == "rescheduling was asked for");
    once.triggered = noon;
    CHECK(why(once) == "not needed");
    once.triggered = "soon";
    CHECK(why(once) == "not needed");
    once.triggered = one_o_clock;
    once.previous->last_scheduled_time.clear();
    CHECK(why(once) == "not needed");
  }
  SECTION("no workload") {
    once.subject = config();
    once.previous = before("", divided);
    CHECK(why(once) == "no workload, or duplicated: scheduled in every pass");
  }
  SECTION("duplicated") {
    once.placement = copied;
    once.previous = before("m1=4 m2=4", copied);
    CHECK(why(once) == "no workload, or duplicated: scheduled in every pass");
  }
  SECTION("a target is gone") {
    once.previous = before("gone=2 m1=2", divided);
    CHECK(why(once) == "a target cluster is being removed");
  }
  SECTION("a target is being deleted") {
    once.clusters[0].object = std::make_shared<const Object>(flotilla::test::object(
        "{'kind': 'Cluster', 'metadata': {'deletionTimestamp': '2026-03-01T11:00:00Z'}}"));
    CHECK(why(once) == "a target cluster is being removed");
  }
}

TEST_CASE("components: what was recorded of them counts, not a sum of replicas") {
  const Placement divided = spread(dynamic(), {by(SpreadField::cluster, 1, 1)});
  Subject subject = workload(3);
  subject.components = {{"head", 1, {}}, {"worker", 2, {}}};
  subject.component_demands = {{1, {}}, {2, {}}};
  Once once{rooms({10}), divided, subject, before("m1", divided)};
  CHECK(why(once) == "replicas changed");
  once.previous->clusters[0].components = {{"head", 1}, {"worker", 2}};
  CHECK(why(once) == "not needed");
  once.subject.components[1].replicas = 3;
  CHECK(why(once) == "replicas changed");
  once.previous->clusters.clear();
  CHECK(why(once) == "replicas changed");
}
