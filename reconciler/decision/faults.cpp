#include "reconciler/decision/faults.h"

#include <algorithm>

namespace flotilla::decision {

namespace {

constexpr std::size_t first_override_source = 2;  // in Binding::sources

std::string shown(const FaultyPolicy& policy) {
  const std::string& file = policy.source.file;
  return policy.kind + " " + policy.name + (file.empty() ? "" : " (" + file + ")");
}

}  // namespace

std::vector<std::string> sources_of(const Object& object, const PolicyRef& policy,
                                    const Settings& settings) {
  const overrides::OverrideIndex::Candidates candidates = settings.overrides.candidates(object);
  std::set<std::string> changers;
  for (const interpreter::Customization& customization : settings.customizations)
    if (customization.api_version == object.api_version && customization.kind == object.key.kind)
      changers.insert(customization.source.file);
  for (const auto* list : {&candidates.cluster_scope, &candidates.namespace_scope})
    for (const overrides::OverridePolicy* candidate : *list)
      changers.insert(candidate->source.file);
  std::vector<std::string> files = {object.source.file, policy.source};
  files.insert(files.end(), changers.begin(), changers.end());
  return files;
}

Faults::Faults(const catalog::Catalog& catalog, const Settings& settings)
    : catalog_(catalog), settings_(settings), files_(catalog.faulty_files) {
  files_.insert(catalog.doubtful_files.begin(), catalog.doubtful_files.end());
  for (const std::string& file : catalog.faulty_files)
    if (!is_read_whole(catalog, file)) unreadable_ = file;
}

bool Faults::none() const {
  return settings_.fleet_fault.empty() && files_.empty() && catalog_.faulty_objects.empty() &&
         settings_.faulty_policies.empty() && settings_.faulty_overrides.empty() &&
         settings_.faulty_clusters.empty();
}

std::optional<std::string> Faults::of_overrides(const Object& object,
                                                const Binding* previous) const {
  if (!settings_.fleet_fault.empty()) return settings_.fleet_fault;
  for (const FaultyPolicy& policy : settings_.faulty_overrides)
    if (may_select(policy, object)) return shown(policy) + ", which may change it, is in error";
  if (previous == nullptr || files_.empty()) return std::nullopt;
  const std::vector<std::string>& before = previous->sources;
  const std::vector<std::string> now = sources_of(object, previous->policy, settings_);
  for (std::size_t i = first_override_source; i < before.size(); ++i) {
    const bool gone =
        std::find(now.begin() + first_override_source, now.end(), before[i]) == now.end();
    const bool unread =
        catalog_.faulty_files.contains(before[i]) && !is_read_whole(catalog_, before[i]);
    if (unread || (gone && files_.contains(before[i])))
      return before[i] + ", which changed it before, is in error";
    if (gone && !unreadable_.empty())
      return "what changed it left " + before[i] + " and may stand in " + unreadable_ +
             ", which cannot be read";
  }
  return std::nullopt;
}

std::optional<std::string> Faults::of_policy(const Object& object, const Binding* previous,
                                             const placement::PropagationPolicy* chosen) const {
  const bool had_one = previous != nullptr && !previous->policy.name.empty();
  if (chosen != nullptr && had_one && chosen->namespace_ == previous->policy.namespace_ &&
      chosen->name == previous->policy.name)
    return std::nullopt;
  if (had_one && previous_policy_unreadable(*previous))
    return "its policy " + previous->policy.name + " (" + previous->policy.source + ") is in error";
  if (had_one && !unreadable_.empty() &&
      !settings_.policy_names.contains({previous->policy.namespace_, previous->policy.name}))
    return "its policy " + previous->policy.name + " may stand in " + unreadable_ +
           ", which cannot be read";
  for (const FaultyPolicy& policy : settings_.faulty_policies) {
    // A PropagationPolicy goes before every ClusterPropagationPolicy, whatever that one says.
    if (chosen != nullptr && !chosen->namespace_.empty() && policy.namespace_.empty()) continue;
    if (may_select(policy, object)) return shown(policy) + ", which may select it, is in error";
  }
  return std::nullopt;
}

bool Faults::previous_policy_unreadable(const Binding& previous) const {
  if (is_faulty_policy(previous.policy)) return true;
  const bool is_there =
      settings_.policy_names.contains({previous.policy.namespace_, previous.policy.name});
  return !is_there && files_.contains(previous.policy.source);
}

bool Faults::is_faulty_policy(const PolicyRef& ref) const {
  return std::any_of(settings_.faulty_policies.begin(), settings_.faulty_policies.end(),
                     [&](const FaultyPolicy& policy) {
                       return policy.namespace_ == ref.namespace_ && policy.name == ref.name;
                     });
}

std::optional<std::string> Faults::of_absence(const ObjectKey& key, const std::string& file) const {
  if (catalog_.faulty_objects.contains(key)) return "it stands in the repository with an error";
  if (catalog_.faulty_files.contains(file)) return "its file has an error";
  if (catalog_.doubtful_files.contains(file))
    return "its file holds a document that does not say what it is";
  // It may have moved there: a deletion can wait until that is known.
  if (!unreadable_.empty())
    return "it left its file and may stand in " + unreadable_ + ", which cannot be read";
  return std::nullopt;
}

}  // namespace flotilla::decision
