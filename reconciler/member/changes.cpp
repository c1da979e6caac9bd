#include "reconciler/member/one_pass.h"

#include <algorithm>

// What a pass applies, in which order, and what it leaves for now.
namespace flotilla::member {
namespace {

using decision::ApplyOrder;
using decision::Progress;

constexpr int parent_attempts = 4;

const GroupKind definitions{"apiextensions.k8s.io", "CustomResourceDefinition"};
const GroupKind namespace_kind{"", "Namespace"};

}  // namespace

kube::Task<> Pass::change() {
  const decision::Plan plan = decision::make_plan(*order_.decision, order_.cluster, inventory_);
  note_left(plan);
  for (const auto& [key, item] : inventory_)
    if (const manifest::Manifest* manifest = item.drifted ? wanted(key) : nullptr)
      if (manifest->terms.drift == manifest::Drift::report) leaves_drift(*manifest);
  for (const manifest::Manifest* manifest : plan.apply) missing_[manifest->key] = manifest;
  const std::set<GroupKind> kinds = memory_.parent ? memory_.parent->kinds : std::set<GroupKind>();
  const auto discovery = memory_.discovery;
  const bool lost = memory_.parent && !memory_.parent->exists && !order_.leaving;
  if (lost && !inventory_.empty()) co_await extend_parent({});
  if (!applier_.must_stop()) co_await apply(sort_out(plan.apply));
  if (!applier_.must_stop()) co_await prune(plan);
  if (!applier_.must_stop()) co_await let_go(plan);
  if (!applier_.must_stop()) co_await shrink_parent();
  // What is new is watched from now on.
  const bool more = memory_.discovery != discovery ||
                    (memory_.parent && !std::ranges::includes(kinds, memory_.parent->kinds));
  if (reliance_ == Reliance::watches && more && !applier_.must_stop()) {
    Reach reach = this->reach();
    co_await mirror_.read(std::move(reach.kinds), std::move(reach.namespaces), memory_.discovery);
  }
}

// Of what differs, what is to be sent; the rest stands in the report.
std::vector<const manifest::Manifest*> Pass::sort_out(
    const std::vector<const manifest::Manifest*>& planned) {
  std::vector<const manifest::Manifest*> wanted;
  for (const manifest::Manifest* manifest : planned) {
    if (is_beyond_reach(*manifest) || is_refused_still(*manifest) || leaves_drift(*manifest))
      continue;
    wanted.push_back(manifest);
  }
  return wanted;
}

bool Pass::is_beyond_reach(const manifest::Manifest& manifest) {
  const GroupKind kind = manifest.key.group_kind();
  if (const auto fault = mirror_.faults().find(kind); fault != mirror_.faults().end()) {
    const bool forbidden = kube::fault_of(fault->second) == kube::Fault::forbidden;
    applier_.note(manifest, forbidden ? State::refused : State::waiting,
                  while_doing(fault->second.error, "looking what is there"));
    return true;
  }
  const auto refused = mirror_.refused_namespaces().find(kind);
  if (refused == mirror_.refused_namespaces().end() ||
      !refused->second.contains(manifest.key.namespace_))
    return false;
  applier_.note(manifest, State::refused, error(Code::forbidden, report_.beyond_reach[kind]));
  return true;
}

// What it would be tried for: a status that changes is no other reason.
Refusals::Attempt Pass::attempt_of(const manifest::Manifest& manifest) const {
  Refusals::Attempt attempt;
  attempt.digest = manifest.digest;
  attempt.revision = order_.revision;
  attempt.served = memory_.discovery->find(manifest.key.group_kind()) != nullptr;
  const auto seen = mirror_.objects().find(manifest.key);
  if (seen == mirror_.objects().end()) return attempt;
  attempt.standing = seen->second.item.uid + " " + std::to_string(seen->second.own_fields) + " " +
                     std::to_string(seen->second.others_fields);
  if (seen->second.item.deleting) attempt.standing += " deleting";
  return attempt;
}

bool Pass::is_refused_still(const manifest::Manifest& manifest) {
  const Refusals::Refusal* refusal =
      memory_.refusals.find(manifest.key, attempt_of(manifest), std::chrono::steady_clock::now());
  if (refusal == nullptr) return false;
  applier_.note(manifest, refusal->state, refusal->error);
  return true;
}

// True if somebody changed or deleted the object and that is not to be corrected, or not now.
bool Pass::leaves_drift(const manifest::Manifest& manifest) {
  const auto item = inventory_.find(manifest.key);
  const auto known = memory_.known.find(manifest.key);
  const bool there = item != inventory_.end();
  const bool drifted = there && item->second.drifted;
  const bool is_same = known != memory_.known.end() && known->second.digest == manifest.digest;
  // On a cluster that was made anew nothing was deleted.
  const bool known_cluster = memory_.without_parent || (memory_.parent && memory_.parent->exists);
  const bool deleted = !there && is_same && known_cluster;
  if (!drifted && !deleted) return false;
  std::vector<manifest::LostField> fields(1);
  if (drifted) fields = mirror_.objects().at(manifest.key).lost;
  std::erase_if(fields, [&](const manifest::LostField& field) {
    return !field.pointer.empty() && (manifest::is_under(field.pointer, manifest.terms.ignored) ||
                                      manifest::is_autoscaled(field));
  });
  const std::string text = drift_text(fields);
  const manifest::Drift mode = manifest.terms.drift;
  const auto time = std::chrono::steady_clock::now();
  const bool leaves =
      mode == manifest::Drift::report || (mode == manifest::Drift::ignore && drifted);
  const bool corrects =
      !leaves && !memory_.paused && memory_.fights.may_correct(manifest.key, time);
  note_drift(manifest, std::move(fields), corrects);
  if (!leaves && memory_.paused) return false;
  if (corrects) {
    memory_.fights.corrected(manifest.key, time);
    return false;
  }
  // The same words in every pass, for as long as it is so.
  if (mode == manifest::Drift::report)
    applier_.note(
        manifest, State::drifted,
        error(Code::conflict, "changed on the cluster, and left so (drift: Report): " + text));
  else if (!leaves)
    applier_.note(
        manifest, State::drifted,
        error(Code::conflict,
              "fight: corrected " + std::to_string(memory_.fights.corrections(manifest.key)) +
                  " times and changed again: " + text + "; corrected next after a pause of " +
                  std::to_string(memory_.fights.rest(manifest.key).count()) + " s"));
  return true;
}

// What is still as it was seen before was not changed again.
void Pass::note_drift(const manifest::Manifest& manifest, std::vector<manifest::LostField> fields,
                      bool corrects) {
  Memory::Drift& drift = memory_.drifts[manifest.key];
  drift.over = corrects;
  if (drift.fields == fields && !corrects) return;
  drift.fields = std::move(fields);
  drift.time = now();
}

kube::Task<> Pass::apply(std::vector<const manifest::Manifest*> wanted) {
  if (wanted.empty()) co_return;
  co_await extend_parent(wanted);
  while (!applier_.must_stop() && !wanted.empty()) {
    const ApplyOrder::Round round =
        sequence_.next(wanted, [this](const ObjectKey& key) { return progress(key); });
    for (const ApplyOrder::Blocked& blocked : round.invalid) {
      applier_.note(*blocked.manifest, State::refused, error(Code::invalid, blocked.reason));
    }
    if (round.now.empty()) {
      note_blocked(round);
      co_return;
    }
    co_await apply_round(round.now);
    wanted.clear();
    for (const ApplyOrder::Blocked& blocked : round.blocked) wanted.push_back(blocked.manifest);
  }
}

// Stage by stage: what others refer to is there before they are.
kube::Task<> Pass::apply_round(std::vector<const manifest::Manifest*> round) {
  const bool stale = std::any_of(round.begin(), round.end(), [&](const manifest::Manifest* m) {
    return applier_.discovery().find(m->key.group_kind(), version_of(m->api_version)) == nullptr;
  });
  if (stale) co_await discover();
  for (int stage = 0; stage <= 2 && !applier_.must_stop(); ++stage) {
    std::vector<const manifest::Manifest*> batch;
    for (const manifest::Manifest* manifest : round)
      if (manifest::apply_stage(manifest->key.group_kind()) == stage) batch.push_back(manifest);
    if (!batch.empty()) co_await send(std::move(batch));
  }
}

kube::Task<> Pass::send(std::vector<const manifest::Manifest*> batch) {
  co_await applier_.prepare(batch);
  std::vector<kube::Task<>> applies;
  for (const manifest::Manifest* manifest : batch) applies.push_back(applier_.apply(manifest));
  co_await kube::all(std::move(applies));
  for (const manifest::Manifest* manifest : batch) note_outcome(*manifest);
}

// The definition among what is wanted that brings the kind, or nullptr.
const ObjectKey* Pass::definition_of(const GroupKind& kind) const {
  for (const manifest::Manifest& definition : work_.manifests) {
    if (definition.key.group_kind() != definitions) return nullptr;
    if (!definition.key.name.ends_with("." + kind.group)) continue;
    if (definition.json->find("\"kind\":\"" + kind.kind + "\"") != std::string::npos)
      return &definition.key;
  }
  return nullptr;
}

void Pass::note_outcome(const manifest::Manifest& manifest) {
  const auto found = report_.objects.find(manifest.key);
  if (found == report_.objects.end()) return;  // the pass was stopped before its turn
  ObjectReport& object = found->second;
  const GroupKind kind = manifest.key.group_kind();
  const bool served = memory_.discovery->find(kind) != nullptr;
  if (object.state == State::applied) {
    missing_.erase(manifest.key);
    if (!memory_.known.contains(manifest.key)) memory_.fresh.insert(manifest.key);
    memory_.refusals.forget(manifest.key);
    return;
  }
  if (!served) {
    const ObjectKey* definition = definition_of(kind);
    // Its definition is there: the server is about to serve it.
    if (definition != nullptr) {
      object.state = State::waiting;
      object.message = "the cluster does not serve " + to_string(kind) + " yet";
      object.code = Code::unavailable;
      memory_.awaited.insert(*definition);
    }
    (definition != nullptr ? memory_.coming : memory_.unserved).insert(kind);
  }
  const bool mend = object.state == State::conflict ||
                    (object.state == State::refused && !is_transient(object.code));
  if (!mend) return;
  memory_.refusals.note(manifest.key, attempt_of(manifest), object.state,
                        error(object.code, object.message), std::chrono::steady_clock::now());
}

Progress Pass::progress(const ObjectKey& key) const {
  if (missing_.contains(key)) {
    const auto noted = report_.objects.find(key);
    if (noted == report_.objects.end()) return Progress::absent;
    const State state = noted->second.state;
    // Whose a namespace is does not matter to what is to be in it; whether it is there, if it may
    // not even be looked at, each object finds out itself.
    const bool barred = state == State::conflict ||
                        (state == State::refused && noted->second.code == Code::forbidden);
    if (barred && key.group_kind() == namespace_kind) return Progress::unready;
    if (state == State::refused || state == State::conflict) return Progress::failed;
    if (state != State::drifted) return Progress::absent;
  }
  const auto seen = mirror_.objects().find(key);
  if (seen == mirror_.objects().end() || seen->second.item.deleting) return Progress::absent;
  switch (seen->second.observed.readiness.state) {
    case interpreter::Readiness::current:
      return Progress::ready;
    case interpreter::Readiness::failed:
      return Progress::failed;
    default:
      return Progress::unready;
  }
}

void Pass::note_blocked(const ApplyOrder::Round& round) {
  for (const ApplyOrder::Blocked& blocked : round.blocked) {
    applier_.note(*blocked.manifest, State::waiting, error(Code::unavailable, blocked.reason));
    if (blocked.progress == Progress::unready) memory_.awaited.insert(blocked.on);
  }
}

// The parent names every kind before the first object of it is sent: whatever happens then, the
// objects are found again.
kube::Task<> Pass::extend_parent(std::vector<const manifest::Manifest*> manifests) {
  if (memory_.without_parent) co_return;
  std::set<GroupKind> kinds = memory_.parent->kinds;
  for (const auto& [key, item] : inventory_) kinds.insert(key.group_kind());
  for (const manifest::Manifest* manifest : manifests) {
    kinds.insert(manifest->key.group_kind());
    // A missing namespace will be made and is ours then.
    if (!manifest->key.namespace_.empty()) kinds.insert(namespace_kind);
  }
  const bool is_new = memory_.parent->cluster != order_.cluster ||
                      memory_.parent->root_commit != order_.root_commit;
  if (memory_.parent->exists && kinds == memory_.parent->kinds && !is_new) co_return;
  co_await store_parent(std::move(kinds));
}

kube::Task<> Pass::shrink_parent() {
  if (memory_.without_parent || !memory_.parent->exists) co_return;
  // What cannot be listed may still be there.
  if (order_.leaving && inventory_.empty() && mirror_.faults().empty() &&
      mirror_.refused_namespaces().empty()) {
    auto removed = co_await remove_parent(client_, order_.owner, *memory_.parent);
    if (removed) memory_.parent = Parent();
    co_return;
  }
  std::set<GroupKind> kinds;
  const auto add = [&](const ObjectKey& key, const ObjectKey* before) {
    if (before != nullptr && before->kind == key.kind && before->group == key.group) return;
    kinds.insert(key.group_kind());
  };
  const ObjectKey* before = nullptr;
  for (const auto& [key, item] : inventory_) {
    add(key, before);
    before = &key;
  }
  before = nullptr;
  for (const manifest::Manifest& manifest : work_.manifests) {
    add(manifest.key, before);
    before = &manifest.key;
    if (!manifest.key.namespace_.empty()) kinds.insert(namespace_kind);
  }
  for (const ObjectKey& key : work_.held) kinds.insert(key.group_kind());
  for (const auto& [kind, fault] : mirror_.faults()) kinds.insert(kind);
  for (const auto& [kind, refused] : mirror_.refused_namespaces()) kinds.insert(kind);
  const std::set<GroupKind>& stored = memory_.parent->kinds;
  const bool can_shrink = std::any_of(stored.begin(), stored.end(),
                                      [&](const GroupKind& kind) { return !kinds.contains(kind); });
  if (!can_shrink) co_return;
  // Another controller may have added some meanwhile: then it is not shrunk now.
  Parent next = *memory_.parent;
  std::erase_if(next.kinds, [&](const GroupKind& kind) { return !kinds.contains(kind); });
  auto written = co_await write_parent(client_, order_.owner, next);
  if (written) memory_.parent = std::move(*written);
  if (!written) memory_.parent.reset();
}

kube::Task<> Pass::store_parent(std::set<GroupKind> kinds) {
  for (int attempt = 1;; ++attempt) {
    Parent next = *memory_.parent;
    next.kinds.insert(kinds.begin(), kinds.end());
    next.cluster = order_.cluster;
    next.root_commit = order_.root_commit;
    auto written = co_await write_parent(client_, order_.owner, next);
    if (written) {
      memory_.parent = std::move(*written);
      co_return;
    }
    const kube::Fault fault = kube::fault_of(written.error());
    if (fault == kube::Fault::forbidden) {
      memory_.without_parent = true;
      parent_is_ours();
      co_return;
    }
    if (fault != kube::Fault::conflict || attempt == parent_attempts) {
      report_.error = while_doing(written.error().error, "writing the inventory");
      co_return;
    }
    co_await read_parent();
    if (report_.error || memory_.without_parent || !parent_is_ours()) co_return;
  }
}

}  // namespace flotilla::member
