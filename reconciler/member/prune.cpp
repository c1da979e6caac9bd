#include "reconciler/member/one_pass.h"

#include <algorithm>

// What a pass deletes, what it leaves all the same, and why.
namespace flotilla::member {

void Pass::note_left(const decision::Plan& plan) {
  const auto note = [&](const decision::Plan::Kept& left, State state) {
    ObjectReport& object = report_.objects[left.item.key];
    object.item = left.item;
    object.on_cluster = true;
    object.state = state;
    object.message = left.reason;
  };
  for (const decision::Plan::Kept& kept : plan.kept) note(kept, State::kept);
  for (const decision::Plan::Kept& held : plan.held) {
    note(held, State::held);
    inventory_[held.item.key].held = plan.held_digest;
  }
  report_.held_digest = plan.held_digest;
}

// An object of the same namespace that is new and not ready: what is deleted may be what it
// replaces.
std::optional<std::string> Pass::replacement_on_its_way(const decision::InventoryItem& item) {
  const auto concerns = [&](const ObjectKey& key) {
    return item.key.namespace_.empty() || key.namespace_ == item.key.namespace_;
  };
  for (const auto& [key, manifest] : missing_) {
    if (!concerns(key) || inventory_.contains(key)) continue;
    const auto noted = report_.objects.find(key);
    // Deleted by somebody, and to be left so: it is not on its way.
    if (noted != report_.objects.end() && noted->second.state == State::drifted) continue;
    return "its deletion waits until " + to_string(key) + ", which is new, is applied" +
           (progress(key) == decision::Progress::failed ? "; that one is refused" : "");
  }
  for (const ObjectKey& key : memory_.fresh) {
    if (!concerns(key) || wanted(key) == nullptr) continue;
    if (progress(key) == decision::Progress::ready) continue;
    if (progress(key) == decision::Progress::unready) memory_.awaited.insert(key);
    return "its deletion waits until " + to_string(key) + ", which is new, is ready";
  }
  return std::nullopt;
}

// In reverse apply order: what refers to others goes first.
kube::Task<> Pass::prune(const decision::Plan& plan) {
  const bool all_known = std::all_of(
      mirror_.faults().begin(), mirror_.faults().end(),
      [](const auto& fault) { return kube::fault_of(fault.second) == kube::Fault::forbidden; });
  std::map<int, std::vector<const decision::InventoryItem*>, std::greater<>> ranks;
  for (const decision::InventoryItem& item : plan.prune) {
    // What confirmed it goes on holding for what is not deleted in this pass.
    inventory_[item.key].held = item.held;
    std::optional<std::string> wait = replacement_on_its_way(item);
    if (!all_known) wait = "its deletion waits until all kinds of the cluster can be listed";
    if (!wait) {
      ranks[manifest::apply_rank(item.key.group_kind())].push_back(&item);
      continue;
    }
    ObjectReport& object = report_.objects[item.key];
    object.item = item;
    object.on_cluster = true;
    object.state = State::waiting;
    object.code = Code::unavailable;
    object.message = *wait;
  }
  for (const auto& [rank, items] : ranks) {
    if (applier_.must_stop()) co_return;
    std::vector<kube::Task<>> removals;
    for (const decision::InventoryItem* item : items) removals.push_back(applier_.remove(*item));
    co_await kube::all(std::move(removals));
  }
}

// What its marks or its policy keep is no longer ours (contract.md, "Ownership, drift, deletion").
kube::Task<> Pass::let_go(const decision::Plan& plan) {
  std::vector<kube::Task<>> releases;
  for (const decision::Plan::Kept& kept : plan.kept)
    if (kept.item.keep) releases.push_back(applier_.let_go(kept.item));
  co_await kube::all(std::move(releases));
}

}  // namespace flotilla::member
