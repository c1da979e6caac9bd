#include "reconciler/placement/scheduling/assign.h"

#include <algorithm>
#include <iterator>

namespace flotilla::placement {

namespace {

using Assignment = std::vector<Assigned>;

tl::unexpected<Unplaced> not_assigned(std::string_view reason, const std::string& what) {
  return unplaced(reason, "failed to assign replicas: " + what);
}

std::string shortage(const std::string& sum) {
  return "Clusters available replicas" + sum + " are not enough to schedule.";
}

std::int64_t sum_of(const Assignment& assignment) {
  std::int64_t sum = 0;
  for (const Assigned& entry : assignment) sum += entry.replicas;
  return sum;
}

void sort_by_replicas(Assignment& assignment) {
  std::stable_sort(assignment.begin(), assignment.end(),
                   [](const Assigned& a, const Assigned& b) { return a.replicas > b.replicas; });
}

void trace_mode(const Call& call, const std::string& mode) {
  if (Trace* trace = call.trace()) trace->mode = mode;
}

// Webster over the entries, whose replicas are the weights; those that get nothing are left out.
Assignment share(const Call& call, std::int64_t total, const Assignment& weights) {
  std::vector<Seat> seats;
  seats.reserve(weights.size());
  for (const Assigned& entry : weights) {
    seats.push_back({entry.cluster, entry.replicas, 0});
    if (Trace* trace = call.trace()) trace->clusters[entry.cluster].weight = entry.replicas;
  }
  divide_seats(total, call.ties, seats);
  Assignment result;
  result.reserve(seats.size());
  for (const Seat& seat : seats)
    if (seat.seats > 0) result.push_back({seat.name, seat.seats});
  return result;
}

Assignment duplicated(const Call& call, const std::vector<Feasible>& selected) {
  trace_mode(call, "Duplicated");
  Assignment result;
  result.reserve(selected.size());
  for (const Feasible& cluster : selected)
    result.push_back({cluster.cluster, call.subject().replicas});
  return result;
}

Assignment by_static_weight(const Call& call, const std::vector<Feasible>& selected) {
  trace_mode(call, "StaticWeight");
  Assignment weights;
  weights.reserve(selected.size());
  for (const Feasible& cluster : selected)
    weights.push_back({cluster.cluster, call.rules->weights[cluster.cluster]});
  const bool any = std::any_of(weights.begin(), weights.end(),
                               [](const Assigned& entry) { return entry.replicas > 0; });
  if (!any)
    for (Assigned& entry : weights) entry.replicas = 1;
  return share(call, call.subject().replicas, weights);
}

// ---- dynamic division

// Division by room over some candidates, which are all of them or one overflow tier.
class Dynamic {
 public:
  Dynamic(const Call& call, const std::vector<Feasible>& candidates, std::int64_t replicas)
      : call_(call), candidates_(candidates), replicas_(replicas) {
    std::vector<char> is_candidate(call.fleet->size());
    for (const Feasible& candidate : candidates) is_candidate[candidate.cluster] = 1;
    for (const std::size_t target : call.targets)
      if (is_candidate[target]) previous_.push_back({target, call.held[target]});
    assigned_ = sum_of(previous_);
  }

  Placed<Assignment> divide() const {
    if (call_.fresh) return fresh();
    if (assigned_ > replicas_) return scale_down();
    if (assigned_ < replicas_) return scale_up();
    trace("Steady unchanged");
    return previous_;
  }

 private:
  bool is_aggregated() const {
    return call_.placement().replicas->division == Division::aggregated;
  }
  void trace(const std::string& mode) const {
    trace_mode(call_, (is_aggregated() ? "Aggregated " : "DynamicWeight ") + mode);
  }

  Placed<Assignment> fresh() const {
    trace("Fresh");
    Assignment available;
    available.reserve(candidates_.size());
    for (const Feasible& candidate : candidates_)
      available.push_back({candidate.cluster, candidate.available()});
    return divide_by_room("", replicas_, std::move(available));
  }

  Placed<Assignment> scale_down() const {
    trace("Steady scale down");
    return divide_by_room("failed to scale down: ", replicas_, previous_);
  }

  Placed<Assignment> scale_up() const {
    trace("Steady scale up");
    Assignment available;
    available.reserve(candidates_.size());
    for (const Feasible& candidate : candidates_)
      available.push_back({candidate.cluster, candidate.room});
    auto added =
        divide_by_room("failed to scale up: ", replicas_ - assigned_, std::move(available));
    if (!added) return added;
    return merged(std::move(*added));
  }

  Placed<Assignment> divide_by_room(const char* doing, std::int64_t target,
                                    Assignment available) const {
    const std::int64_t sum = sum_of(available);
    if (sum < target)
      return not_assigned(unschedulable, doing + shortage(" " + std::to_string(sum)));
    sort_by_replicas(available);
    if (is_aggregated()) keep_fewest(target, available);
    return share(call_, target, available);
  }

  // As few clusters as possible: first those that have replicas already, then the roomiest.
  void keep_fewest(std::int64_t target, Assignment& available) const {
    std::stable_partition(available.begin(), available.end(),
                          [&](const Assigned& entry) { return call_.held[entry.cluster] > 0; });
    std::size_t count = 0;
    for (std::int64_t sum = 0; sum < target && count < available.size(); ++count)
      sum += available[count].replicas;
    available.resize(count);
  }

  Assignment merged(Assignment added) const {
    std::vector<std::int64_t> more(call_.fleet->size());
    for (const Assigned& entry : added) more[entry.cluster] = entry.replicas;
    Assignment result = previous_;
    for (Assigned& entry : result) entry.replicas += std::exchange(more[entry.cluster], 0);
    for (const Assigned& entry : added)
      if (more[entry.cluster] > 0) result.push_back(entry);
    return result;
  }

  const Call& call_;
  const std::vector<Feasible>& candidates_;
  std::int64_t replicas_;
  Assignment previous_;
  std::int64_t assigned_ = 0;
};

Placed<Assignment> assign_by_strategy(const Call& call, const std::vector<Feasible>& selected,
                                      std::int64_t replicas) {
  if (!call.is_divided()) return duplicated(call, selected);
  if (!call.is_dynamic()) return by_static_weight(call, selected);
  return Dynamic(call, selected, replicas).divide();
}

// Fills the clusters of the term itself first, then those of its overflow terms one after another.
Placed<Assignment> assign_by_tier(const Call& call, const std::vector<Feasible>& selected) {
  std::vector<Feasible> rest = selected;
  std::stable_sort(rest.begin(), rest.end(),
                   [](const Feasible& a, const Feasible& b) { return a.tier < b.tier; });
  std::int64_t remaining = call.subject().replicas;
  Assignment result;
  for (auto begin = rest.begin(); begin != rest.end() && remaining > 0;) {
    const auto end = std::find_if(
        begin, rest.end(), [&](const Feasible& cluster) { return cluster.tier != begin->tier; });
    const std::vector<Feasible> tier(begin, end);
    std::int64_t room = 0;
    for (const Feasible& cluster : tier) room += cluster.available();
    const std::int64_t replicas = std::min(remaining, room);
    Placed<Assignment> assignment = assign_by_strategy(call, tier, replicas);
    if (!assignment) return assignment;
    result.insert(result.end(), assignment->begin(), assignment->end());
    remaining -= replicas;
    begin = end;
  }
  if (remaining > 0) return not_assigned(unschedulable, shortage(""));
  return result;
}

bool has_tiers(const Call& call, bool term_overflows) {
  return term_overflows && call.is_dynamic();
}

}  // namespace

bool division_needs_room(const Call& call, const std::vector<Feasible>& candidates,
                         bool term_overflows) {
  if (!call.assigns || !call.is_dynamic()) return false;
  if (call.fresh || has_tiers(call, term_overflows)) return true;
  std::int64_t held = 0;
  for (const Feasible& candidate : candidates) held += candidate.held;
  return held < call.subject().replicas;
}

Placed<std::vector<Assigned>> assign_replicas(const Call& call,
                                              const std::vector<Feasible>& selected,
                                              bool term_overflows) {
  Placed<Assignment> result = has_tiers(call, term_overflows)
                                  ? assign_by_tier(call, selected)
                                  : assign_by_strategy(call, selected, call.subject().replicas);
  if (!result) return result;
  std::erase_if(*result, [](const Assigned& entry) { return entry.replicas <= 0; });
  return result;
}

}  // namespace flotilla::placement
