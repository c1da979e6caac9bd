#include "reconciler/decision/guard.h"

#include "reconciler/decision/confirmation.h"
#include "reconciler/decision/settings_digest.h"

#include <algorithm>

namespace flotilla::decision {

namespace {

constexpr std::size_t hundred_percent = 100;

// What everything else stands in, or what stores things.
bool is_protected(const GroupKind& kind) {
  if (kind.group == "apiextensions.k8s.io") return kind.kind == "CustomResourceDefinition";
  if (kind.kind == "Cluster") return true;
  return kind.group.empty() && (kind.kind == "Namespace" || kind.kind == "PersistentVolume" ||
                                kind.kind == "PersistentVolumeClaim");
}

const LeavingCluster* find_leaving(const Decision& decision, const std::string& cluster) {
  for (const LeavingCluster& leaving : decision.leaving)
    if (leaving.cluster.name == cluster) return &leaving;
  return nullptr;
}

struct Counted {
  std::size_t going = 0;
  std::size_t all = 0;
  std::size_t percent() const { return all == 0 ? 0 : going * hundred_percent / all; }
};

// Namespaces that were made because they were missing are nobody's loss.
Counted count(const Plan& plan, const Inventory& inventory) {
  const auto all = std::count_if(inventory.begin(), inventory.end(),
                                 [](const auto& item) { return item.second.origin != "implicit"; });
  return {plan.prune.size(), static_cast<std::size_t>(all)};
}

bool is_content(const ObjectKey& key) { return key.group_kind() != GroupKind{"", "Namespace"}; }

// Nothing of ours stays on the cluster or comes to it, empty namespaces aside. What is let go
// because of its marks does not stay ours.
bool is_everything(const Plan& plan, const ClusterWork& work, const Inventory& inventory) {
  const bool any_comes =
      std::any_of(work.manifests.begin(), work.manifests.end(),
                  [](const manifest::Manifest& manifest) { return is_content(manifest.key); });
  if (any_comes || std::any_of(work.held.begin(), work.held.end(), is_content)) return false;
  const auto there = std::count_if(inventory.begin(), inventory.end(), [](const auto& entry) {
    return is_content(entry.first) && entry.second.origin != "implicit" && !entry.second.deleting;
  });
  const auto let_go = std::count_if(plan.kept.begin(), plan.kept.end(), [](const Plan::Kept& kept) {
    return kept.item.keep && is_content(kept.item.key);
  });
  const auto going = std::count_if(plan.prune.begin(), plan.prune.end(),
                                   [](const InventoryItem& item) { return is_content(item.key); });
  return going > 0 && going == there - let_go;
}

// Why all of it is held, empty if it is not.
std::string limit_reason(const Plan& plan, const Decision& decision, const ClusterWork& work,
                         const Inventory& inventory) {
  const Counted counted = count(plan, inventory);
  const std::string numbers = std::to_string(counted.going) + " of " + std::to_string(counted.all) +
                              " objects (" + std::to_string(counted.percent()) +
                              " %) would be deleted";
  if (is_everything(plan, work, inventory)) return numbers + ", everything that is there";
  const auto count = static_cast<std::size_t>(decision.guard.count);
  const auto percent = static_cast<std::size_t>(decision.guard.percent);
  if (counted.going <= count || counted.going * hundred_percent <= percent * counted.all) return "";
  return numbers + ", more than " + std::to_string(count) + " and " + std::to_string(percent) +
         " %";
}

// True if the repository, as it stands, gives no reason to delete the item: its binding still
// targets the cluster, or its policy lost it while neither of the two changed.
bool is_render_fault(const Decision& decision, const std::string& cluster,
                     const InventoryItem& item) {
  const auto& bindings = decision.bindings.pointers();
  const auto bound = bindings.lower_bound(
      item.key, [](const BindingPtr& a, const ObjectKey& b) { return a->object < b; });
  if (bound != bindings.end() && (*bound)->object == item.key) {
    const std::vector<placement::TargetCluster> places = targets(**bound);
    return std::any_of(places.begin(), places.end(),
                       [&](const auto& place) { return place.name == cluster; });
  }
  if (!decision.same_settings) return false;
  const auto has = [&](const std::vector<ObjectKey>& keys) {
    return std::binary_search(keys.begin(), keys.end(), item.key);
  };
  // Once held for that, it stays so: what it was bound by is remembered for one pass only.
  return has(decision.vanished) || (!item.held.empty() && has(decision.unmatched));
}

std::string single_reason(const Decision& decision, const std::string& cluster,
                          const InventoryItem& item) {
  if (is_render_fault(decision, cluster, item))
    return "it would be deleted though its file stands in the repository and no setting changed";
  if (is_protected(item.key.group_kind()))
    return "deleting a " + to_string(item.key.group_kind()) +
           " deletes more than itself and is not to be undone";
  return "";
}

// Of a cluster that left, all goes that was applied before it was confirmed.
std::string leaving_reason(const Decision& decision, const LeavingCluster& leaving,
                           const InventoryItem& item) {
  const bool confirmed = std::any_of(
      decision.confirmations.begin(), decision.confirmations.end(), [&](const Confirmation& one) {
        return confirms_cluster(one, leaving) && (!one.is_commit() || is_older_than(one, item));
      });
  return confirmed ? "" : "it was applied after the commit that confirms that its cluster leaves";
}

std::string digest_of_held(const std::string& cluster, const std::vector<Plan::Kept>& held) {
  std::vector<std::string> lines;
  for (const Plan::Kept& kept : held)
    lines.push_back(to_string(kept.item.key) + " " + kept.item.uid + "\n");
  std::sort(lines.begin(), lines.end());
  std::string text = cluster + "\n";
  for (const std::string& line : lines) text += line;
  return short_digest(text);
}

// Lets go what a digest confirms. It is noted on each: should only half of it go now, the rest is
// still the same.
void release(Plan& plan, const std::string& digest) {
  for (Plan::Kept& kept : plan.held) {
    kept.item.held = digest;
    plan.prune.push_back(std::move(kept.item));
  }
  plan.held.clear();
}

}  // namespace

void guard_deletions(Plan& plan, const Decision& decision, const std::string& cluster,
                     const Inventory& inventory) {
  if (plan.prune.empty()) return;
  const Confirmed confirmed(decision, cluster);
  const LeavingCluster* leaving = find_leaving(decision, cluster);
  const std::string limit =
      leaving != nullptr ? "" : limit_reason(plan, decision, decision.work.at(cluster), inventory);
  const auto reason_of = [&](const InventoryItem& item) {
    if (leaving != nullptr) return leaving_reason(decision, *leaving, item);
    return limit.empty() ? single_reason(decision, cluster, item) : limit;
  };
  std::erase_if(plan.prune, [&](const InventoryItem& item) {
    std::string reason = reason_of(item);
    if (reason.empty() || confirmed.by_digest(item.held) || confirmed.by_commit(item)) return false;
    plan.held.push_back({item, std::move(reason)});
    return true;
  });
  if (plan.held.empty()) return;
  const std::string digest = digest_of_held(cluster, plan.held);
  if (confirmed.by_digest(digest)) return release(plan, digest);
  plan.held_digest = digest;
  for (Plan::Kept& kept : plan.held)
    kept.reason += "; confirm with Fleet.spec.confirmDeletions: " + digest;
}

}  // namespace flotilla::decision
