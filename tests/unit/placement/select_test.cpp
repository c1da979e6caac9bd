#include "tests/unit/placement/fleets.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::placement;

namespace {

constexpr SpreadField by_cluster = SpreadField::cluster;
constexpr SpreadField by_region = SpreadField::region;
constexpr SpreadField by_zone = SpreadField::zone;
constexpr SpreadField by_provider = SpreadField::provider;

const std::string prefix = "failed to select clusters: ";

SpreadConstraint by_label(const std::string& label, std::int64_t min, std::int64_t max) {
  return {SpreadField::label, label, min, max};
}

// Where a duplicated workload of that many replicas goes, by names.
std::string chosen(const std::vector<overrides::Cluster>& clusters,
                   const std::vector<SpreadConstraint>& constraints, bool karmada = false,
                   const Placement& placement = duplicated(), std::int64_t replicas = 1) {
  Once once{clusters, spread(placement, constraints), workload(replicas)};
  once.karmada = karmada;
  const Schedule schedule = once.schedule();
  if (!schedule.scheduled) return schedule.message;
  std::string text;
  for (const TargetCluster& target : schedule.clusters)
    text += (text.empty() ? "" : " ") + target.name;
  return text;
}

const std::vector<overrides::Cluster> world = fleet({
    {.name = "m1", .pods = 10, .region = "asia", .provider = "p", .zones = {"z1"}},
    {.name = "m2", .pods = 40, .region = "asia", .provider = "q", .zones = {"z1", "z2"}},
    {.name = "m3", .pods = 30, .region = "europe", .provider = "p", .zones = {"z3"}},
    {.name = "m4", .pods = 20, .region = "europe", .provider = "p", .zones = {"z3"}},
    {.name = "m5", .pods = 50, .region = "america", .provider = "r", .zones = {"z4"}},
});

}  // namespace

TEST_CASE("by cluster: the best ones, those it is on already first") {
  CHECK(chosen(world, {by(by_cluster, 1, 2)}) == "m2 m5");
  CHECK(chosen(world, {by(by_cluster, 1, 9)}) == "m1 m2 m3 m4 m5");
  CHECK(chosen(world, {by(by_cluster, 6, 9)}) ==
        prefix + "the number of feasible clusters is less than spreadConstraint.MinGroups");
  Once once{world, spread(duplicated(), {by(by_cluster, 1, 2)}), workload(1)};
  once.previous = before("m1=1 m4=1", once.placement);
  CHECK(result(once) == "m1=1 m4=1");
}

TEST_CASE("by cluster: clusters without room are exchanged for roomier ones") {
  // Those it is on are best, until the replicas do not fit: the last gives way first.
  Once once{rooms({4, 3, 10, 8}), spread(dynamic(), {by(by_cluster, 1, 2)}), workload(4)};
  once.previous = before("m1=1 m2=1", once.placement);
  CHECK(result(once) == "m1=2 m2=2");
  once.subject.replicas = 14;
  CHECK(result(once) == "m1=5 m3=9");  // 13 more over rooms of 4 and 10
  once.subject.replicas = 18;
  CHECK(result(once) == "m3=10 m4=8");
  once.subject.replicas = 19;
  CHECK(result(once) == prefix + "no enough resource when selecting 2 clusters");
}

TEST_CASE("by cluster: of equally roomy clusters the first is exchanged") {
  Once once{rooms({4, 3, 10, 10}), spread(dynamic(), {by(SpreadField::cluster, 1, 2)}),
            workload(14)};
  once.previous = before("m1=1 m2=1", once.placement);
  CHECK(result(once) == "m1=5 m3=9");
}

TEST_CASE("by cluster: need and room do not count for Duplicated") {
  CHECK(chosen(rooms({1, 2, 3}), {by(by_cluster, 1, 1)}, false, duplicated(), 50) == "m3");
}

TEST_CASE("Q2: no maximum means no limit, with Karmada none at all") {
  CHECK(chosen(world, {by(by_cluster, 1, 0)}) == "m1 m2 m3 m4 m5");
  CHECK(chosen(world, {by(by_cluster, 1, 0)}, true) ==
        "failed to assign replicas: no clusters available to schedule");
  CHECK(chosen(world, {by(by_cluster, 1, 0)}, true, dynamic()) ==
        prefix + "no enough resource when selecting 0 clusters");
  // As few regions as will do are still chosen.
  CHECK(chosen(world, {by(by_region, 2, 0), by(by_cluster, 2, 0)}) == "m1 m2 m3 m4");
  CHECK(chosen(world, {by(by_region, 2, 0), by(by_cluster, 2, 0)}, true) ==
        prefix + "the number of clusters is less than the cluster spreadConstraint.MinGroups");
}

TEST_CASE("Q6: constraints do not choose for static weights, but they refuse") {
  CHECK(chosen(world, {by(by_cluster, 1, 1)}, false, placed(Division::static_weight), 9) ==
        "m1 m2 m3 m4 m5");
  std::vector<overrides::Cluster> one_without = world;
  one_without[0].region.clear();
  CHECK(chosen(one_without, {by(by_region, 1, 1), by(by_cluster, 1, 1)}, false,
               placed(Division::static_weight), 9) == "m2 m3 m4 m5");
}

TEST_CASE("by region: one cluster of every region, then the best of the others") {
  CHECK(chosen(world, {by(by_region, 2, 2), by(by_cluster, 2, 2)}) == "m2 m3");
  CHECK(chosen(world, {by(by_region, 2, 2), by(by_cluster, 3, 3)}) == "m2 m3 m4");
  CHECK(chosen(world, {by(by_region, 3, 3), by(by_cluster, 3, 4)}) == "m2 m3 m4 m5");
  CHECK(chosen(world, {by(by_region, 3, 3), by(by_cluster, 3, 9)}) == "m1 m2 m3 m4 m5");
  // Fewer clusters than regions: still one for each.
  CHECK(chosen(world, {by(by_region, 3, 3), by(by_cluster, 1, 1)}) == "m2 m3 m5");
}

TEST_CASE("by region: what cannot be met") {
  CHECK(chosen(world, {by(by_region, 4, 4), by(by_cluster, 1, 9)}) ==
        prefix + "the number of feasible region is less than spreadConstraint.MinGroups");
  CHECK(chosen(world, {by(by_region, 1, 1), by(by_cluster, 3, 3)}) ==
        prefix + "the number of clusters is less than the cluster spreadConstraint.MinGroups");
}

TEST_CASE("by region: the score counts the room for the region's part") {
  // 100 replicas over 2 regions: half of them must fit into each.
  const auto clusters = fleet({{.name = "a1", .pods = 10, .region = "a"},
                               {.name = "a2", .pods = 10, .region = "a"},
                               {.name = "a3", .pods = 25, .region = "a"},
                               {.name = "b1", .pods = 40, .region = "b"},
                               {.name = "b2", .pods = 30, .region = "b"},
                               {.name = "c1", .pods = 40, .region = "c"},
                               {.name = "c2", .pods = 45, .region = "c"}});
  CHECK(chosen(clusters, {by(by_region, 2, 2), by(by_cluster, 1, 9)}, false, dynamic(), 100) ==
        "b1 b2 c1 c2");
}

TEST_CASE("region wins over the other groups, then zone, provider and label") {
  CHECK(chosen(world, {by(by_provider, 3, 3), by(by_region, 1, 1), by(by_cluster, 1, 1)}) == "m2");
  CHECK(chosen(world, {by(by_provider, 3, 3), by(by_zone, 1, 1), by(by_cluster, 2, 2)}) == "m1 m2");
}

TEST_CASE("Q7: with Karmada the other groups refuse, and choose nothing") {
  const std::string unsupported = prefix + "just support cluster and region spread constraint";
  CHECK(chosen(world, {by(by_zone, 1, 1)}, true) == unsupported);
  CHECK(chosen(world, {by_label("rack", 1, 1)}, true) == unsupported);
  CHECK(chosen(world, {by(by_provider, 1, 1), by(by_cluster, 1, 1)}, true) == "m5");
}

TEST_CASE("Q7: spread by zone, provider and label") {
  SECTION("provider") {
    CHECK(chosen(world, {by(by_provider, 2, 2), by(by_cluster, 2, 2)}) == "m2 m3");
    CHECK(chosen(world, {by(by_provider, 4, 4), by(by_cluster, 2, 2)}) ==
          prefix + "the number of feasible provider is less than spreadConstraint.MinGroups");
  }
  SECTION("a cluster is in every one of its zones, but is chosen once") {
    // z1 {m2, m1}, z2 {m2}, z3 {m3, m4}, z4 {m5}
    CHECK(chosen(world, {by(by_zone, 4, 4), by(by_cluster, 4, 9)}) == "m1 m2 m3 m4 m5");
    CHECK(chosen(fleet({{.name = "m1", .zones = {"a", "b"}}}),
                 {by(by_zone, 2, 2), by(by_cluster, 1, 9)}) == "m1");
    CHECK(chosen(fleet({{.name = "m1", .zones = {"a", "b"}}}),
                 {by(by_zone, 2, 2), by(by_cluster, 2, 9)}) ==
          prefix + "the number of clusters is less than the cluster spreadConstraint.MinGroups");
  }
  SECTION("a label may stand alone: as many clusters as groups at least") {
    const auto racks = fleet({{.name = "m1", .labels = {{"rack", "x"}}},
                              {.name = "m2", .labels = {{"rack", "x"}}},
                              {.name = "m3", .labels = {{"rack", "y"}}},
                              {.name = "m4", .labels = {{"rack", ""}}},
                              {.name = "m5"}});
    CHECK(chosen(racks, {by_label("rack", 2, 2)}) == "m1 m2 m4");
    CHECK(chosen(racks, {by_label("rack", 2, 2), by(by_cluster, 2, 2)}) == "m1 m4");
    CHECK(chosen(racks, {by_label("row", 1, 1)}) ==
          "0/5 clusters are available: 5 cluster(s) did not have row label.");
  }
}

TEST_CASE("the trace of a choice by region") {
  Trace trace;
  const Once once{world, spread(duplicated(), {by(by_region, 2, 2), by(by_cluster, 2, 2)}),
                  workload(15)};
  const Schedule schedule = once.schedule(&trace);
  CHECK(text(schedule) == "m2=15 m3=15");
  REQUIRE(trace.groups.size() == 3);
  CHECK(trace.groups[0].name == "europe");
  CHECK(trace.groups[0].score == 2000);
  CHECK(trace.groups[0].clusters == std::vector<std::string>{"m3", "m4"});
  CHECK(trace.groups[0].selected);
  CHECK(trace.groups[1].name == "asia");
  CHECK(trace.groups[1].score == 1000);
  CHECK(trace.groups[1].selected);
  CHECK(trace.groups[2].name == "america");
  CHECK_FALSE(trace.groups[2].selected);
  REQUIRE(trace.clusters.size() == 5);
  CHECK(trace.clusters[1].name == "m2");
  CHECK(trace.clusters[1].group == "asia");
  CHECK(trace.clusters[1].selected);
  CHECK(trace.clusters[1].available == 40);
  CHECK(trace.clusters[1].replicas == 15);
  CHECK_FALSE(trace.clusters[0].selected);
  CHECK_FALSE(trace.clusters[0].replicas.has_value());
}
