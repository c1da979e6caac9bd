#include "tests/unit/placement/fleets.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::placement;

namespace {

const std::string even_uid = "4858ca61-3ff8-4095-8267-f3d059d8074c";
const std::string odd_uid = "d43fdeeb-d750-4e2b-bee3-64eb94534f4c";

std::string shortage(const std::string& doing, const std::string& sum) {
  return "failed to assign replicas: " + doing + "Clusters available replicas" + sum +
         " are not enough to schedule.";
}

// With a previous decision ("" for none) under the same placement.
Once world(std::vector<overrides::Cluster> clusters, const Placement& placement,
           std::int64_t replicas, const std::string& previous) {
  Once once{std::move(clusters), placement, workload(replicas)};
  if (!previous.empty()) once.previous = before(previous, placement);
  return once;
}

}  // namespace

TEST_CASE("Duplicated: all replicas on every cluster, whatever room there is") {
  CHECK(result({rooms({1, 0, 5}), duplicated(), workload(3)}) == "m1=3 m2=3 m3=3");
  CHECK(result({rooms({1, 0, 5}), {}, workload(3)}) == "m1=3 m2=3 m3=3");
  CHECK(result({rooms({1, 0}), {}, config()}) == "m1 m2");
  CHECK(result({rooms({1, 0}), dynamic(), config()}) == "m1 m2");
}

TEST_CASE("no replicas, but requirements: a workload that is nowhere") {
  for (const Placement& placement : {duplicated(), dynamic(), weighted({{"m1", 1}})}) {
    Subject subject = workload(0);
    subject.has_requirements = true;
    const Schedule schedule = Once{rooms({1, 5}), placement, subject}.schedule();
    CHECK(schedule.scheduled);
    CHECK(schedule.clusters.empty());
  }
}

TEST_CASE("static weights") {
  const auto [replicas, weights, uid, wanted] =
      GENERATE(table<std::int64_t, std::vector<std::pair<std::string, std::int64_t>>, std::string,
                     std::string>({
          {12, {{"m1", 3}, {"m2", 2}, {"m3", 1}}, "", "m1=6 m2=4 m3=2"},
          {13, {{"m1", 3}, {"m2", 2}, {"m3", 1}}, "", "m1=7 m2=4 m3=2"},
          {14, {{"m1", 3}, {"m2", 2}, {"m3", 1}}, "", "m1=7 m2=5 m3=2"},
          {5, {{"m1", 1}, {"m2", 1}}, even_uid, "m1=3 m2=2"},
          {5, {{"m1", 1}, {"m2", 1}}, odd_uid, "m1=2 m2=3"},
          // The largest weight of the rules that match.
          {4, {{"m1", 1}, {"m1", 3}, {"m2", 1}, {"m1", 2}}, "", "m1=3 m2=1"},
          {1, {{"m1", 2}, {"m2", 1}}, "", "m1=1"},
          // Rules that match nothing: every cluster weighs 1.
          {3, {{"elsewhere", 2}}, "", "m1=1 m2=1 m3=1"},
          {3, {}, "", "m1=1 m2=1 m3=1"},
      }));
  Subject subject = workload(replicas);
  subject.uid = uid;
  CHECK(result({rooms({0, 0, 0}), weighted(weights), subject}) == wanted);
}

TEST_CASE("no weightPreference: every cluster weighs 1; the previous decision does not count") {
  const Placement placement = placed(Division::static_weight);
  CHECK(result(world(rooms({0, 0, 0}), placement, 5, "")) == "m1=2 m2=2 m3=1");
  CHECK(result(world(rooms({0, 0, 0}), placement, 5, "m3=4")) == "m1=2 m2=2 m3=1");
}

TEST_CASE("dynamic weights") {
  using Rooms = std::vector<std::int64_t>;
  const auto [free, replicas, previous, wanted] =
      GENERATE(table<Rooms, std::int64_t, std::string, std::string>({
          {{6, 8, 10}, 12, "", "m1=3 m2=4 m3=5"},
          {{8, 8, 10}, 12, "", "m1=4 m2=4 m3=4"},
          {{3, 3, 3}, 12, "", shortage("failed to scale up: ", " 9")},
          {{0, 0, 0}, 6, "m1=2 m2=4 m3=6", "m1=1 m2=2 m3=3"},
          {{10, 10, 10}, 24, "m1=2 m2=4 m3=6", "m1=6 m2=8 m3=10"},
          {{3, 3}, 12, "m1=6 m3=6", "m1=9 m2=3"},
          {{0, 0, 0}, 12, "m1=2 m2=4 m3=6", "m1=2 m2=4 m3=6"},
          {{0, 5, 0}, 4, "m1=2", "m1=2 m2=2"},
          {{0, 5, 0}, 0, "m1=2", ""},
      }));
  INFO(replicas << " after " << previous);
  Once once = world(rooms(free), dynamic(), replicas, previous);
  once.subject.has_requirements = true;
  CHECK(result(once) == wanted);
}

TEST_CASE("aggregated") {
  using Rooms = std::vector<std::int64_t>;
  const auto [free, only, replicas, previous, wanted] =
      GENERATE(table<Rooms, std::vector<std::string>, std::int64_t, std::string, std::string>({
          {{6, 8, 10}, {}, 12, "", "m2=5 m3=7"},
          {{12, 8, 10}, {}, 12, "", "m1=12"},
          {{0, 0, 0}, {}, 6, "m1=4 m2=8", "m2=6"},
          {{4, 6, 8}, {}, 24, "m1=4 m2=8", "m1=7 m2=12 m3=5"},
          {{6, 6, 20}, {}, 24, "m1=4 m2=8", "m1=10 m2=14"},
          {{4, 100, 8, 12}, {"m1", "m3", "m4"}, 24, "m1=4 m2=8", "m1=7 m3=7 m4=10"},
          {{1, 2}, {}, 12, "", shortage("failed to scale up: ", " 3")},
          // Q9: of equal clusters the first in global order ends the prefix.
          {{5, 5, 5}, {}, 8, "", "m1=4 m2=4"},
      }));
  INFO(replicas << " after " << previous);
  CHECK(result(world(rooms(free), on(aggregated(), only), replicas, previous)) == wanted);
}

TEST_CASE("a division that was asked for starts afresh") {
  Once once = world(rooms({10, 2}), dynamic(), 6, "m1=2 m2=4");
  CHECK(result(once) == "m1=2 m2=4");
  once.triggered = one_o_clock;
  CHECK(result(once) == "m1=4 m2=2");  // by 12:6, what it holds counted as free
  once.placement = aggregated();
  once.previous = before("m1=2 m2=4", aggregated());
  CHECK(result(once) == "m1=6");
  once.subject.replicas = 20;
  CHECK(result(once) == shortage("", " 18"));
}

TEST_CASE("overflow tiers are filled one after another") {
  Placement placement = dynamic();
  placement.terms = {
      names({"m1", "m2"}, "near", {names({"m3"}, "cloud"), names({"m2", "m4"}, "last")})};
  const auto [replicas, previous, wanted] = GENERATE(table<std::int64_t, std::string, std::string>({
      {4, "", "m1=2 m2=2"},
      {8, "", "m1=4 m2=4"},
      {10, "", "m1=4 m2=4 m3=2"},
      {15, "", "m1=4 m2=4 m3=5 m4=2"},
      {16, "", shortage("", "")},
      // What it holds in the first tier stays there; what it holds beyond is drawn back.
      {6, "m1=3 m3=1", "m1=5 m2=1"},
  }));
  INFO(replicas << " after " << previous);
  Once once{rooms({4, 4, 5, 2, 100}), placement, workload(replicas)};
  if (!previous.empty()) once.previous = before(previous, placement, "near");
  CHECK(result(once) == wanted);
}

TEST_CASE("only workloads overflow") {
  Placement placement = dynamic();
  placement.terms = {names({"m1"}, "near", {names({"m2"}, "cloud")})};
  CHECK(result({rooms({5, 5}), placement, config()}) == "m1");
  CHECK(result({rooms({5, 5}), placement, workload(7)}) == "m1=5 m2=2");
}

TEST_CASE("components go to the selected clusters as whole sets") {
  Subject subject = workload(0);
  subject.components = {{"head", 1, {}}, {"worker", 2, {}}};
  subject.component_demands = {{1, {}}, {2, {}}};
  const Placement one = spread(dynamic(), {by(SpreadField::cluster, 1, 1)});
  CHECK(result({rooms({2, 3, 9}), one, subject}) == "m3,head=1,worker=2");
  CHECK(result({rooms({2, 2, 1}), one, subject}) ==
        "failed to select clusters: no enough resource when selecting 1 clusters");
  CHECK(result({rooms({9, 9}), spread(duplicated(), {by(SpreadField::cluster, 1, 1)}), subject}) ==
        "m1,head=1,worker=2");
  CHECK(result({rooms({9, 9}), duplicated(), subject}) == "m1 m2");
  CHECK(result({rooms({9, 9}), dynamic(), subject}) == "m1 m2");
  // Divided: whole sets are what has to find room.
  const Placement two = spread(dynamic(), {by(SpreadField::cluster, 2, 2)});
  CHECK(result({rooms({0, 3, 9}), two, subject}) == "m2 m3");

  Once again{rooms({0, 9}), one, subject, before("m1", one)};
  again.subject.components[1].replicas = 4;
  CHECK(result(again) == "m1,head=1,worker=4");
}

TEST_CASE("one component is divided as replicas are") {
  Subject subject = workload(6);
  subject.components = {{"main", 6, {}}};
  subject.component_demands = {{6, {}}};
  CHECK(result({rooms({4, 8}), dynamic(), subject}) == "m1=2 m2=4");
}
