#include "reconciler/placement/scheduler.h"

#include "reconciler/placement/scheduling/assign.h"
#include "reconciler/placement/scheduling/call.h"
#include "reconciler/placement/scheduling/companions.h"
#include "reconciler/placement/scheduling/filter.h"
#include "reconciler/placement/scheduling/needed.h"
#include "reconciler/placement/scheduling/select.h"
#include "reconciler/placement/scheduling/tracing.h"

#include <algorithm>

namespace flotilla::placement {

namespace {

constexpr const char* success = "Success";
constexpr int rounds_to_rest = 4;

bool wants_one_cluster(const Placement& placement) {
  return std::any_of(placement.spread.begin(), placement.spread.end(),
                     [](const SpreadConstraint& constraint) {
                       return constraint.field == SpreadField::cluster && constraint.min == 1 &&
                              constraint.max == 1;
                     });
}

// 11.8: otherwise every selected cluster is a target without a number.
bool is_assigned_replicas(const Subject& subject) {
  return (subject.replicas > 0 || subject.has_requirements) && subject.components.size() <= 1;
}

bool is_scheduled_in_sets(const Subject& subject, const Placement& placement) {
  return !subject.components.empty() && !is_assigned_replicas(subject) &&
         (placement.is_divided() || wants_one_cluster(placement));
}

// 11.8: what each component gets is recorded only where one cluster gets all of them.
bool records_sets(const Call& call) { return call.in_sets && wants_one_cluster(call.placement()); }

// clusterAffinities, in contrast to the single clusterAffinity or none.
bool has_named_terms(const Placement& placement) {
  return !placement.terms.empty() && !placement.terms.front().name.empty();
}

// Karmada does not go back to terms before the one that won last, so that a recovered cluster pulls
// nothing back by itself.
std::size_t first_term(const Call& call) {
  const Schedule* previous = call.request->previous;
  if (call.fresh || previous == nullptr || previous->affinity_name.empty()) return 0;
  const std::vector<AffinityTerm>& terms = call.placement().terms;
  for (std::size_t i = 0; i < terms.size(); ++i)
    if (terms[i].name == previous->affinity_name) return i;
  return 0;
}

void read_previous(Call& call) {
  call.is_target.resize(call.fleet->size());
  call.held.resize(call.fleet->size());
  if (call.request->previous == nullptr) return;
  for (const TargetCluster& target : call.request->previous->clusters) {
    const auto cluster = call.fleet->find(target.name);
    if (!cluster || call.is_target[*cluster]) continue;
    call.targets.push_back(*cluster);
    call.is_target[*cluster] = 1;
    call.held[*cluster] = call.in_sets ? 1 : target.replicas.value_or(0);
  }
}

void read_evicting(Call& call) {
  for (const std::string& name : call.request->evicting) {
    const auto cluster = call.fleet->find(name);
    if (!cluster) continue;
    call.evicting.resize(call.fleet->size());
    call.evicting[*cluster] = 1;
  }
}

std::int64_t replicas_of(const TargetCluster* target) {
  return target == nullptr ? 0 : target->replicas.value_or(0);
}

std::int64_t replicas_of(const TargetCluster* target, const std::string& component) {
  if (target == nullptr) return 0;
  for (const auto& [name, replicas] : target->components)
    if (name == component) return replicas;
  return 0;
}

const TargetCluster* target_named(const Schedule* schedule, const std::string& name) {
  if (schedule == nullptr) return nullptr;
  for (const TargetCluster& target : schedule->clusters)
    if (target.name == name) return &target;
  return nullptr;
}

bool same_targets(const Schedule& a, const Schedule& b) {
  return a.clusters == b.clusters && a.affinity_name == b.affinity_name;
}

}  // namespace

struct Scheduler::State {
  State(const std::vector<overrides::Cluster>& clusters, SchedulerOptions scheduler_options)
      : options(scheduler_options),
        fleet(clusters),
        capacity(clusters),
        book(fleet, scheduler_options.karmada),
        companions(clusters.size()) {}

  Call begin(const Request& request);
  void remember(const Subject& subject, const std::vector<TargetCluster>& targets);
  Schedule schedule(const Call& call, Need need);
  Schedule settle(const Call& call, Need need, Schedule result);

  Placed<std::vector<TargetCluster>> try_term(const Call& call, std::size_t term);
  Placed<std::vector<TargetCluster>> place_on(const Call& call,
                                              const std::vector<Feasible>& selected,
                                              bool term_overflows) const;
  void order(const Call& call, std::vector<Feasible>& candidates, bool term_overflows);
  void estimate(const Call& call, std::vector<Feasible>& candidates);
  Schedule succeed(const Call& call, Need need, std::vector<TargetCluster> targets,
                   std::string affinity_name);
  Schedule fail(const Call& call, Unplaced why) const;
  void keep_room(const Call& call, const std::vector<TargetCluster>& targets);
  bool promise(std::size_t cluster, const Demand& demand, std::int64_t replicas);

  SchedulerOptions options;
  Fleet fleet;
  Capacity capacity;
  RuleBook book;
  Companions companions;
  std::size_t promises = 0;
  std::vector<std::int64_t> rooms;  // by cluster; kept for its memory
};

Call Scheduler::State::begin(const Request& request) {
  Call call;
  call.fleet = &fleet;
  call.request = &request;
  call.rules = &book.of(*request.placement);
  const Subject& subject = *request.subject;
  call.having_api = &fleet.having_api(subject.api_version, subject.key.kind);
  call.fresh = reschedule_asked(request);
  call.assigns = is_assigned_replicas(subject);
  call.in_sets = is_scheduled_in_sets(subject, *request.placement);
  call.need = call.in_sets ? 1 : subject.replicas;
  call.ties = tie_order(subject.uid);
  read_previous(call);
  read_evicting(call);
  return call;
}

void Scheduler::State::remember(const Subject& subject, const std::vector<TargetCluster>& targets) {
  std::vector<std::size_t> clusters;
  for (const TargetCluster& target : targets)
    if (const auto cluster = fleet.find(target.name)) clusters.push_back(*cluster);
  companions.place(subject, clusters);
}

Schedule Scheduler::State::schedule(const Call& call, Need need) {
  const std::vector<AffinityTerm>& terms = call.placement().terms;
  const std::size_t count = std::max<std::size_t>(terms.size(), 1);
  std::optional<Unplaced> first;
  for (std::size_t term = first_term(call); term < count; ++term) {
    const std::string name = terms.empty() ? "" : terms[term].name;
    trace_start(call);
    Placed<std::vector<TargetCluster>> targets = try_term(call, term);
    trace_term(call, name, targets ? success : targets.error().message);
    if (targets) return succeed(call, need, std::move(*targets), name);
    if (!first) first = std::move(targets.error());
  }
  return fail(call, std::move(*first));
}

// Where groups are chosen, clusters that hold the object already count for more than they did, so
// what is scheduled in every pass could move in the pass after. It stays where a first scheduling
// put it; from elsewhere it goes on until it rests, as it does in Karmada after a few rounds.
Schedule Scheduler::State::settle(const Call& call, Need need, Schedule result) {
  const Schedule* previous = call.request->previous;
  const bool again = !call.subject().is_workload() || !call.is_divided();
  if (!again || call.rules->spread.selection != Selection::by_group) return result;
  if (previous == nullptr || previous->clusters.empty()) return result;
  Request request = *call.request;
  request.trace = nullptr;
  if (need == Need::always && previous->scheduled) {
    request.previous = nullptr;
    if (same_targets(schedule(begin(request), Need::never_scheduled), *previous)) return *previous;
  }
  for (int round = 0; round < rounds_to_rest && result.scheduled; ++round) {
    request.previous = &result;
    Schedule next = schedule(begin(request), Need::always);
    if (same_targets(next, result)) break;
    result = std::move(next);
  }
  return result;
}

Placed<std::vector<TargetCluster>> Scheduler::State::try_term(const Call& call, std::size_t term) {
  const bool term_overflows = call.rules->overflows[term] != 0;
  Placed<std::vector<Feasible>> candidates = feasible_clusters(call, term, companions);
  if (!candidates) return tl::unexpected<Unplaced>(std::move(candidates.error()));
  order(call, *candidates, term_overflows);
  Placed<std::vector<Feasible>> selected = select_clusters(call, std::move(*candidates));
  if (!selected) return tl::unexpected<Unplaced>(std::move(selected.error()));
  trace_selected(call, *selected);
  return place_on(call, *selected, term_overflows);
}

// Estimates where the estimate or the order that follows from it is looked at (12).
void Scheduler::State::order(const Call& call, std::vector<Feasible>& candidates,
                             bool term_overflows) {
  if (!selection_needs_room(call) && !division_needs_room(call, candidates, term_overflows)) return;
  if (call.subject().replicas > 0 || !call.subject().components.empty()) {
    estimate(call, candidates);
    trace_room(call, candidates);
  } else {
    for (Feasible& candidate : candidates) candidate.room = unlimited;
  }
  std::sort(candidates.begin(), candidates.end());
}

void Scheduler::State::estimate(const Call& call, std::vector<Feasible>& candidates) {
  const Subject& subject = call.subject();
  const bool most = candidates.size() * 2 > fleet.size();
  if (most && !call.in_sets) capacity.replicas(subject.demand, rooms);
  for (Feasible& candidate : candidates) {
    if (call.in_sets)
      candidate.room = capacity.sets(candidate.cluster, subject.component_demands);
    else
      candidate.room =
          most ? rooms[candidate.cluster] : capacity.replicas(candidate.cluster, subject.demand);
    if (candidate.room >= unlimited) candidate.room = call.need;
  }
}

Placed<std::vector<TargetCluster>> Scheduler::State::place_on(const Call& call,
                                                              const std::vector<Feasible>& selected,
                                                              bool term_overflows) const {
  if (selected.empty())
    return unplaced(scheduler_error,
                    "failed to assign replicas: no clusters available to schedule");
  std::vector<Assigned> assigned;
  if (call.assigns) {
    Placed<std::vector<Assigned>> result = assign_replicas(call, selected, term_overflows);
    if (!result) return tl::unexpected<Unplaced>(std::move(result.error()));
    assigned = std::move(*result);
  } else {
    for (const Feasible& cluster : selected) assigned.push_back({cluster.cluster, 0});
    if (Trace* trace = call.trace()) trace->mode = call.in_sets ? "Component sets" : "No replicas";
  }
  std::sort(assigned.begin(), assigned.end(),
            [](const Assigned& a, const Assigned& b) { return a.cluster < b.cluster; });
  std::vector<TargetCluster> targets;
  targets.reserve(assigned.size());
  for (const Assigned& entry : assigned) {
    TargetCluster& target = targets.emplace_back();
    target.name = fleet[entry.cluster].name;
    if (call.assigns) target.replicas = entry.replicas;
    if (!records_sets(call)) continue;
    for (const interpreter::Component& component : call.subject().components)
      target.components.emplace_back(component.name, component.replicas);
  }
  return targets;
}

Schedule Scheduler::State::succeed(const Call& call, Need need, std::vector<TargetCluster> targets,
                                   std::string affinity_name) {
  Schedule result;
  result.clusters = std::move(targets);
  result.affinity_name = std::move(affinity_name);
  result.scheduled = true;
  result.reason = success;
  result.message = "Binding has been scheduled successfully.";
  result.applied_placement = call.placement().tree;
  const Request& request = *call.request;
  result.last_scheduled_time = request.now;
  // A folder that is no repository has no time of its own.
  if (request.now.empty() && request.previous != nullptr)
    result.last_scheduled_time = request.previous->last_scheduled_time;
  if (is_later(request.reschedule_triggered_at, result.last_scheduled_time))
    result.last_scheduled_time = request.reschedule_triggered_at;
  // What is scheduled in every pass must not change its status in every pass.
  if (need == Need::always && request.previous->scheduled &&
      !request.previous->last_scheduled_time.empty() && same_targets(*request.previous, result))
    result.last_scheduled_time = request.previous->last_scheduled_time;
  return result;
}

Schedule Scheduler::State::fail(const Call& call, Unplaced why) const {
  Schedule result;
  if (call.request->previous != nullptr) {
    const Schedule& previous = *call.request->previous;
    if (why.reason != no_cluster_fit)
      for (const TargetCluster& target : previous.clusters)
        if (fleet.find(target.name)) result.clusters.push_back(target);
    if (has_named_terms(call.placement())) result.affinity_name = previous.affinity_name;
    result.applied_placement = previous.applied_placement;
    result.last_scheduled_time = previous.last_scheduled_time;
  }
  result.reason = why.reason;
  result.message = std::move(why.message);
  return result;
}

// What this call adds to a cluster is not there yet for the next ones to see (12.6).
void Scheduler::State::keep_room(const Call& call, const std::vector<TargetCluster>& targets) {
  if (options.karmada) return;
  const Subject& subject = call.subject();
  bool any = false;
  for (const TargetCluster& target : targets) {
    const TargetCluster* before = target_named(call.request->previous, target.name);
    const std::size_t cluster = *fleet.find(target.name);
    if (call.assigns)
      any |= promise(cluster, subject.demand, *target.replicas - replicas_of(before));
    const std::size_t count = std::min(target.components.size(), subject.component_demands.size());
    for (std::size_t i = 0; i < count; ++i) {
      const auto& [name, replicas] = target.components[i];
      any |=
          promise(cluster, subject.component_demands[i].each, replicas - replicas_of(before, name));
    }
  }
  if (any) ++promises;
}

bool Scheduler::State::promise(std::size_t cluster, const Demand& demand, std::int64_t replicas) {
  if (replicas <= 0) return false;
  capacity.promise(cluster, demand, replicas);
  return true;
}

Scheduler::Scheduler(const std::vector<overrides::Cluster>& clusters, SchedulerOptions options)
    : state_(std::make_unique<State>(clusters, options)) {}
Scheduler::~Scheduler() = default;

Capacity& Scheduler::capacity() { return state_->capacity; }

void Scheduler::place(const Subject& subject, const std::vector<TargetCluster>& clusters) {
  state_->remember(subject, clusters);
}

Schedule Scheduler::schedule(const Request& request) {
  const Call call = state_->begin(request);
  const Need need = need_of(request, state_->fleet, records_sets(call), call.assigns);
  if (request.trace != nullptr) {
    *request.trace = {};
    request.trace->needed = need != Need::none;
    request.trace->why = to_string(need);
    trace_start(call);
  }
  Schedule result = need == Need::none ? *request.previous
                                       : state_->settle(call, need, state_->schedule(call, need));
  if (need != Need::none && result.scheduled) state_->keep_room(call, result.clusters);
  state_->remember(*request.subject, result.clusters);
  trace_targets(call, result.clusters);
  return result;
}

std::size_t Scheduler::promises() const { return state_->promises; }

}  // namespace flotilla::placement
