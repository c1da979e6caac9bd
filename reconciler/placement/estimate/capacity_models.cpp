#include "reconciler/placement/estimate/capacity_models.h"

#include <algorithm>
#include <limits>

namespace flotilla::placement {

namespace {

constexpr std::int64_t pods_per_node = 110;

// A row: how many nodes, their free pod slots, then the resources.
constexpr std::size_t nodes_at = 0;
constexpr std::size_t pods_at = 1;
constexpr std::size_t resources_at = 2;

// More sets of several components than anybody runs; bounds the work for an absurd status.
constexpr std::int64_t most_sets = 100'000;

}  // namespace

ModelNodes::ModelNodes(std::vector<bool> modelled)
    : width_(resources_at + modelled.size()), modelled_(std::move(modelled)) {}

void ModelNodes::append(std::int64_t nodes, const std::vector<std::int64_t>& free) {
  if (nodes <= 0) return;
  rows_.push_back(nodes);
  rows_.push_back(pods_per_node);
  rows_.insert(rows_.end(), free.begin(), free.end());
}

bool ModelNodes::model(const Needs& needs) const {
  return std::ranges::all_of(needs, [&](const auto& need) { return modelled_[need.first]; });
}

std::int64_t ModelNodes::fit_on_node(std::size_t run, const Needs& needs) const {
  const std::int64_t* free = row(run);
  std::int64_t replicas = free[pods_at];
  for (const auto& [resource, amount] : needs) {
    const std::int64_t left = free[resources_at + resource];
    if (left < amount) return 0;
    replicas = std::min(replicas, left / amount);
  }
  return replicas;
}

std::int64_t ModelNodes::fit(const Needs& needs, std::int64_t limit) const {
  std::int64_t total = 0;
  for (std::size_t run = 0; run < runs(); ++run) {
    const std::int64_t each = fit_on_node(run, needs);
    const std::int64_t nodes = row(run)[nodes_at];
    if (each > (limit - total) / nodes) return limit;
    total += each * nodes;
  }
  return total;
}

std::int64_t ModelNodes::fit_sets(const std::vector<ComponentNeeds>& set,
                                  std::int64_t limit) const {
  if (set.size() == 1 && set[0].replicas > 0)
    return std::min(limit,
                    fit(set[0].each, std::numeric_limits<std::int64_t>::max()) / set[0].replicas);
  ModelNodes rest = *this;
  limit = std::min(limit, most_sets);
  for (std::int64_t sets = 0; sets < limit; ++sets)
    for (const ComponentNeeds& component : set)
      if (rest.place(component.each, component.replicas) < component.replicas) return sets;
  return limit;
}

std::int64_t ModelNodes::place(const Needs& needs, std::int64_t replicas) {
  if (model(needs)) return place_known(needs, replicas);
  Needs known;
  for (const auto& need : needs)
    if (modelled_[need.first]) known.push_back(need);
  return place_known(known, replicas);
}

std::int64_t ModelNodes::place_known(const Needs& needs, std::int64_t replicas) {
  const std::int64_t wanted = std::max<std::int64_t>(replicas, 0);
  replicas = wanted;
  for (std::size_t run = 0; run < runs() && replicas > 0; ++run) {
    const std::int64_t each = fit_on_node(run, needs);
    if (each == 0) continue;
    const std::int64_t filled = std::min(row(run)[nodes_at], replicas / each);
    if (filled > 0) {
      split(run, filled);
      take(run, needs, each);
      replicas -= filled * each;
      // The next run may be the rest of this one, and have room for what is left.
      if (merge_with_previous(run)) --run;
      continue;
    }
    split(run, 1);
    take(run, needs, replicas);
    merge_with_previous(run);
    replicas = 0;
  }
  return wanted - replicas;
}

// Leaves `nodes` in the run and moves the others into one behind it.
void ModelNodes::split(std::size_t run, std::int64_t nodes) {
  const std::int64_t others = row(run)[nodes_at] - nodes;
  if (others == 0) return;
  const std::vector<std::int64_t> copy(row(run), row(run) + width_);
  const auto behind = rows_.begin() + static_cast<std::ptrdiff_t>((run + 1) * width_);
  rows_.insert(behind, copy.begin(), copy.end());
  row(run)[nodes_at] = nodes;
  row(run + 1)[nodes_at] = others;
}

void ModelNodes::take(std::size_t run, const Needs& needs, std::int64_t replicas) {
  std::int64_t* free = row(run);
  free[pods_at] -= replicas;
  for (const auto& [resource, amount] : needs) free[resources_at + resource] -= amount * replicas;
}

bool ModelNodes::merge_with_previous(std::size_t run) {
  if (run == 0) return false;
  if (!std::equal(row(run) + pods_at, row(run) + width_, row(run - 1) + pods_at)) return false;
  std::int64_t nodes = 0;
  if (__builtin_add_overflow(row(run - 1)[nodes_at], row(run)[nodes_at], &nodes)) return false;
  row(run - 1)[nodes_at] = nodes;
  const auto begin = rows_.begin() + static_cast<std::ptrdiff_t>(run * width_);
  rows_.erase(begin, begin + static_cast<std::ptrdiff_t>(width_));
  return true;
}

}  // namespace flotilla::placement
