#include "reconciler/decision/pass.h"
#include "reconciler/decision/suspension.h"

#include <algorithm>
#include <tuple>

// Where the templates that have a policy go.
namespace flotilla::decision {

namespace {

// Takes what a decision gave to one cluster out of the room there.
void promise(placement::Capacity& capacity, std::ptrdiff_t cluster,
             const placement::Subject& subject, const placement::TargetCluster& target) {
  const auto index = static_cast<std::size_t>(cluster);
  if (target.replicas) capacity.promise(index, subject.demand, *target.replicas);
  const std::size_t count = std::min(target.components.size(), subject.component_demands.size());
  for (std::size_t i = 0; i < count; ++i)
    capacity.promise(index, subject.component_demands[i].each, target.components[i].second);
}

}  // namespace

// A cluster whose file cannot be read was chosen before: that stands.
void Pass::keep_faulty_clusters(placement::Schedule& schedule, const Binding& previous) const {
  for (const placement::TargetCluster& target : previous.schedule.clusters) {
    if (!settings_->faulty_clusters.contains(target.name)) continue;
    const bool there = std::any_of(
        schedule.clusters.begin(), schedule.clusters.end(),
        [&](const placement::TargetCluster& other) { return other.name == target.name; });
    if (!there) schedule.clusters.push_back(target);
  }
  std::sort(schedule.clusters.begin(), schedule.clusters.end(),
            [](const placement::TargetCluster& a, const placement::TargetCluster& b) {
              return a.name < b.name;
            });
}

// Nothing moves because a cluster's file cannot be read, unless the policy or the replicas changed.
bool Pass::waits_for_cluster(const Binding& binding, const placement::Placement& placement,
                             const Binding* seen) const {
  if (seen == nullptr || !seen->schedule.scheduled || binding.replicas != seen->replicas ||
      !same(seen->schedule.applied_placement, placement.tree))
    return false;
  return std::any_of(seen->schedule.clusters.begin(), seen->schedule.clusters.end(),
                     [&](const placement::TargetCluster& target) {
                       return settings_->faulty_clusters.contains(target.name);
                     });
}

// Where the bindings of affinity groups stood before this pass.
void Pass::tell_groups(placement::Scheduler& scheduler) const {
  for (const Draft& draft : drafts_) {
    if (!draft.binding || draft.entry->seen == nullptr) continue;
    if (draft.binding->affinity_group.empty() && draft.binding->anti_affinity_group.empty())
      continue;
    placement::Subject subject;
    subject.key = draft.key;
    subject.affinity_group = draft.binding->affinity_group;
    subject.anti_affinity_group = draft.binding->anti_affinity_group;
    scheduler.place(subject, draft.entry->seen->schedule.clusters);
  }
}

// What was decided for this very commit is not in what the clusters report yet (12.6): who found no
// room then finds none when the same is decided again.
void Pass::tell_promised(placement::Scheduler& scheduler) const {
  if (settings_->karmada || snapshot_.time.empty()) return;
  const bool anyone_waits = std::any_of(drafts_.begin(), drafts_.end(), [](const Draft& draft) {
    return draft.binding &&
           (draft.entry->seen == nullptr || !draft.entry->seen->schedule.scheduled);
  });
  if (!anyone_waits) return;
  for (const auto& [key, entry] : memo_.ledger.entries) {
    const Binding* seen = entry.seen.get();
    if (seen == nullptr || !seen->schedule.scheduled) continue;
    if (seen->schedule.last_scheduled_time != snapshot_.time) continue;
    const auto scheduling = scheduling_of(*seen, defined_);
    if (!scheduling) continue;
    for (const placement::TargetCluster& target : seen->schedule.clusters)
      if (const overrides::Cluster* cluster = find_cluster(*settings_, target.name))
        promise(scheduler.capacity(), cluster - settings_->clusters.data(), scheduling->subject,
                target);
  }
}

// In the order of priority, then of keys. Quotas go first: they limit what comes after them.
bool Pass::schedule_all() {
  placement::Scheduler scheduler(settings_->clusters, {settings_->karmada});
  tell_groups(scheduler);
  tell_quotas(scheduler);
  tell_promised(scheduler);
  std::vector<Draft*> order;
  for (Draft& draft : drafts_)
    if (draft.binding) order.push_back(&draft);
  std::stable_sort(order.begin(), order.end(), [&](const Draft* a, const Draft* b) {
    return std::tuple(!is_quota(a->key), -a->binding->priority.value_or(0)) <
           std::tuple(!is_quota(b->key), -b->binding->priority.value_or(0));
  });
  for (Draft* draft : order) {
    schedule(*draft, scheduler);
    if (is_quota(draft->key)) tell_quota(draft->key, *draft->entry, scheduler);
  }
  return scheduler.promises() > 0;
}

// By a mark of its own or of its policy: it stays where it is, whatever its policy says now.
bool Pass::is_frozen(const Draft& draft) const {
  if (draft.entry->seen == nullptr || !draft.entry->seen->schedule.scheduled) return false;
  const PolicyRef& policy = draft.binding->policy;
  const auto& suspensions = settings_->policy_suspensions;
  const auto found = suspensions.find({policy.namespace_, policy.name});
  return (found != suspensions.end() && !found->second.mark.empty()) ||
         suspend_mark(draft.entry->object->tree).has_value();
}

void Pass::schedule(Draft& draft, placement::Scheduler& scheduler) {
  Entry& entry = *draft.entry;
  Binding& binding = *draft.binding;
  if (is_scheduling_suspended(binding)) {
    if (asked(draft.key)) explanation_->notes.push_back("its scheduling is suspended");
    entry.binding = std::make_shared<const Binding>(binding);
    return;
  }
  if (is_frozen(draft)) {
    if (asked(draft.key)) explanation_->notes.push_back("it is suspended: what was decided stands");
    entry.settled = true;
    entry.binding = std::make_shared<const Binding>(binding);
    return;
  }
  auto scheduling = scheduling_of(binding, defined_);
  if (!scheduling)
    return hold(draft, "its requirements cannot be read: " + to_string(scheduling.error()));
  // What the policy says now, or, for a Lazy one, what it said when it acted last.
  placement::Placement frozen;
  const placement::Placement* placement = &draft.policy->placement;
  if (!same(binding.placement, placement->tree)) {
    Problems ignored;
    const auto read = placement::read_placement(binding.placement, {"", "", ignored});
    if (read) {
      frozen = *read;
      placement = &frozen;
    }
  }
  placement::Request request;
  request.subject = &scheduling->subject;
  request.placement = placement;
  request.previous = entry.seen == nullptr ? nullptr : &entry.seen->schedule;
  request.reschedule_triggered_at = binding.reschedule_triggered_at;
  request.evicting = scheduling->evicting;
  request.now = snapshot_.time;
  if (asked(draft.key)) request.trace = &explanation_->schedule;
  const std::size_t promises = scheduler.promises();
  const Binding* seen = entry.seen.get();
  binding.schedule =
      waits_for_cluster(binding, *placement, seen) ? seen->schedule : scheduler.schedule(request);
  if (!binding.schedule.scheduled) {
    if (asked(draft.key)) explanation_->notes.push_back(binding.schedule.message);
    entry.problems.push_back(warning_at("not-scheduled", draft.policy->source,
                                        binding.schedule.message, to_string(draft.key)));
  }
  if (seen != nullptr) keep_faulty_clusters(binding.schedule, *seen);
  const bool in_group = !binding.affinity_group.empty() || !binding.anti_affinity_group.empty();
  entry.seeks_room =
      scheduling->subject.is_workload() && !placement->is_divided() && !placement->spread.empty();
  entry.settled = binding.schedule.scheduled && scheduler.promises() == promises && !in_group;
  entry.binding = std::make_shared<const Binding>(binding);
}

}  // namespace flotilla::decision
