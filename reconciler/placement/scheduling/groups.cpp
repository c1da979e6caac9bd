#include "reconciler/placement/scheduling/groups.h"

#include "reconciler/placement/estimate/capacity_arithmetic.h"

#include <algorithm>
#include <numeric>

namespace flotilla::placement {

namespace {

constexpr std::int64_t score_unit = 1000;

std::int64_t duplicated_score(const std::vector<Feasible>& candidates,
                              const std::vector<std::size_t>& members, std::int64_t replicas) {
  std::int64_t enough = 0;
  std::int64_t scores = 0;
  for (const std::size_t member : members) {
    if (candidates[member].available() < replicas) continue;
    ++enough;
    scores += candidates[member].score;
  }
  return enough == 0 ? 0 : enough * score_unit + scores / enough;
}

std::int64_t divided_score(const std::vector<Feasible>& candidates,
                           const std::vector<std::size_t>& members, const Wanted& wanted) {
  const std::int64_t target = sum(wanted.replicas, wanted.min_groups - 1) / wanted.min_groups;
  const std::int64_t least = std::max(wanted.min_clusters, wanted.min_groups);
  std::int64_t taken = 0;
  std::int64_t available = 0;
  std::int64_t scores = 0;
  for (const std::size_t member : members) {
    ++taken;
    available += candidates[member].available();
    scores += candidates[member].score;
    if (taken >= least && available >= target) break;
  }
  return std::min(available, target) * score_unit + scores / taken;
}

// The search for the best combination. Groups are taken in the order of the depth-first search. A
// combination counts as soon as it is long enough and has `target` clusters, and is not extended
// then; so whether a partial one can still be completed, and how well, depends on the next group,
// its length and its clusters alone.
class Search {
 public:
  Search(const std::vector<GroupWeight>& groups, Bounds bounds, std::int64_t target)
      : groups_(groups), bounds_(bounds), target_(std::max<std::int64_t>(target, 0)) {
    order_.resize(groups.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      if (groups[a].value != groups[b].value) return groups[a].value < groups[b].value;
      return is_better(a, b);
    });
    // A combination that still needs more groups is shorter than this.
    longest_ = std::min(
        {bounds.max, static_cast<std::int64_t>(groups.size()), std::max(bounds.min, target_)});
  }

  std::optional<std::vector<std::size_t>> best() {
    std::int64_t all = 0;
    for (const GroupWeight& group : groups_) all += group.value;
    if (all < target_ || longest_ < 1 || bounds_.max < bounds_.min) return std::nullopt;
    fill();
    if (!ahead_[cell(0, 0)].possible) return std::nullopt;
    std::vector<std::size_t> path = trail();
    std::sort(path.begin(), path.end(),
              [&](std::size_t a, std::size_t b) { return is_better(order_[a], order_[b]); });
    shorten(path);
    for (std::size_t& place : path) place = order_[place];
    return path;
  }

 private:
  // The best way to complete a combination.
  struct Rest {
    bool possible = false;
    std::int64_t weight = 0;
    std::int64_t value = 0;

    bool operator<(const Rest& other) const {
      if (possible != other.possible) return other.possible;
      return weight != other.weight ? weight < other.weight : value < other.value;
    }
  };

  bool is_better(std::size_t a, std::size_t b) const {
    if (groups_[a].weight != groups_[b].weight) return groups_[a].weight > groups_[b].weight;
    return groups_[a].name < groups_[b].name;
  }

  const GroupWeight& at(std::size_t place) const { return groups_[order_[place]]; }
  std::size_t cell(std::int64_t length, std::int64_t sum) const {
    return static_cast<std::size_t>(length * (target_ + 1) + sum);
  }
  bool is_complete(std::int64_t length, std::int64_t sum) const {
    return length >= bounds_.min && sum >= target_;
  }

  Rest taking(std::size_t place, std::int64_t length, std::int64_t sum) const {
    const GroupWeight& group = at(place);
    const std::int64_t total = std::min(sum + group.value, target_);
    Rest rest{true, 0, 0};
    if (!is_complete(length + 1, total)) {
      if (length + 1 >= longest_) return {};
      rest = ahead_[cell(length + 1, total)];
    }
    rest.weight += group.weight;
    rest.value += group.value;
    return rest;
  }

  // From the last group to the first; of equal combinations the one found first by a depth-first
  // search, which tries to take a group before it leaves it out.
  void fill() {
    const std::size_t cells = cell(longest_, 0);
    ahead_.assign(cells, {});
    takes_.assign(groups_.size() * cells, 0);
    for (std::size_t place = groups_.size(); place-- > 0;) {
      // Cells of longer combinations are read before they are overwritten: shortest first.
      for (std::int64_t length = 0; length < longest_; ++length) {
        for (std::int64_t sum = 0; sum <= target_; ++sum) {
          if (is_complete(length, sum)) continue;
          const Rest take = taking(place, length, sum);
          if (!take.possible || take < ahead_[cell(length, sum)]) continue;
          ahead_[cell(length, sum)] = take;
          takes_[place * cells + cell(length, sum)] = 1;
        }
      }
    }
  }

  std::vector<std::size_t> trail() const {
    std::vector<std::size_t> path;
    const std::size_t cells = cell(longest_, 0);
    std::int64_t length = 0;
    std::int64_t sum = 0;
    for (std::size_t place = 0; !is_complete(length, sum); ++place) {
      if (takes_[place * cells + cell(length, sum)] == 0) continue;
      path.push_back(place);
      ++length;
      sum = std::min(sum + at(place).value, target_);
    }
    return path;
  }

  // Karmada goes over to a combination that is the beginning of the chosen one as long as there is
  // one, so the shortest beginning that the search would have recorded stays.
  void shorten(std::vector<std::size_t>& path) const {
    std::int64_t sum = 0;
    std::size_t last = 0;
    for (std::size_t length = 1; length < path.size(); ++length) {
      sum += at(path[length - 1]).value;
      last = std::max(last, path[length - 1]);
      const auto count = static_cast<std::int64_t>(length);
      if (!is_complete(count, sum) || is_complete(count - 1, sum - at(last).value)) continue;
      path.resize(length);
      return;
    }
  }

  const std::vector<GroupWeight>& groups_;
  Bounds bounds_;
  std::int64_t target_;
  std::int64_t longest_ = 0;
  std::vector<std::size_t> order_;
  std::vector<Rest> ahead_;
  std::vector<char> takes_;
};

}  // namespace

std::int64_t group_score(const std::vector<Feasible>& candidates,
                         const std::vector<std::size_t>& members, const Wanted& wanted) {
  return wanted.divided ? divided_score(candidates, members, wanted)
                        : duplicated_score(candidates, members, wanted.replicas);
}

std::optional<std::vector<std::size_t>> choose_groups(const std::vector<GroupWeight>& groups,
                                                      Bounds bounds, std::int64_t target) {
  return Search(groups, bounds, target).best();
}

}  // namespace flotilla::placement
