#include "reconciler/decision/pass.h"
#include "reconciler/decision/suspension.h"

#include <algorithm>

// What was bound before and has no template now, and what may be needed though nobody says so.
namespace flotilla::decision {

// What a suspended policy placed is left as it is, also when its template leaves: it is deleted
// when the suspension ends. True if that is so anywhere.
bool Pass::stays_suspended(const ObjectKey& key, const BindingPtr& before) {
  std::map<std::string, std::string> places;
  for (const placement::TargetCluster& target : before->schedule.clusters)
    if (std::string why = suspension_of(before->policy, target.name, *settings_); !why.empty())
      places[target.name] = std::move(why);
  if (places.empty()) return false;
  stays_without_template_ = true;
  if (incremental_) return true;  // all is decided anew then
  Entry& entry = memo_.ledger.entries[key];
  name(key);
  Draft& absent = draft(key, entry);
  absent.fixed = true;
  entry.seen = before;
  Binding binding = *before;
  binding.kept = true;
  binding.name = name_of(key);
  binding.required_by.clear();
  std::erase_if(binding.schedule.clusters, [&](const placement::TargetCluster& target) {
    return !places.contains(target.name);
  });
  entry.binding = std::make_shared<const Binding>(std::move(binding));
  for (const auto& [cluster, why] : places) entry.held.push_back(cluster);
  entry.suspended = std::move(places);
  return true;
}

// A template that was bound before and is not in the catalog, perhaps because of a fault: then it
// stays as it was applied last.
void Pass::take_absent(const ObjectKey& key, const BindingPtr& before) {
  if (stays_suspended(key, before) || faults_->none()) return;
  const std::string file = before->sources.empty() ? std::string() : before->sources.front();
  const auto reason = faults_->of_absence(key, file);
  if (!reason) return;
  Entry& entry = memo_.ledger.entries[key];
  name(key);
  Draft& absent = draft(key, entry);
  entry.seen = before;
  hold(absent, *reason);
}

// Something that goes nowhere because of a fault, and of which nothing is remembered, may need any
// template of its namespace that has no policy of its own: those are not pruned meanwhile.
void Pass::keep_what_may_be_needed() {
  const Entries& entries = memo_.ledger.entries;
  std::set<std::string> namespaces;
  for (const ObjectKey& key : decision_.undecided) {
    const auto entry = entries.find(key);
    if (entry == entries.end() || entry->second.binding == nullptr)
      namespaces.insert(key.namespace_);
  }
  namespaces.erase("");
  if (namespaces.empty()) return;
  for (const auto& [key, entry] : entries)
    if (namespaces.contains(key.namespace_) &&
        (entry.binding == nullptr || entry.binding->policy.name.empty()))
      decision_.undecided.insert(key);
}

}  // namespace flotilla::decision
