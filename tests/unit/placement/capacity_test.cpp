#include "tests/unit/placement/rooms.h"

#include <random>

using namespace flotilla;
using namespace flotilla::placement;

namespace {

constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();
__extension__ typedef __int128 Wide;

const std::string small =
    "{'allocatable': {'pods': '110', 'cpu': '8', 'memory': '16Gi', 'a/b': 4}}";
const std::string busy =
    "{'allocatable': {'pods': '110', 'cpu': '8', 'memory': '16Gi'}, 'allocated': {'pods': '10', "
    "'cpu': '1500m', 'memory': '4Gi'}, 'allocating': {'pods': 1, 'cpu': '500m', 'other': '1'}}";

Capacity bare(std::int64_t pods, std::int64_t memory) {
  return capacity_of("{'allocatable': {'pods': '" + std::to_string(pods) + "', 'memory': '" +
                     std::to_string(memory) + "'}}");
}

}  // namespace

TEST_CASE("replicas by the totals of a cluster") {
  const auto [summary, request,
              wanted] = GENERATE_COPY(table<std::string, std::string, std::int64_t>({
      {small, "", 110},
      {small, "{}", 110},
      {small, "{'cpu': '1'}", 8},
      {small, "{'cpu': '300m'}", 26},
      {small, "{'cpu': '0.1m'}", 110},
      {small, "{'cpu': '500m', 'memory': '2Gi'}", 8},
      {small, "{'cpu': '500m', 'memory': '3Gi'}", 5},
      {small, "{'a/b': 1}", 4},
      {small, "{'cpu': '9'}", 0},
      {small, "{'cpu': '8'}", 1},
      {small, "{'cpu': '0', 'memory': '8Gi'}", 2},
      {small, "{'pods': '2'}", 55},
      // Missing in allocatable.
      {small, "{'cpu': '1m', 'c/d': '1'}", 0},
      {small, "{'cpu': '1m', 'c/d': '0'}", 110},
      // Less what is allocated and being allocated.
      {busy, "", 99},
      {busy, "{'cpu': '1'}", 6},
      {busy, "{'memory': '1Gi'}", 12},
      {busy, "{'other': '1'}", 0},
      {"{'allocatable': {'pods': '5', 'cpu': '1'}, 'allocated': {'cpu': '2'}}", "{'cpu': '1m'}", 0},
      {"{'allocatable': {'pods': '5', 'cpu': '1'}, 'allocated': {'cpu': '2'}}", "", 5},
      {"{'allocatable': {'pods': '5'}, 'allocated': {'pods': '5'}}", "", 0},
      {"{'allocatable': {'pods': '5'}, 'allocated': {'pods': '6'}}", "{}", 0},
      {"{'allocatable': {'pods': '5', 'cpu': '100m'}, 'allocated': {'cpu': '99.5m'}}",
       "{'cpu': '1m'}", 1},
      // Nothing is known of it.
      {"null", "", 0},
      {"{}", "", 0},
      {"{'allocatable': {'cpu': '8'}}", "{'cpu': '1'}", 0},
      {"'full'", "", 0},
      // What cannot be read is absent.
      {"{'allocatable': {'pods': '5', 'cpu': 'much'}}", "{'cpu': '1'}", 0},
      {"{'allocatable': {'pods': '5', 'cpu': '8'}, 'allocated': {'cpu': []}}", "{'cpu': '4'}", 2},
      {"{'allocatable': {'pods': true}}", "", 0},
      {"{'allocatable': {'pods': '1e12'}}", "", unlimited},
      {"{'allocatable': {'pods': '1e12', 'cpu': '1e12'}}", "{'cpu': '1m'}", unlimited},
  }));
  INFO(summary << " " << request);
  const Capacity capacity = capacity_of(summary);
  CHECK(capacity.replicas(0, demand(request)) == wanted);
  std::vector<std::int64_t> all{1, 2, 3};
  capacity.replicas(demand(request), all);
  CHECK(all == std::vector<std::int64_t>{wanted});
}

TEST_CASE("each cluster answers for itself") {
  overrides::Cluster unknown;
  const Capacity capacity({cluster_with(small), unknown, cluster_with(busy)});
  std::vector<std::int64_t> all;
  capacity.replicas(demand("{'cpu': '2', 'memory': '1Gi'}"), all);
  CHECK(all == std::vector<std::int64_t>{4, 0, 3});
  capacity.replicas(demand("{'a/b': '2'}"), all);
  CHECK(all == std::vector<std::int64_t>{2, 0, 0});
  capacity.replicas(demand(""), all);
  CHECK(all == std::vector<std::int64_t>{110, 0, 99});
  capacity.replicas(demand("{'nobody/has': '1'}"), all);
  CHECK(all == std::vector<std::int64_t>{0, 0, 0});
  CHECK(capacity.replicas(3, demand("")) == 0);
}

TEST_CASE("the observed status counts, not the one in the file") {
  overrides::Cluster cluster = cluster_with(small);
  cluster.object = std::make_shared<const Object>(test::object(
      "{'kind': 'Cluster', 'status': {'resourceSummary': {'allocatable': {'pods': '1'}}}}"));
  CHECK(Capacity({cluster}).replicas(0, demand("")) == 110);
}

TEST_CASE("what is promised is taken from the totals") {
  Capacity capacity = capacity_of(small);
  capacity.promise(0, demand("{'cpu': '2', 'memory': '1Gi'}"), 3);
  CHECK(capacity.replicas(0, demand("{'cpu': '1'}")) == 2);
  CHECK(capacity.replicas(0, demand("{'memory': '1Gi'}")) == 13);
  CHECK(capacity.replicas(0, demand("")) == 107);
  capacity.promise(0, demand(""), 100);
  CHECK(capacity.replicas(0, demand("")) == 7);
  CHECK(capacity.replicas(0, demand("{'pods': '1'}")) == 7);
  capacity.promise(0, demand("{'cpu': '8'}"), 1);
  CHECK(capacity.replicas(0, demand("{'cpu': '1m'}")) == 0);
  CHECK(capacity.replicas(0, demand("{'memory': '1Gi'}")) == 6);
  capacity.promise(0, demand(""), 50);
  CHECK(capacity.replicas(0, demand("")) == 0);
}

TEST_CASE("promises of nothing, of the unknown and elsewhere take nothing") {
  Capacity capacity = capacity_of(small);
  capacity.promise(0, demand("{'cpu': '1'}"), 0);
  capacity.promise(0, demand("{'cpu': '1'}"), -5);
  capacity.promise(1, demand("{'cpu': '1'}"), 5);
  CHECK(capacity.replicas(0, demand("{'cpu': '1'}")) == 8);
  capacity.promise(0, demand("{'nobody/has': '1'}"), 10);
  CHECK(capacity.replicas(0, demand("")) == 100);
}

TEST_CASE("a copy keeps its own account") {
  const Capacity before = capacity_of(small);
  Capacity after = before;
  after.promise(0, demand("{'cpu': '1'}"), 5);
  CHECK(before.replicas(0, demand("{'cpu': '1'}")) == 8);
  CHECK(after.replicas(0, demand("{'cpu': '1'}")) == 3);
  after = before;
  CHECK(after.replicas(0, demand("{'cpu': '1'}")) == 8);
  Capacity none;
  Capacity copy = none;
  copy.promise(0, demand(""), 1);
  CHECK(copy.replicas(0, demand("")) == 0);
  CHECK(copy.sets(0, {}) == 0);
  std::vector<std::int64_t> all{1};
  copy.replicas(demand(""), all);
  CHECK(all.empty());
}

TEST_CASE("whole sets of components") {
  const Capacity capacity = capacity_of(small);
  const Demand half = demand("{'cpu': '500m', 'memory': '1Gi'}");
  const Demand one = demand("{'cpu': '1'}");
  CHECK(capacity.sets(0, {{1, half}, {2, one}}) == 3);          // 8 cores, 2.5 a set
  CHECK(capacity.sets(0, {{4, half}, {0, one}}) == 4);          // by cpu and by memory
  CHECK(capacity.sets(0, {{1, half}, {30, demand("")}}) == 3);  // by pods
  CHECK(capacity.sets(0, {{1, demand("{'c/d': '1'}")}}) == 0);
  CHECK(capacity.sets(0, {{1, one}, {8, one}}) == 0);
  CHECK(capacity.sets(0, {}) == 110);
  CHECK(capacity.sets(0, {{0, one}}) == 110);
  CHECK(capacity.sets(1, {{1, one}}) == 0);
  CHECK(capacity_of("null").sets(0, {{1, one}}) == 0);
}

TEST_CASE("amounts near int64 are computed exactly and never wrap") {
  std::mt19937_64 random(12);
  const auto amount = [&] {
    return std::max<std::int64_t>(1, static_cast<std::int64_t>((random() >> 1) >> (random() % 63)));
  };
  for (int round = 0; round < 5000; ++round) {
    const std::int64_t pods = amount();
    const std::int64_t memory = amount();
    Capacity capacity = bare(pods, memory);
    const Demand each{{{"memory", amount()}}, "", "", true};
    const Wide wanted = std::min<Wide>({pods, memory / each.resources[0].second, unlimited});
    REQUIRE(capacity.replicas(0, each) == wanted);

    const std::int64_t per_set = amount();
    const Wide taken = static_cast<Wide>(per_set) * each.resources[0].second;
    const Wide sets = std::min<Wide>({pods / per_set, memory / taken, unlimited});
    // A set of more than int64 counts as one of int64: both fit at most once.
    if (taken <= highest) REQUIRE(capacity.sets(0, {{per_set, each}}) == sets);
    if (taken > highest) REQUIRE(capacity.sets(0, {{per_set, each}}) <= 1);

    const std::int64_t promised = amount();
    capacity.promise(0, each, promised);
    const Wide left = memory - static_cast<Wide>(promised) * each.resources[0].second;
    const Wide slots = static_cast<Wide>(pods) - promised;
    const Wide rest = std::min<Wide>({slots, left / each.resources[0].second, unlimited});
    REQUIRE(capacity.replicas(0, each) == std::max<Wide>(rest, 0));
    capacity.promise(0, each, highest);
    capacity.promise(0, each, highest);
    REQUIRE(capacity.replicas(0, each) == 0);
    REQUIRE(capacity.sets(0, {{highest, each}, {highest, each}}) == 0);
  }
}
