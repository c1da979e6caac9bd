#include "reconciler/placement/scheduling/groups.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>
#include <random>
#include <string>

using namespace flotilla::placement;

namespace {

std::int64_t score(const std::vector<std::int64_t>& available, std::int64_t each,
                   const Wanted& wanted) {
  std::vector<Feasible> candidates;
  std::vector<std::size_t> members;
  for (const std::int64_t room : available) {
    members.push_back(candidates.size());
    candidates.push_back({candidates.size(), 0, each, room, 0});
  }
  return group_score(candidates, members, wanted);
}

struct Row {
  std::string name;
  std::int64_t value;
  std::int64_t weight;
};

using Rows = std::vector<Row>;

std::vector<GroupWeight> weights(const Rows& rows) {
  std::vector<std::string> order;
  for (const Row& row : rows) order.push_back(row.name);
  std::sort(order.begin(), order.end());
  std::vector<GroupWeight> groups;
  for (const Row& row : rows) {
    const auto place = std::find(order.begin(), order.end(), row.name) - order.begin();
    groups.push_back({static_cast<std::size_t>(place), row.value, row.weight});
  }
  return groups;
}

std::string chosen(const Rows& rows, Bounds bounds, std::int64_t target) {
  const auto choice = choose_groups(weights(rows), bounds, target);
  if (!choice) return "none";
  std::string text;
  for (const std::size_t i : *choice) text += (text.empty() ? "" : ",") + rows[i].name;
  return text;
}

using Path = std::vector<GroupWeight>;

bool is_better(const GroupWeight& a, const GroupWeight& b) {
  return a.weight != b.weight ? a.weight > b.weight : a.name < b.name;
}

struct Recorded {
  Path path;
  std::int64_t weight = 0;
  std::int64_t value = 0;
};

// The depth-first search as it is written down.
std::vector<Recorded> all_paths(Path groups, Bounds bounds, std::int64_t target) {
  std::sort(groups.begin(), groups.end(), [](const GroupWeight& a, const GroupWeight& b) {
    return a.value != b.value ? a.value < b.value : is_better(a, b);
  });
  std::vector<Recorded> paths;
  Path path;
  const std::function<void(std::int64_t, std::size_t)> search = [&](std::int64_t sum,
                                                                    std::size_t begin) {
    const auto length = static_cast<std::int64_t>(path.size());
    if (sum >= target && length >= bounds.min && length <= bounds.max) {
      Recorded recorded{path, 0, 0};
      std::sort(recorded.path.begin(), recorded.path.end(), is_better);
      for (const GroupWeight& group : path) {
        recorded.weight += group.weight;
        recorded.value += group.value;
      }
      paths.push_back(recorded);
      return;
    }
    if (length >= bounds.max) return;
    for (std::size_t i = begin; i < groups.size(); ++i) {
      path.push_back(groups[i]);
      search(sum + groups[i].value, i + 1);
      path.pop_back();
      if (static_cast<std::int64_t>(groups.size()) == bounds.min) break;
    }
  };
  search(0, 0);
  return paths;
}

std::vector<std::size_t> names(const Path& path) {
  std::vector<std::size_t> list;
  for (const GroupWeight& group : path) list.push_back(group.name);
  return list;
}

std::optional<std::vector<std::size_t>> chosen_naively(const Path& groups, Bounds bounds,
                                                       std::int64_t target) {
  std::vector<Recorded> paths = all_paths(groups, bounds, target);
  if (paths.empty()) return std::nullopt;
  std::stable_sort(paths.begin(), paths.end(), [](const Recorded& a, const Recorded& b) {
    return a.weight != b.weight ? a.weight > b.weight : a.value > b.value;
  });
  std::vector<std::size_t> choice = names(paths.front().path);
  for (const Recorded& other : paths) {
    const std::vector<std::size_t> list = names(other.path);
    if (list.size() < choice.size() && std::equal(list.begin(), list.end(), choice.begin()))
      choice = list;
  }
  return choice;
}

}  // namespace

TEST_CASE("a minimum of groups that no fleet has is no overflow") {
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  CHECK(score({5}, 100, {true, 7, most, 1}) == 1100);
}

TEST_CASE("group scores") {
  const auto [available, each, wanted, score_wanted] =
      GENERATE(table<std::vector<std::int64_t>, std::int64_t, Wanted, std::int64_t>({
          {{60, 70, 40, 30, 10}, 100, {false, 50, 1, 1}, 2100},
          {{60, 60, 60, 60}, 0, {false, 50, 1, 1}, 4000},
          {{40, 40}, 100, {false, 50, 1, 1}, 0},
          {{10, 10, 10, 10, 5}, 100, {true, 100, 2, 1}, 45100},
          {{40, 30, 10, 10}, 0, {true, 100, 2, 1}, 50000},
          {{40, 40, 10, 10, 5}, 100, {true, 100, 2, 1}, 50100},
          // At least cluster.min clusters are walked, though the first has room for all.
          {{100, 0, 0}, 100, {true, 100, 1, 3}, 100100},
          // Shares are rounded up: 7 over 2 groups is 4 each.
          {{3}, 0, {true, 7, 2, 1}, 3000},
          {{4}, 0, {true, 7, 2, 1}, 4000},
          {{9}, 0, {true, 7, 2, 1}, 4000},
      }));
  CHECK(score(available, each, wanted) == score_wanted);
}

TEST_CASE("scores are averaged over the clusters that were taken") {
  const std::vector<Feasible> candidates = {{0, 0, 100, 50, 0}, {1, 0, 0, 10, 0}, {2, 0, 0, 10, 0}};
  CHECK(group_score(candidates, {0, 1, 2}, {true, 50, 1, 1}) == 50100);
  CHECK(group_score(candidates, {0, 1, 2}, {true, 60, 1, 1}) == 60050);
  CHECK(group_score(candidates, {0, 1, 2}, {true, 80, 1, 1}) == 70033);
  CHECK(group_score(candidates, {0, 1, 2}, {false, 10, 1, 1}) == 3033);
  // As many clusters as there are groups wanted, though the first has room for the part.
  CHECK(group_score(candidates, {0, 1, 2}, {true, 50, 3, 1}) == 17033);
}

TEST_CASE("groups are chosen by weight") {
  const auto [rows, min, max, target, wanted] = GENERATE(table<Rows, std::int64_t, std::int64_t,
                                                               std::int64_t, std::string>({
      {{{"R1", 1, 80}, {"R3", 1, 80}, {"R2", 1, 60}, {"R5", 2, 60}, {"R4", 5, 50}, {"R6", 3, 50}},
       1,
       3,
       10,
       "R5,R4,R6"},
      {{{"R1", 1, 80}, {"R2", 4, 40}, {"R3", 1, 30}, {"R4", 3, 30}, {"R5", 3, 20}, {"R6", 5, 10}},
       2,
       6,
       5,
       "R1,R2"},
      {{{"R1", 1, 60}, {"R2", 1, 50}, {"R3", 1, 40}, {"R4", 3, 30}, {"R5", 3, 20}, {"R6", 3, 10}},
       1,
       3,
       6,
       "R1,R4,R5"},
      {{{"R1", 1, 60}, {"R2", 2, 50}, {"R3", 3, 40}, {"R4", 4, 30}}, 1, 2, 5, "R1,R4"},
      {{{"R4", 1, 60}, {"R3", 3, 50}, {"R1", 3, 40}, {"R2", 4, 30}}, 1, 2, 5, "R3,R1"},
      {{{"R1", 1, 10}, {"R2", 1, 20}}, 2, 2, 1, "R2,R1"},
      {{{"R1", 1, 10}, {"R2", 1, 20}}, 1, 1, 1, "R2"},
      {{{"R1", 1, 10}, {"R2", 1, 10}}, 1, 1, 1, "R1"},
      {{{"R1", 1, 10}, {"R2", 1, 20}}, 1, 0, 1, "none"},
      {{{"R1", 1, 10}, {"R2", 1, 20}}, 1, 2, 3, "none"},
      {{{"R1", 1, 10}, {"R2", 1, 20}}, 1, 1, 2, "none"},
      {{{"R1", 1, 10}}, 2, 3, 1, "none"},
      {{}, 1, 3, 1, "none"},
  }));
  CHECK(chosen(rows, {min, max}, target) == wanted);
}

TEST_CASE("the choice is the one of the depth-first search") {
  std::mt19937 random(20260302);
  const auto between = [&](std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random);
  };
  for (int round = 0; round < 6000; ++round) {
    std::vector<GroupWeight> groups(static_cast<std::size_t>(between(1, 9)));
    std::vector<std::size_t> order(groups.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::shuffle(order.begin(), order.end(), random);
    for (std::size_t i = 0; i < groups.size(); ++i)
      groups[i] = {order[i], between(1, 5), between(0, round % 2 == 0 ? 4 : 100)};
    const auto size = static_cast<std::int64_t>(groups.size());
    Bounds bounds;
    bounds.min = between(1, size);
    bounds.max = between(0, 6) == 0 ? bounds.max : between(bounds.min, size + 1);
    const std::int64_t target = between(1, 15);

    const auto wanted = chosen_naively(groups, bounds, target);
    const auto choice = choose_groups(groups, bounds, target);
    INFO("round " << round << ": " << size << " groups, " << bounds.min << ".." << bounds.max
                  << ", target " << target);
    REQUIRE(choice.has_value() == wanted.has_value());
    if (!choice) continue;
    std::vector<std::size_t> list;
    for (const std::size_t i : *choice) list.push_back(groups[i].name);
    REQUIRE(list == *wanted);
  }
}

TEST_CASE("a hundred groups are no matter of days") {
  std::vector<GroupWeight> groups;
  for (std::size_t i = 0; i < 100; ++i) groups.push_back({i, 1, static_cast<std::int64_t>(i % 7)});
  const auto choice = choose_groups(groups, {2, 50}, 50);
  REQUIRE(choice);
  CHECK(choice->size() == 50);
  CHECK(groups[choice->front()].weight == 6);
}
