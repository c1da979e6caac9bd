#include "reconciler/decision/pass.h"
#include "render/base/text.h"
#include "render/document/json.h"
#include "render/document/quantity.h"

#include <algorithm>
#include <tuple>

// Which policy a template has, and where it goes by that policy.
namespace flotilla::decision {

namespace {

using placement::Choice;
using placement::PropagationPolicy;

std::string shown(const PropagationPolicy& policy) {
  return policy.namespace_.empty() ? "ClusterPropagationPolicy " + policy.name
                                   : "PropagationPolicy " + policy.namespace_ + "/" + policy.name;
}

std::string words(const Choice& choice) {
  switch (choice.why) {
    case Choice::Why::nothing_matches:
      return "no policy selects it";
    case Choice::Why::skipped:
      return "objects like it are never propagated";
    case Choice::Why::claimed:
      return shown(*choice.policy) +
             " had it before and still selects it: a claim stays unless a policy with preemption: "
             "Always takes it over";
    case Choice::Why::preempted:
      return shown(*choice.policy) + " has preemption: Always and takes it over";
    case Choice::Why::best_match:
      break;
  }
  return shown(*choice.policy) + " is the best match";
}

// Takes what a decision gave to one cluster out of the room there.
void promise(placement::Capacity& capacity, std::ptrdiff_t cluster,
             const placement::Subject& subject, const placement::TargetCluster& target) {
  const auto index = static_cast<std::size_t>(cluster);
  if (target.replicas) capacity.promise(index, subject.demand, *target.replicas);
  const std::size_t count = std::min(target.components.size(), subject.component_demands.size());
  for (std::size_t i = 0; i < count; ++i)
    capacity.promise(index, subject.component_demands[i].each, target.components[i].second);
}

void note_policies(Explanation& explanation, const Object& object, const Choice& choice,
                   const placement::PolicyIndex& policies) {
  explanation.found = true;
  explanation.source = to_string(object.source);
  explanation.choice = words(choice);
  for (const placement::Candidate& candidate : policies.candidates(object))
    explanation.policies.push_back({shown(*candidate.policy), to_string(candidate.policy->source),
                                    candidate.policy->priority, candidate.implicit_priority,
                                    candidate.policy == choice.policy});
}

}  // namespace

void Pass::report(Entry& entry, const ObjectKey& key, const SourceRef& where, std::string message) {
  if (asked(key)) explanation_->notes.push_back(message);
  entry.undecided = true;
  entry.problems.push_back(error_at("kept", where, std::move(message), to_string(key)));
}

// The object is left on its clusters as it is.
void Pass::hold(Draft& draft, const std::string& reason) {
  draft.fixed = true;
  Entry& entry = *draft.entry;
  SourceRef where;
  if (entry.object != nullptr)
    where = entry.object->source;
  else if (!entry.seen->sources.empty())
    where.file = entry.seen->sources.front();
  if (entry.seen == nullptr) {
    report(entry, draft.key, where, reason + "; it goes nowhere until then");
    return;
  }
  report(entry, draft.key, where, reason + "; it stays as it was applied last");
  Binding binding = *entry.seen;
  binding.kept = true;
  for (const placement::TargetCluster& target : targets(binding)) entry.held.push_back(target.name);
  entry.binding = std::make_shared<const Binding>(std::move(binding));
}

// The previous decision stands; the manifests follow the template.
void Pass::keep(Draft& draft, const std::string& reason) {
  Entry& entry = *draft.entry;
  if (entry.seen == nullptr) {
    draft.fixed = true;
    report(entry, draft.key, entry.object->source, reason + "; it goes nowhere until then");
    return;
  }
  report(entry, draft.key, entry.object->source,
         reason + "; it keeps its previous decision until then");
  Binding binding = *entry.seen;
  binding.kept = true;
  binding.api_version = entry.object->api_version;
  entry.binding = std::make_shared<const Binding>(std::move(binding));
}

// dependentOverrides (9.2): the policy takes effect when all of them exist.
bool Pass::waits_for_overrides(const Draft& draft, const PropagationPolicy& policy) {
  std::vector<std::string> missing;
  for (const std::string& name : policy.dependent_overrides)
    if (!settings_->override_names.contains({policy.namespace_, name})) missing.push_back(name);
  if (missing.empty()) return false;
  const std::string kind = policy.namespace_.empty() ? "ClusterOverridePolicy " : "OverridePolicy ";
  std::string reason = shown(policy) + " waits for " + kind + join(missing, ", ") +
                       " (dependentOverrides), which the repository does not have";
  if (draft.entry->seen != nullptr) reason += "; it stays as it was applied last";
  if (asked(draft.key)) explanation_->notes.push_back(reason);
  draft.entry->problems.push_back(
      error_at("waiting-for-overrides", policy.source, std::move(reason), to_string(draft.key)));
  return true;
}

// Karmada's users are surprised by claims that stay, so it is said.
void Pass::say_what_waits(Draft& draft, const PropagationPolicy& claimed) {
  const PropagationPolicy* better = settings_->policies.choose(*draft.entry->object);
  if (better == nullptr || better == &claimed) return;
  std::string text =
      shown(*better) + " matches better than " + shown(claimed) +
      ", which has the object: it takes it over with preemption: Always" +
      (better->namespace_.empty() == claimed.namespace_.empty() ? " and a higher priority" : "") +
      ", or when the other one no longer selects it";
  if (asked(draft.key)) explanation_->notes.push_back(text);
  draft.entry->problems.push_back(
      warning_at("claim-stays", better->source, std::move(text), to_string(draft.key)));
}

void Pass::claim(Draft& draft) {
  if (draft.fixed) return;
  Entry& entry = *draft.entry;
  const Object& object = *entry.object;
  const Binding* previous = entry.seen.get();
  if (const auto reason = faults_->of_overrides(object, previous)) return hold(draft, *reason);

  placement::Claim claimed;
  if (previous != nullptr) claimed = {previous->policy.namespace_, previous->policy.name};
  const Choice choice =
      settings_->policies.choose(object, claimed.name.empty() ? nullptr : &claimed);
  if (asked(draft.key)) note_policies(*explanation_, object, choice, settings_->policies);
  if (const auto reason = faults_->of_policy(object, previous, choice.policy))
    return keep(draft, *reason);
  if (choice.policy != nullptr && waits_for_overrides(draft, *choice.policy)) {
    draft.fixed = true;
    entry.undecided = true;
    if (previous == nullptr) return;
    for (const placement::TargetCluster& target : targets(*previous))
      entry.held.push_back(target.name);
    Binding binding = *previous;
    binding.kept = true;
    entry.binding = std::make_shared<const Binding>(std::move(binding));
    return;
  }
  draft.policy = choice.policy;
  if (choice.policy == nullptr) return;
  if (choice.why == Choice::Why::claimed) say_what_waits(draft, *choice.policy);
  auto binding = bind(object, choice.policy, *settings_->interpreter, previous);
  if (!binding) return hold(draft, "it could not be interpreted: " + to_string(binding.error()));
  draft.binding = std::move(*binding);
  const std::set<ObjectKey>& owners =
      memo_.ledger.names[draft.key.namespace_ + "/" + draft.binding->name];
  if (!owners.empty() && *owners.begin() != draft.key)
    draft.binding->name += "." + (draft.key.group.empty() ? "core" : draft.key.group);
  if (previous != nullptr && stays_lazy(*draft.binding, *choice.policy, *previous)) {
    draft.binding->priority = previous->priority;
  } else if (!choice.policy->priority_class.empty()) {
    draft.binding->priority = priority_of(choice.policy->priority_class, catalog_);
    if (!draft.binding->priority)
      entry.problems.push_back(warning_at(
          "unknown-priority-class", choice.policy->source,
          "spec.schedulePriority.priorityClassName is \"" + choice.policy->priority_class +
              "\", which the repository does not have; it counts as 0",
          to_string(draft.key)));
  }
}

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

// A ResourceQuota of the repository limits what its namespace gets on the clusters it goes to.
void Pass::tell_quotas(const Draft& draft, placement::Scheduler& scheduler) const {
  const Json::Value& tree = draft.entry->object->tree;
  const Json::Value* hard = find_path(tree, {"spec", "hard"});
  if (hard == nullptr || !hard->isObject()) return;
  placement::Capacity::Quota quota;
  const Json::Value* used = find_path(tree, {"status", "used"});
  for (auto it = hard->begin(); it != hard->end(); ++it) {
    const std::string key = it.name();
    const auto limit = Quantity::parse(it->isString() ? it->asString() : number_text(*it));
    if (!limit) continue;
    Quantity left = *limit;
    if (used != nullptr)
      if (const auto taken = Quantity::parse(get_string(*used, key))) left = left - *taken;
    quota.left[key] = key.ends_with("cpu") ? left.milli_value() : left.value();
  }
  if (const Json::Value* scopes = find_path(tree, {"spec", "scopeSelector", "matchExpressions"});
      scopes != nullptr && scopes->isArray()) {
    for (const Json::Value& scope : *scopes) {
      if (get_string(scope, "scopeName") != "PriorityClass") continue;
      const bool in = get_string(scope, "operator") == "In";
      (in ? quota.priority_class_in : quota.priority_class_not_in) = get_strings(scope, "values");
    }
  }
  for (std::size_t i = 0; i < settings_->clusters.size(); ++i)
    for (const placement::TargetCluster& target : draft.entry->binding->schedule.clusters)
      if (target.name == settings_->clusters[i].name)
        scheduler.capacity().limit(i, draft.key.namespace_, quota);
}

// In the order of priority, then of keys. Quotas go first: they limit what comes after them.
void Pass::schedule_all() {
  placement::Scheduler scheduler(settings_->clusters, {settings_->karmada});
  tell_groups(scheduler);
  tell_promised(scheduler);
  std::vector<Draft*> order;
  for (Draft& draft : drafts_)
    if (draft.binding) order.push_back(&draft);
  const auto is_quota = [](const Draft& draft) {
    return draft.key.group.empty() && draft.key.kind == "ResourceQuota";
  };
  std::stable_sort(order.begin(), order.end(), [&](const Draft* a, const Draft* b) {
    return std::tuple(!is_quota(*a), -a->binding->priority.value_or(0)) <
           std::tuple(!is_quota(*b), -b->binding->priority.value_or(0));
  });
  for (Draft* draft : order) {
    schedule(*draft, scheduler);
    if (is_quota(*draft) && draft->entry->binding != nullptr) tell_quotas(*draft, scheduler);
  }
}

void Pass::schedule(Draft& draft, placement::Scheduler& scheduler) {
  Entry& entry = *draft.entry;
  Binding& binding = *draft.binding;
  if (is_scheduling_suspended(binding)) {
    if (asked(draft.key)) explanation_->notes.push_back("its scheduling is suspended");
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
  binding.schedule = scheduler.schedule(request);
  if (!binding.schedule.scheduled) {
    if (asked(draft.key)) explanation_->notes.push_back(binding.schedule.message);
    entry.problems.push_back(warning_at("not-scheduled", draft.policy->source,
                                        binding.schedule.message, to_string(draft.key)));
  }
  if (entry.seen != nullptr) keep_faulty_clusters(binding.schedule, *entry.seen);
  const bool in_group = !binding.affinity_group.empty() || !binding.anti_affinity_group.empty();
  entry.settled = binding.schedule.scheduled && scheduler.promises() == promises && !in_group;
  entry.binding = std::make_shared<const Binding>(binding);
}

}  // namespace flotilla::decision
