#include "reconciler/decision/plan.h"

#include "reconciler/decision/guard.h"

#include <algorithm>
#include <set>
#include <unordered_set>

namespace flotilla::decision {

namespace {

bool may_be_wanted(const Decision& decision, const ClusterWork& work, const InventoryItem& item) {
  return work.held.contains(item.key) || decision.undecided.contains(item.key) ||
         decision.faulty_files.contains(item.source) || !decision.unreadable.empty();
}

std::set<ObjectKey> keys_of(const ClusterWork& work) {
  std::set<ObjectKey> keys = work.held;
  for (const manifest::Manifest& manifest : work.manifests) keys.insert(manifest.key);
  return keys;
}

// Deleting a namespace or a definition deletes what is in it: what stays on the cluster holds it.
bool holds(const ObjectKey& container, const ObjectKey& content) {
  if (container.group_kind() == GroupKind{"", "Namespace"})
    return content.namespace_ == container.name;
  if (container.group_kind() == GroupKind{"apiextensions.k8s.io", "CustomResourceDefinition"})
    return !content.group.empty() &&
           container.name.substr(container.name.find('.') + 1) == content.group;
  return false;
}

// Moves containers that are still needed from `prune` to `kept`.
void keep_containers(Plan& plan, const std::set<ObjectKey>& wanted, const Inventory& inventory) {
  std::set<ObjectKey> stays = wanted;
  std::set<ObjectKey> going;
  for (const InventoryItem& item : plan.prune) going.insert(item.key);
  for (const auto& [key, item] : inventory)
    if (!going.contains(key) && !item.deleting) stays.insert(key);
  std::erase_if(plan.prune, [&](const InventoryItem& item) {
    const auto content = std::find_if(stays.begin(), stays.end(),
                                      [&](const ObjectKey& key) { return holds(item.key, key); });
    if (content == stays.end()) return false;
    plan.kept.push_back({item, "it left the repository, but deleting it would delete " +
                                   to_string(*content) + ", which stays"});
    return true;
  });
}

}  // namespace

Plan make_plan(const Decision& decision, const std::string& cluster, const Inventory& inventory) {
  Plan plan;
  const ClusterWork& work = decision.work.at(cluster);
  std::unordered_set<const InventoryItem*> wanted;
  auto next = inventory.end();  // most neighbours are neighbours there too
  for (const manifest::Manifest& manifest : work.manifests) {
    const bool is_next = next != inventory.end() && next->first == manifest.key;
    const auto item = is_next ? next : inventory.find(manifest.key);
    if (item != inventory.end()) {
      wanted.insert(&item->second);
      next = std::next(item);
    }
    const bool there = item != inventory.end() && !item->second.deleting;
    const bool to_correct =
        there && item->second.drifted && manifest.terms.drift == manifest::Drift::correct;
    if (there && item->second.digest == manifest.digest && !to_correct) continue;
    plan.apply.push_back(&manifest);
  }
  for (const auto& [key, item] : inventory) {
    if (wanted.contains(&item) || may_be_wanted(decision, work, item)) continue;
    if (item.origin == "implicit" || item.deleting) continue;
    if (item.keep)
      plan.kept.push_back(
          {item, key.group_kind() == GroupKind{"", "Namespace"}
                     ? "it left the repository; a Namespace that holds other objects or is marked "
                       "flotilla.dev/preserve is not deleted"
                     : "it left the repository, but an annotation on it says to keep it"});
    else
      plan.prune.push_back(item);
  }
  if (plan.prune.empty()) return plan;
  const std::set<ObjectKey> stays = keys_of(work);
  keep_containers(plan, stays, inventory);
  const std::size_t pruned = plan.prune.size();
  guard_deletions(plan, decision, cluster, inventory);
  // A container that may go may hold what is to stay now.
  if (plan.prune.size() != pruned) keep_containers(plan, stays, inventory);
  std::sort(plan.prune.begin(), plan.prune.end(),
            [](const InventoryItem& a, const InventoryItem& b) {
              return manifest::applies_before(b.key, a.key);
            });
  return plan;
}

}  // namespace flotilla::decision
