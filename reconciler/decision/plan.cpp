#include "reconciler/decision/plan.h"

#include <algorithm>
#include <set>

namespace flotilla::decision {

namespace {

bool may_be_wanted(const Decision& decision, const ClusterWork& work, const InventoryItem& item) {
  return work.held.contains(item.key) || decision.undecided.contains(item.key) ||
         decision.faulty_files.contains(item.source) || !decision.unreadable.empty();
}

}  // namespace

Plan make_plan(const Decision& decision, const std::string& cluster, const Inventory& inventory) {
  Plan plan;
  const ClusterWork& work = decision.work.at(cluster);
  std::set<ObjectKey> wanted;
  for (const manifest::Manifest& manifest : work.manifests) {
    wanted.insert(manifest.key);
    const auto item = inventory.find(manifest.key);
    const bool there = item != inventory.end() && !item->second.deleting;
    if (there && item->second.digest == manifest.digest) continue;
    plan.apply.push_back(&manifest);
  }
  for (const auto& [key, item] : inventory) {
    if (wanted.contains(key) || may_be_wanted(decision, work, item)) continue;
    if (item.origin == "implicit" || item.deleting) continue;
    (item.keep ? plan.kept : plan.prune).push_back(item);
  }
  std::sort(plan.prune.begin(), plan.prune.end(),
            [](const InventoryItem& a, const InventoryItem& b) {
              return manifest::applies_before(b.key, a.key);
            });
  return plan;
}

}  // namespace flotilla::decision
