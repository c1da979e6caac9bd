#include "reconciler/decision/pass.h"

#include <algorithm>

// What follows a decision: dependencies go where their requirers go, manifests are rendered, and
// namespaces go where something stands in them.
namespace flotilla::decision {

namespace {

std::string shown(const interpreter::Reference& reference) {
  return reference.kind + "/" + reference.namespace_ + "/" +
         (reference.name.empty() ? "<by label>" : reference.name);
}

// A cluster that is left gracefully keeps what it has until its eviction task is done (15.1).
void hold_leaving(Entry& entry, const Binding& binding, const Settings& settings) {
  if (!binding.eviction_tasks.isArray()) return;
  std::set<std::string> taken;
  for (const placement::TargetCluster& target : targets(binding)) taken.insert(target.name);
  for (const Json::Value& task : binding.eviction_tasks) {
    const std::string cluster = get_string(task, "fromCluster");
    if (get_string(task, "purgeMode") == "Directly") continue;
    if (find_cluster(settings, cluster) == nullptr || !taken.insert(cluster).second) continue;
    entry.held.push_back(cluster);
  }
}

}  // namespace

void Pass::find_dependencies(Draft& draft, std::set<ObjectKey>& affected) {
  Entry& entry = *draft.entry;
  const Binding* binding = entry.binding.get();
  if (binding == nullptr || !binding->propagate_deps || binding->schedule.clusters.empty()) return;
  std::vector<interpreter::Reference> references = binding->dependencies;
  if (draft.binding) {
    auto found = settings_->interpreter->dependencies(entry.object->tree);
    if (found) {
      references = std::move(*found);
    } else {
      // What it depended on before stays where it is.
      entry.problems.push_back(
          error_at("dependencies", entry.object->source,
                   "its dependencies could not be found: " + to_string(found.error()),
                   to_string(draft.key)));
      if (entry.seen != nullptr) references = entry.seen->dependencies;
    }
  }
  if (std::any_of(references.begin(), references.end(),
                  [](const interpreter::Reference& reference) { return reference.name.empty(); }))
    entry.settled = false;  // any template may come to match its selector
  entry.dependencies = resolve(references, catalog_);
  if (asked(draft.key))
    for (const interpreter::Reference& reference : references)
      explanation_->dependencies.push_back(shown(reference));
  if (draft.binding) {
    draft.binding->dependencies = std::move(references);
    entry.binding = std::make_shared<const Binding>(*draft.binding);
  }
  for (const ObjectKey& dependency : entry.dependencies) {
    memo_.ledger.requirers[dependency].insert(draft.key);
    affected.insert(dependency);
  }
}

// karmada-semantics 19.
void Pass::follow_dependencies() {
  std::set<ObjectKey> affected = std::move(removed_);
  for (Draft& draft : drafts_) find_dependencies(draft, affected);
  for (const Draft& draft : drafts_)
    if (memo_.ledger.requirers.contains(draft.key)) affected.insert(draft.key);
  for (const ObjectKey& key : affected) attach(key);
}

// Gives a dependency the clusters of the bindings that require it.
void Pass::attach(const ObjectKey& key) {
  Ledger& ledger = memo_.ledger;
  const auto found = ledger.entries.find(key);
  if (found == ledger.entries.end() || placement::is_skipped(key)) return;
  Entry& entry = found->second;
  if (entry.binding != nullptr && entry.binding->kept) return;
  static const std::set<ObjectKey> nobody;
  const auto requirers = ledger.requirers.find(key);
  const std::set<ObjectKey>& who = requirers == ledger.requirers.end() ? nobody : requirers->second;

  Binding binding;
  if (entry.binding != nullptr) {
    binding = *entry.binding;
  } else {
    if (entry.undecided) return;
    binding = bind(*entry.object, nullptr, *settings_->interpreter, nullptr).value_or(Binding());
    binding.name = name_of(key);
  }
  binding.required_by = required_by(who, ledger.entries);
  const bool own = !binding.policy.name.empty();
  if (!own) take_from_requirers(binding, who, ledger.entries);
  const bool was_there = entry.binding != nullptr;
  if (was_there && binding.required_by == entry.binding->required_by &&
      binding.conflict_resolution == entry.binding->conflict_resolution &&
      binding.preserve_on_deletion == entry.binding->preserve_on_deletion)
    return;
  if (!own && !was_there && binding.required_by.empty()) return;
  if (touched_.insert(key).second) {
    ledger.retire(key, entry);
    entry.manifests.clear();
    entry.held.clear();
    entry.suspended.clear();
  }
  entry.settled = own ? entry.settled : true;
  entry.binding = own || !binding.required_by.empty()
                      ? std::make_shared<const Binding>(std::move(binding))
                      : nullptr;
  for (const ObjectKey& dependency : entry.dependencies) ledger.requirers[dependency].insert(key);
}

Rendering Pass::rendering_of(const ObjectKey& key) const {
  return {*settings_,
          {settings_->owner, manifest::applyset_id(settings_->owner)},
          asked(key) ? explanation_ : nullptr};
}

void Pass::render_entry(const ObjectKey& key, Entry& entry) {
  if (entry.object == nullptr || entry.binding == nullptr) return;
  if (entry.binding->kept && !entry.held.empty()) return;
  Binding binding = *entry.binding;
  if (!binding.kept) binding.sources = sources_of(*entry.object, binding.policy, *settings_);
  render(entry, binding, targets(binding), rendering_of(key));
  hold_leaving(entry, binding, *settings_);
  entry.binding = std::make_shared<const Binding>(std::move(binding));
  if (!asked(key)) return;
  for (const RequiredBy& requirer : entry.binding->required_by) {
    auto& clusters = explanation_->required_by[requirer.namespace_ + "/" + requirer.name];
    for (const placement::TargetCluster& target : requirer.clusters)
      clusters.push_back(target.name);
  }
}

void Pass::render_all() {
  Ledger& ledger = memo_.ledger;
  for (const ObjectKey& key : touched_) {
    Entry& entry = ledger.entries.at(key);
    render_entry(key, entry);
    if (has_error(entry.problems)) entry.settled = false;
    if (entry.binding == nullptr && !has_error(entry.problems) && !entry.undecided)
      entry.settled = true;  // no policy selects it, and nobody needs it
    if (entry.object == nullptr || !follows_inhabitants(*entry.object))
      ledger.establish(key, entry);
  }
}

// A Namespace of the repository goes where something stands in it, or to every cluster if so set
// (20.1), and where its own policy sends it.
void Pass::follow_namespaces() {
  Ledger& ledger = memo_.ledger;
  std::set<ObjectKey> concerned;
  for (const std::string& name : ledger.inhabitants.take_changed())
    concerned.insert({"", "Namespace", "", name});
  for (const ObjectKey& key : touched_)
    if (key.group_kind() == namespace_kind) concerned.insert(key);
  for (const ObjectKey& key : concerned) {
    const auto found = ledger.entries.find(key);
    if (found == ledger.entries.end() || found->second.object == nullptr) continue;
    if (!follows_inhabitants(*found->second.object)) continue;
    if (touched_.insert(key).second) ledger.retire(key, found->second);
    place_namespace(key, found->second);
    ledger.establish(key, found->second);
  }
}

void Pass::place_namespace(const ObjectKey& key, Entry& entry) {
  if (entry.undecided || (entry.binding != nullptr && entry.binding->kept)) return;
  std::vector<std::string> places = memo_.ledger.inhabitants.clusters_of(key.name);
  if (settings_->namespaces_everywhere) {
    places.clear();
    for (const overrides::Cluster& cluster : settings_->clusters) places.push_back(cluster.name);
  }
  // A namespace that was touched for its inhabitants alone still has their places in its lists.
  std::set<std::string> own;
  if (entry.binding != nullptr)
    for (const placement::TargetCluster& target : targets(*entry.binding)) own.insert(target.name);
  std::erase_if(entry.manifests, [&](const auto& there) { return !own.contains(there.first); });
  std::erase_if(entry.held, [&](const auto& there) { return !own.contains(there); });
  std::erase_if(entry.suspended, [&](const auto& there) { return !own.contains(there.first); });
  std::erase_if(places, [&](const std::string& place) { return own.contains(place); });

  Entry more;
  more.object = entry.object;
  Binding binding =
      entry.binding != nullptr
          ? *entry.binding
          : bind(*entry.object, nullptr, *settings_->interpreter, nullptr).value_or(Binding());
  binding.name.clear();
  // Deleting a namespace deletes all that is in it, ours or not: one that came along stays.
  binding.preserve_on_deletion = true;
  std::vector<placement::TargetCluster> clusters;
  for (const std::string& place : places) clusters.push_back({place});
  render(more, binding, clusters, rendering_of(key));
  entry.manifests.insert(entry.manifests.end(), more.manifests.begin(), more.manifests.end());
  entry.held.insert(entry.held.end(), more.held.begin(), more.held.end());
  entry.suspended.merge(more.suspended);
  entry.problems.insert(entry.problems.end(), more.problems.begin(), more.problems.end());
  if (has_error(entry.problems)) entry.settled = false;
}

}  // namespace flotilla::decision
