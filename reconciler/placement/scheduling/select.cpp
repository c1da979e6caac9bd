#include "reconciler/placement/scheduling/select.h"

#include "reconciler/placement/scheduling/groups.h"

#include <algorithm>
#include <iterator>

namespace flotilla::placement {

namespace {

using Clusters = std::vector<Feasible>;

tl::unexpected<Unplaced> not_selected(const std::string& what) {
  return unplaced(scheduler_error, "failed to select clusters: " + what);
}

// ---- by cluster

std::int64_t available(const Clusters& candidates, std::size_t count) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += candidates[i].available();
  return sum;
}

// The first of the candidates from `begin` on that has the most room, if that is more than
// `than`; else the end.
std::size_t roomier(const Clusters& candidates, std::size_t begin, std::int64_t than) {
  std::size_t best = candidates.size();
  for (std::size_t i = begin; i < candidates.size(); ++i) {
    if (candidates[i].available() <= than) continue;
    than = candidates[i].available();
    best = i;
  }
  return best;
}

Placed<Clusters> select_by_cluster(const Call& call, Clusters candidates) {
  const Bounds& bounds = call.rules->spread.clusters;
  const auto total = static_cast<std::int64_t>(candidates.size());
  if (total < bounds.min)
    return not_selected("the number of feasible clusters is less than spreadConstraint.MinGroups");
  const auto count = static_cast<std::size_t>(std::min(total, bounds.max));
  if (call.is_divided()) {
    std::int64_t sum = available(candidates, count);
    for (std::size_t i = count; i-- > 0 && sum < call.need;) {
      const std::size_t other = roomier(candidates, count, candidates[i].available());
      if (other == candidates.size()) continue;
      sum += candidates[other].available() - candidates[i].available();
      std::swap(candidates[i], candidates[other]);
    }
    if (sum < call.need)
      return not_selected("no enough resource when selecting " + std::to_string(count) +
                          " clusters");
  }
  candidates.resize(count);
  return candidates;
}

// ---- by group

std::vector<Group> group_candidates(const Spread& spread, const Clusters& candidates) {
  std::vector<Group> all(spread.names.size());
  for (std::size_t i = 0; i < candidates.size(); ++i)
    for (const std::size_t group : spread.of[candidates[i].cluster])
      all[group].members.push_back(i);
  std::vector<Group> groups;
  for (std::size_t name = 0; name < all.size(); ++name) {
    if (all[name].members.empty()) continue;
    all[name].name = name;
    groups.push_back(std::move(all[name]));
  }
  return groups;
}

void score(const Call& call, const Clusters& candidates, std::vector<Group>& groups) {
  const Spread& spread = call.rules->spread;
  const Wanted wanted{call.is_divided(), call.need, spread.groups.min, spread.clusters.min};
  for (Group& group : groups) group.score = group_score(candidates, group.members, wanted);
}

std::vector<GroupWeight> weights_of(const std::vector<Group>& groups) {
  std::vector<GroupWeight> weights;
  weights.reserve(groups.size());
  for (const Group& group : groups)
    weights.push_back({group.name, static_cast<std::int64_t>(group.members.size()), group.score});
  return weights;
}

void trace_groups(Trace* trace, const Call& call, const Clusters& candidates,
                  const std::vector<Group>& groups, const std::vector<std::size_t>& chosen) {
  if (trace == nullptr) return;
  std::vector<std::size_t> order = chosen;
  for (std::size_t i = 0; i < groups.size(); ++i)
    if (std::find(chosen.begin(), chosen.end(), i) == chosen.end()) order.push_back(i);
  std::stable_sort(order.begin() + static_cast<std::ptrdiff_t>(chosen.size()), order.end(),
                   [&](std::size_t a, std::size_t b) { return groups[a].score > groups[b].score; });
  trace->groups.clear();
  for (const std::size_t i : order) {
    Trace::Group& group = trace->groups.emplace_back();
    group.name = call.rules->spread.names[groups[i].name];
    group.score = groups[i].score;
    group.selected = trace->groups.size() <= chosen.size();
    for (const std::size_t member : groups[i].members) {
      Trace::Cluster& cluster = trace->clusters[candidates[member].cluster];
      group.clusters.push_back(cluster.name);
      if (cluster.group.empty()) cluster.group = group.name;  // a chosen zone comes first
    }
  }
}

// The best cluster of every chosen group, then the best others, up to the maximum of clusters.
Clusters clusters_of(const std::vector<Group>& groups, const std::vector<std::size_t>& chosen,
                     const Clusters& candidates, std::int64_t max) {
  enum : char { outside, in_pool, taken };
  std::vector<char> state(candidates.size(), outside);
  Clusters result;
  std::int64_t total = 0;
  for (const std::size_t i : chosen)
    for (const std::size_t member : groups[i].members) {
      if (state[member] == outside) ++total;
      state[member] = in_pool;
    }
  for (const std::size_t i : chosen)
    for (const std::size_t member : groups[i].members) {
      if (state[member] == taken) continue;  // by another of its zones
      state[member] = taken;
      result.push_back(candidates[member]);
      break;
    }
  const auto count = static_cast<std::size_t>(std::min(total, max));
  for (std::size_t i = 0; i < candidates.size() && result.size() < count; ++i)
    if (state[i] == in_pool) result.push_back(candidates[i]);
  return result;
}

Placed<Clusters> select_by_group(const Call& call, const Clusters& candidates) {
  const Spread& spread = call.rules->spread;
  std::vector<Group> groups = group_candidates(spread, candidates);
  score(call, candidates, groups);
  trace_groups(call.trace(), call, candidates, groups, {});
  if (static_cast<std::int64_t>(groups.size()) < spread.groups.min)
    return not_selected("the number of feasible " + spread.field +
                        " is less than spreadConstraint.MinGroups");
  const std::string too_few =
      "the number of clusters is less than the cluster spreadConstraint.MinGroups";
  const auto chosen = choose_groups(weights_of(groups), spread.groups, spread.clusters.min);
  if (!chosen) return not_selected(too_few);
  trace_groups(call.trace(), call, candidates, groups, *chosen);
  Clusters result = clusters_of(groups, *chosen, candidates, spread.clusters.max);
  // Only where clusters stand in several zones and were counted in each of them.
  if (spread.field == "zone" && static_cast<std::int64_t>(result.size()) < spread.clusters.min)
    return not_selected(too_few);
  return result;
}

}  // namespace

bool selection_needs_room(const Call& call) {
  const Selection selection = call.rules->spread.selection;
  return selection == Selection::by_cluster || selection == Selection::by_group;
}

Placed<std::vector<Feasible>> select_clusters(const Call& call, std::vector<Feasible> candidates) {
  const Selection selection = call.rules->spread.selection;
  if (selection == Selection::unsupported)
    return not_selected("just support cluster and region spread constraint");
  if (selection == Selection::by_cluster) return select_by_cluster(call, std::move(candidates));
  if (selection == Selection::by_group) return select_by_group(call, candidates);
  return candidates;
}

}  // namespace flotilla::placement
