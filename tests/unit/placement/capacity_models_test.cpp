#include "reconciler/placement/estimate/capacity_models.h"

#include "tests/unit/placement/rooms.h"

#include <limits>
#include <random>

using namespace flotilla;
using namespace flotilla::placement;

namespace {

constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();
const std::string wide =
    "'allocatable': {'pods': '1000', 'cpu': '1000', 'memory': '10000Gi', "
    "'ephemeral-storage': '10Gi'}";

std::string with_models(const std::string& counts) {
  return "{" + wide + ", 'allocatableModelings': " + counts + "}";
}

// Node by node and replica by replica, as 12.2 tells it.
struct PlainNodes {
  struct Node {
    std::int64_t pods = 110;
    std::vector<std::int64_t> free;
  };
  std::vector<Node> nodes;

  std::int64_t place(const Needs& needs, std::int64_t replicas) {
    for (std::int64_t placed = 0; placed < replicas; ++placed)
      if (!place_one(needs)) return placed;
    return replicas;
  }
  bool place_one(const Needs& needs) {
    for (Node& node : nodes) {
      bool fits = node.pods > 0;
      for (const auto& [resource, amount] : needs) fits = fits && node.free[resource] >= amount;
      if (!fits) continue;
      --node.pods;
      for (const auto& [resource, amount] : needs) node.free[resource] -= amount;
      return true;
    }
    return false;
  }
  std::int64_t sets(const std::vector<ComponentNeeds>& set, std::int64_t limit) const {
    PlainNodes rest = *this;
    for (std::int64_t sets = 0; sets < limit; ++sets)
      for (const auto& [replicas, each] : set)
        if (rest.place(each, replicas) < replicas) return sets;
    return limit;
  }
};

}  // namespace

TEST_CASE("replicas by the default models") {
  const auto [counts, request, wanted] = GENERATE(table<const char*, const char*, std::int64_t>({
      // A node of grade 2 has 2 cores and 16Gi, one of grade 3 has 4 cores and 32Gi.
      {"[{'grade': 2, 'count': 3}]", "{'cpu': '1'}", 6},
      {"[{'grade': 2, 'count': 3}]", "{'cpu': '1500m'}", 3},
      {"[{'grade': 2, 'count': 3}]", "{'cpu': '3'}", 0},
      {"[{'grade': 2, 'count': 3}, {'grade': 3, 'count': 1}]", "{'cpu': '1500m'}", 5},
      {"[{'grade': 2, 'count': 3}, {'grade': 3, 'count': 1}]", "{'cpu': '3'}", 1},
      {"[{'grade': 2, 'count': 1}]", "{'cpu': '100m', 'memory': '5Gi'}", 3},
      {"[{'grade': 8, 'count': 1}]", "{'cpu': '64'}", 2},
      {"[{'grade': 8, 'count': 1}]", "{'memory': '512Gi'}", 2},
      // Never more than the pods of a node, or of the cluster.
      {"[{'grade': 8, 'count': 2}]", "{'cpu': '1m'}", 220},
      {"[{'grade': 8, 'count': 20}]", "{'cpu': '1m'}", 1000},
      // Nodes of grade 0 have no capacity, but room for pods that ask for none.
      {"[{'grade': 0, 'count': 5}]", "{'cpu': '1m'}", 0},
      {"[{'grade': 0, 'count': 5}]", "{}", 550},
      {"[{'grade': 0, 'count': 5}]", "{'cpu': '0'}", 550},
      {"[{'grade': 2}]", "{'cpu': '1'}", 0},
      {"[{'grade': 2, 'count': -4}]", "{'cpu': '1'}", 0},
      // What the models do not tell, the totals do.
      {"[{'grade': 2, 'count': 3}]", "{'cpu': '1', 'ephemeral-storage': '2Gi'}", 5},
      {"[{'grade': 9, 'count': 3}]", "{'cpu': '1'}", 1000},
      {"[]", "{'cpu': '1'}", 1000},
      {"null", "{'cpu': '1'}", 1000},
  }));
  INFO(counts << " " << request);
  CHECK(capacity_of(with_models(counts)).replicas(0, demand(request)) == wanted);
}

TEST_CASE("without requirements the models do not count") {
  CHECK(capacity_of(with_models("[{'grade': 2, 'count': 1}]")).replicas(0, demand("")) == 1000);
}

TEST_CASE("models of the cluster's own file") {
  const std::string spec =
      "{'resourceModels': [{'grade': 2, 'ranges': [{'name': 'cpu', 'min': '3', 'max': '100'}, "
      "{'name': 'a/b', 'min': '1', 'max': '2'}]}, {'grade': 1, 'ranges': [{'name': 'cpu', 'min': "
      "'1', 'max': '3'}, {'name': 'a/b', 'min': '0', 'max': '1'}]}]}";
  const Capacity capacity =
      capacity_of(with_models("[{'grade': 1, 'count': 7}, {'grade': 2, 'count': 2}]"), spec);
  CHECK(capacity.replicas(0, demand("{'cpu': '1'}")) == 6);  // the first grade begins at nothing
  CHECK(capacity.replicas(0, demand("{'cpu': '1', 'a/b': '1'}")) == 2);
  CHECK(capacity.replicas(0, demand("{'memory': '1Gi'}")) == 1000);
  CHECK(capacity_of(with_models("[{'grade': 3, 'count': 7}]"), spec)
            .replicas(0, demand("{'cpu': '1'}")) == 1000);
}

TEST_CASE("what is promised stands on the first nodes that have room") {
  Capacity capacity = capacity_of(with_models("[{'grade': 3, 'count': 2}]"));
  // 4 cores each: [3, 1] and [1] taken.
  capacity.promise(0, demand("{'cpu': '3'}"), 1);
  capacity.promise(0, demand("{'cpu': '1'}"), 2);
  CHECK(capacity.replicas(0, demand("{'cpu': '1'}")) == 3);
  CHECK(capacity.replicas(0, demand("{'cpu': '3'}")) == 1);
  CHECK(capacity.replicas(0, demand("{'cpu': '4'}")) == 0);
  CHECK(capacity.replicas(0, demand("{'cpu': '500m', 'memory': '32Gi'}")) == 1);
  CHECK(capacity.replicas(0, demand("{'cpu': '500m', 'memory': '33Gi'}")) == 0);
  // A promise that the models cannot place whole takes what they know of it.
  capacity.promise(0, demand("{'cpu': '3', 'ephemeral-storage': '1Gi'}"), 5);
  CHECK(capacity.replicas(0, demand("{'cpu': '1m'}")) == 0);
}

TEST_CASE("whole sets are placed on the nodes of the models") {
  // Totals would give more: 4 cores a node, sets of 3 + 2 cores.
  const Capacity capacity = capacity_of(with_models("[{'grade': 3, 'count': 4}]"));
  const std::vector<ComponentDemand> set{{1, demand("{'cpu': '3'}")}, {1, demand("{'cpu': '2'}")}};
  CHECK(capacity.sets(0, set) == 2);
  CHECK(capacity.sets(0, {{3, demand("{'cpu': '1'}")}}) == 5);
  CHECK(capacity.sets(0, {{1, demand("{'cpu': '5'}")}, {1, demand("{'cpu': '1'}")}}) == 0);
}

TEST_CASE("runs of nodes answer as node by node would") {
  std::mt19937 random(20261121);
  const auto pick = [&](std::int64_t from, std::int64_t to) {
    return from + static_cast<std::int64_t>(random() % static_cast<unsigned>(to - from + 1));
  };
  const auto needs = [&] {
    Needs made;
    for (std::size_t resource = 0; resource < 2; ++resource)
      if (pick(0, 3) > 0) made.emplace_back(resource, pick(1, 9));
    return made;
  };
  for (int round = 0; round < 2000; ++round) {
    ModelNodes runs({true, true});
    PlainNodes plain;
    for (std::int64_t grade = pick(1, 4); grade > 0; --grade) {
      const std::int64_t nodes = pick(0, 5);
      const std::vector<std::int64_t> free{pick(0, 20), pick(0, 20)};
      runs.append(nodes, free);
      for (std::int64_t i = 0; i < nodes; ++i) plain.nodes.push_back({110, free});
    }
    for (std::int64_t step = pick(1, 8); step > 0; --step) {
      const Needs wanted = needs();
      REQUIRE(runs.fit(wanted, highest) == PlainNodes(plain).place(wanted, 10000));
      const std::vector<ComponentNeeds> set{{pick(0, 3), needs()}, {pick(1, 3), needs()}};
      REQUIRE(runs.fit_sets(set, 50) == plain.sets(set, 50));
      const std::int64_t replicas = pick(0, 12);
      REQUIRE(runs.place(wanted, replicas) == plain.place(wanted, replicas));
    }
  }
}

TEST_CASE("no overflow with nodes and amounts near int64") {
  ModelNodes nodes({true});
  nodes.append(highest, {highest});
  nodes.append(highest, {1});
  CHECK(nodes.fit({{0, 1}}, highest) == highest);
  CHECK(nodes.fit({{0, highest}}, highest) == highest);
  CHECK(nodes.fit({{0, 1}}, 7) == 7);
  CHECK(nodes.place({{0, highest}}, highest) == highest);
  CHECK(nodes.fit({{0, highest}}, highest) == 0);
  CHECK(nodes.place({{0, 1}}, highest) == highest);
  CHECK(nodes.fit({{0, 1}}, highest) == 0);
  CHECK(nodes.place({}, -1) == 0);
}

TEST_CASE("an absurd number of nodes does not take for ever") {
  ModelNodes nodes({true});
  nodes.append(highest, {1000});
  CHECK(nodes.fit_sets({{1, {{0, 1}}}, {1, {{0, 2}}}}, unlimited) == 100'000);
}
