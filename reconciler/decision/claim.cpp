#include "reconciler/decision/pass.h"
#include "render/base/text.h"

// Which policy a template has, and what becomes of one that cannot be decided.
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

void note_policies(Explanation& explanation, const Object& object, const Choice& choice,
                   const placement::PolicyIndex& policies) {
  explanation.choice = words(choice);
  for (const placement::Candidate& candidate : policies.candidates(object))
    explanation.policies.push_back({shown(*candidate.policy), to_string(candidate.policy->source),
                                    candidate.policy->priority, candidate.implicit_priority,
                                    candidate.policy == choice.policy});
}

// Where the scripts stand whose lines the error counts.
std::string scripts_of(const Object& object,
                       const std::vector<interpreter::Customization>& customizations) {
  std::vector<std::string> files;
  for (const interpreter::Customization& customization : customizations)
    if (customization.api_version == object.api_version && customization.kind == object.key.kind)
      files.push_back(customization.source.file);
  return files.empty() ? "" : " with the scripts of " + join(files, ", ");
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
  draft.binding.reset();
  Entry& entry = *draft.entry;
  SourceRef where;
  if (entry.object != nullptr)
    where = entry.object->source;
  else if (!entry.seen->sources.empty())
    where.file = entry.seen->sources.front();
  if (entry.seen == nullptr) {
    report(entry, draft.key, where, reason + "; it goes nowhere until that is mended");
    return;
  }
  report(entry, draft.key, where, reason + "; it stays as it was applied last");
  leave(draft);
}

// Objects that wait for each other wait for ever: they stay as they are.
void Pass::hold_on_cycle(Draft& draft, const std::string& path) {
  draft.fixed = true;
  draft.binding.reset();
  Entry& entry = *draft.entry;
  entry.undecided = true;
  const std::string text = path + (entry.seen == nullptr ? "; it goes nowhere until that is mended"
                                                         : "; it stays as it was applied last");
  if (asked(draft.key)) explanation_->notes.push_back(text);
  entry.problems.push_back(
      error_at("dependency-cycle", place_of_depends_on(*entry.object), text, to_string(draft.key)));
  if (entry.seen != nullptr) leave(draft);
}

// Its clusters keep what they have of it.
void Pass::leave(Draft& draft) {
  Entry& entry = *draft.entry;
  keep_binding(draft);
  entry.held.clear();
  entry.suspended.clear();
  for (const placement::TargetCluster& target : targets(*entry.binding))
    entry.held.push_back(target.name);
}

void Pass::keep_binding(Draft& draft) {
  Entry& entry = *draft.entry;
  Binding binding = *entry.seen;
  binding.kept = true;
  binding.name = name_of(draft.key);  // its old one may be another's now
  if (entry.object != nullptr) binding.api_version = entry.object->api_version;
  entry.binding = std::make_shared<const Binding>(std::move(binding));
}

// The previous decision stands; the manifests follow the template.
void Pass::keep(Draft& draft, const std::string& reason) {
  Entry& entry = *draft.entry;
  if (entry.seen == nullptr) {
    draft.fixed = true;
    report(entry, draft.key, entry.object->source,
           reason + "; it goes nowhere until that is mended");
    return;
  }
  report(entry, draft.key, entry.object->source,
         reason + "; it keeps its previous decision until that is mended");
  keep_binding(draft);
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
  if (draft.entry->seen == nullptr) reason += "; it goes nowhere until then";
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
  if (asked(draft.key)) {
    explanation_->found = true;
    explanation_->source = to_string(object.source);
  }
  const auto& cyclic = memo_.ledger.cyclic;
  if (const auto cycle = cyclic.find(draft.key); cycle != cyclic.end())
    return hold_on_cycle(draft, cycle->second);
  if (const auto reason = faults_->of_overrides(object, previous)) return hold(draft, *reason);

  placement::Claim claimed;
  if (previous != nullptr) claimed = {previous->policy.namespace_, previous->policy.name};
  const Choice choice =
      settings_->policies.choose(object, claimed.name.empty() ? nullptr : &claimed);
  if (asked(draft.key)) note_policies(*explanation_, object, choice, settings_->policies);
  if (const auto reason = faults_->of_policy(object, previous, choice.policy)) {
    if (asked(draft.key) && choice.policy == nullptr)
      explanation_->choice = "none that can be used selects it";
    return keep(draft, *reason);
  }
  if (choice.policy != nullptr && waits_for_overrides(draft, *choice.policy)) {
    draft.fixed = true;
    entry.undecided = true;
    if (previous != nullptr) leave(draft);
    return;
  }
  draft.policy = choice.policy;
  if (choice.policy == nullptr) return;
  if (choice.why == Choice::Why::claimed) say_what_waits(draft, *choice.policy);
  auto binding = bind(object, choice.policy, *settings_->interpreter, previous);
  if (!binding)
    return hold(draft, "it could not be interpreted" +
                           scripts_of(object, settings_->customizations) + ": " +
                           to_string(binding.error()));
  draft.binding = std::move(*binding);
  draft.binding->name = name_of(draft.key);
  give_priority(draft);
}

// spec.schedulePriority (10).
void Pass::give_priority(Draft& draft) {
  const PropagationPolicy& policy = *draft.policy;
  Binding& binding = *draft.binding;
  if (policy.priority_class.empty()) return;
  const std::optional<std::int64_t> priority = priority_of(policy.priority_class, catalog_);
  const Binding* seen = draft.entry->seen.get();
  if (seen == nullptr || !stays_lazy(binding, policy, *seen)) binding.priority = priority;
  if (priority) return;
  draft.entry->problems.push_back(
      warning_at("unknown-priority-class", policy.source,
                 "spec.schedulePriority.priorityClassName is \"" + policy.priority_class +
                     "\", which the repository does not have; it counts as 0",
                 to_string(draft.key)));
}

}  // namespace flotilla::decision
