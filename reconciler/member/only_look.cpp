#include "reconciler/member/one_pass.h"

#include <algorithm>

// A pass on a cluster that is suspended or held: it says what it would do and writes nothing.
namespace flotilla::member {

// Where nothing is watched each pass asks anew.
kube::Task<> Pass::see_hold() {
  std::optional<Hold> hold;
  if (hold_watch_.is_live()) {
    hold = hold_watch_.hold();
  } else {
    if (!parent_read_ && !memory_.without_parent) co_await read_parent();
    if (memory_.parent) hold = memory_.parent->hold;
  }
  if (!hold) co_return;
  report_.held_on_member = true;
  report_.held_since = hold->since;
  const std::string text = to_string(*hold);
  report_.suspended = order_.paused.empty() ? text : order_.paused + "; " + text;
}

// What is suspended by itself stays as it is in every pass.
void Pass::note_suspended() {
  for (const auto& [key, why] : work_.suspended) {
    const auto item = inventory_.find(key);
    const bool there = item != inventory_.end();
    if (there && item->second.deleting) continue;
    ObjectReport& object = report_.objects[key];
    object.item.key = key;
    object.message = why;
    object.suspended = true;
    if (there) continue;
    object.state = State::waiting;
    object.code = Code::unavailable;
  }
}

namespace {

// leaves_drift() notes it as the loss of the object itself.
bool was_deleted(const Memory& memory, const ObjectKey& key) {
  const auto drift = memory.drifts.find(key);
  return drift != memory.drifts.end() && drift->second.fields.size() == 1 &&
         drift->second.fields.front().path.empty();
}

}  // namespace

// It waits until the cluster may be written to again.
void Pass::note_paused(const ObjectKey& key, const std::string& more) {
  ObjectReport& object = report_.objects[key];
  object.item.key = key;
  object.state = State::waiting;
  object.code = Code::unavailable;
  object.message = report_.suspended + more;
  object.suspended = true;
}

kube::Task<> Pass::only_look() {
  const decision::Plan plan = decision::make_plan(*order_.decision, order_.cluster, inventory_);
  note_left(plan);
  report_.planned.unchanged = work_.manifests.size() - plan.apply.size();
  for (const auto& [key, item] : inventory_)
    if (const manifest::Manifest* manifest = item.drifted ? wanted(key) : nullptr)
      if (manifest->terms.drift == manifest::Drift::report) leaves_drift(*manifest);
  const std::vector<const manifest::Manifest*> differing = sort_out(plan.apply);
  co_await applier_.look_around(differing);
  for (const manifest::Manifest* manifest : differing) foresee(*manifest);
  for (const std::string& name : applier_.missing_namespaces()) {
    const ObjectKey key{"", "Namespace", "", name};
    if (wanted(key) == nullptr) report_.planned.created.push_back(key);
  }
  foresee_deletions(plan);
  Planned& planned = report_.planned;
  for (std::vector<ObjectKey>* keys :
       {&planned.created, &planned.configured, &planned.adopted, &planned.conflicts,
        &planned.pruned, &planned.held, &planned.kept})
    std::sort(keys->begin(), keys->end());
}

void Pass::foresee(const manifest::Manifest& manifest) {
  Planned& planned = report_.planned;
  const GroupKind kind = manifest.key.group_kind();
  const auto resource = applier_.resource_of(manifest);
  if (!resource && definition_of(kind) == nullptr) {
    memory_.unserved.insert(kind);
    applier_.note(manifest, State::refused, resource.error());
    return;
  }
  const auto prospect = resource ? applier_.prospect(manifest) : Applier::Prospect::creates;
  if (!prospect) {
    const bool conflict = prospect.error().code == Code::conflict;
    const State state = conflict ? State::conflict : State::waiting;
    applier_.note(manifest, state, prospect.error());
    report_.objects[manifest.key].suspended = !conflict;
    if (conflict) planned.conflicts.push_back(manifest.key);
    return;
  }
  std::string more;
  switch (*prospect) {
    case Applier::Prospect::creates:
      planned.created.push_back(manifest.key);
      more = was_deleted(memory_, manifest.key) ? std::string(changed_mark) + "deleted"
                                                : "; not there yet";
      break;
    case Applier::Prospect::configures:
      planned.configured.push_back(manifest.key);
      break;
    case Applier::Prospect::adopts:
      planned.adopted.push_back(manifest.key);
      more = "; it is not ours yet and would be taken over";
      break;
  }
  const auto item = inventory_.find(manifest.key);
  const bool drifted = item != inventory_.end() && item->second.drifted;
  if (drifted)
    more = std::string(changed_mark) + drift_text(mirror_.objects().at(manifest.key).lost);
  // With a newer version wanted, what was lost of the one that is there cannot be looked up again.
  const auto drift = memory_.drifts.find(manifest.key);
  if (more.empty() && drift != memory_.drifts.end() && !drift->second.over)
    more = std::string(changed_mark) + drift_text(drift->second.fields);
  applier_.note(manifest, State::waiting, {});
  note_paused(manifest.key, more);
}

void Pass::foresee_deletions(const decision::Plan& plan) {
  Planned& planned = report_.planned;
  for (const decision::InventoryItem& item : plan.prune) {
    inventory_[item.key].held = item.held;
    planned.pruned.push_back(item.key);
    note_paused(item.key, "; then it is deleted");
  }
  for (const decision::Plan::Kept& held : plan.held) planned.held.push_back(held.item.key);
  for (const decision::Plan::Kept& kept : plan.kept)
    if (kept.item.keep) planned.kept.push_back(kept.item.key);
}

}  // namespace flotilla::member
