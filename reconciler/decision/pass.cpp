#include "reconciler/decision/pass.h"

#include "reconciler/decision/confirmation.h"
#include "reconciler/decision/leaving.h"

#include <algorithm>

namespace flotilla::decision {

namespace {

// Kinds that other templates' decisions look at.
bool steers_others(const ObjectKey& key) {
  return key.group == "apiextensions.k8s.io" || key.group == "scheduling.k8s.io" ||
         (key.group.empty() && key.kind == "ResourceQuota");
}

bool was_scheduled(const Entry& entry) {
  return entry.binding != nullptr &&
         (entry.seen == nullptr ||
          entry.seen->schedule.last_scheduled_time != entry.binding->schedule.last_scheduled_time);
}

// What a Lazy policy may leave as it is.
bool same_rules(const Binding& a, const Binding& b) {
  return same(a.placement, b.placement) && a.conflict_resolution == b.conflict_resolution &&
         a.preserve_on_deletion == b.preserve_on_deletion && a.propagate_deps == b.propagate_deps &&
         same(a.suspension_tree, b.suspension_tree) && same(a.failover, b.failover) &&
         a.priority == b.priority && a.affinity_group == b.affinity_group &&
         a.anti_affinity_group == b.anti_affinity_group;
}

// What a decision looks at of the one before it.
bool same_memory(const Binding& a, const Binding& b) {
  return a.policy.same_policy(b.policy) && a.schedule.clusters == b.schedule.clusters &&
         a.schedule.affinity_name == b.schedule.affinity_name &&
         a.schedule.scheduled == b.schedule.scheduled && a.schedule.reason == b.schedule.reason &&
         a.schedule.message == b.schedule.message &&
         a.schedule.last_scheduled_time == b.schedule.last_scheduled_time &&
         a.reschedule_triggered_at == b.reschedule_triggered_at &&
         a.template_digest == b.template_digest && a.sources == b.sources &&
         same(a.eviction_tasks, b.eviction_tasks) &&
         same(a.schedule.applied_placement, b.schedule.applied_placement) &&
         (a.template_digest.empty() || same_rules(a, b));
}

}  // namespace

Decision Pass::run() {
  if (!sort_out()) {
    // Something changed that every decision may look at.
    incremental_ = false;
    drafts_.clear();
    touched_.clear();
    removed_.clear();
    sort_out();
  }
  place_all();
  follow_dependencies();
  render_all();
  follow_namespaces();
  return assemble();
}

void Pass::place_all() {
  for (Draft& draft : drafts_) claim(draft);
  if (!schedule_all() || memo_.ledger.room_seekers.empty()) return;
  draft_room_seekers();
  for (Draft& draft : drafts_) claim(draft);
  schedule_all();
}

// What is scheduled in every pass, by the room that is left, has to see what this pass took: it is
// decided again together with the drafts.
void Pass::draft_room_seekers() {
  Ledger& ledger = memo_.ledger;
  std::set<ObjectKey> keys = ledger.room_seekers;
  for (const Draft& draft : drafts_) keys.insert(draft.key);
  drafts_.clear();
  for (const ObjectKey& key : keys) draft(key, ledger.entries.at(key));
}

bool Pass::is_as_it_was(const Entry& entry, const BindingPtr& before) const {
  if (!entry.settled) return false;
  if (before == entry.binding) return true;
  // What was scheduled from that bears the time of its commit.
  if (before == entry.seen)
    return !was_scheduled(entry) || entry.binding->schedule.last_scheduled_time == snapshot_.time;
  return before != nullptr && entry.binding != nullptr && same_memory(*before, *entry.binding);
}

bool Pass::may_touch_all(const ObjectKey& key) const { return incremental_ && steers_others(key); }

// Karmada's name of a binding leaves the group out, so two kinds may ask for one name (quirk Q1).
// False if that is so: then names have to be given to all anew.
bool Pass::name(const ObjectKey& key) {
  std::set<ObjectKey>& owners = memo_.ledger.names[key.namespace_ + "/" + binding_name(key)];
  owners.insert(key);
  return owners.size() == 1;
}

// False if others asked for its name: one of them gets it now.
bool Pass::unname(const ObjectKey& key) {
  auto& names = memo_.ledger.names;
  const auto found = names.find(key.namespace_ + "/" + binding_name(key));
  if (found == names.end()) return true;
  found->second.erase(key);
  if (!found->second.empty()) return false;
  names.erase(found);
  return true;
}

// The first of those that ask for a name gets it, the others with their group after it. Names that
// differ in ':' and '.' or in case alone are counted.
std::string Pass::name_of(const ObjectKey& key) const {
  std::string name = binding_name(key);
  const auto found = memo_.ledger.names.find(key.namespace_ + "/" + name);
  if (found == memo_.ledger.names.end() || *found->second.begin() == key) return name;
  name += "." + (key.group.empty() ? "core" : key.group);
  const auto alike =
      std::count_if(std::next(found->second.begin()), found->second.find(key),
                    [&](const ObjectKey& other) { return other.group == key.group; });
  return alike == 0 ? name : name + "." + std::to_string(alike + 1);
}

// False if that changes the names of others.
bool Pass::forget(const ObjectKey& key) {
  Ledger& ledger = memo_.ledger;
  const auto found = ledger.entries.find(key);
  ledger.retire(key, found->second);
  for (const ObjectKey& dependency : found->second.dependencies) removed_.insert(dependency);
  ledger.entries.erase(found);
  order_changed_ = ledger.dependants.erase(key) > 0 || order_changed_;
  return unname(key);
}

Pass::Draft& Pass::draft(const ObjectKey& key, Entry& entry) {
  for (const ObjectKey& dependency : entry.dependencies) removed_.insert(dependency);
  if (touched_.insert(key).second) memo_.ledger.retire(key, entry);
  entry.binding = nullptr;
  entry.manifests.clear();
  entry.held.clear();
  entry.suspended.clear();
  entry.dependencies.clear();
  entry.problems.clear();
  entry.undecided = false;
  entry.settled = false;
  entry.seeks_room = false;
  return drafts_.emplace_back(Draft{key, &entry, nullptr, std::nullopt, false});
}

// Templates and entries and previous bindings are all sorted by key, so one walk finds what is new,
// changed and gone. Pointers are compared first: most entries are as they were. False if what
// changed concerns all.
bool Pass::sort_out() {
  Ledger& ledger = memo_.ledger;
  if (!incremental_) ledger = {};
  std::vector<ObjectKey> gone;
  bool names_clash = false;
  order_changed_ = !incremental_;
  auto entry = ledger.entries.begin();
  auto before = previous_.bindings.begin();
  for (const catalog::ObjectPtr& object : catalog_.templates) {
    bool known = entry != ledger.entries.end() && entry->second.object == object;
    while (!known && entry != ledger.entries.end() && entry->first < object->key)
      gone.push_back((entry++)->first);
    known = known || (entry != ledger.entries.end() && entry->first == object->key);
    BindingPtr remembered;
    if (known && before != previous_.bindings.end() && before->second == entry->second.binding &&
        before->second != nullptr) {
      remembered = (before++)->second;
    } else {
      while (before != previous_.bindings.end() && before->first < object->key) {
        take_absent(before->first, before->second);
        ++before;
      }
      if (before != previous_.bindings.end() && before->first == object->key)
        remembered = (before++)->second;
    }
    if (known && entry->second.object == object && is_as_it_was(entry->second, remembered) &&
        !sees_change(object->key, entry->second)) {
      entry->second.seen = remembered;
      ++entry;
      continue;
    }
    if (may_touch_all(object->key)) return false;
    if (!known) {
      entry = ledger.entries.emplace_hint(entry, object->key, Entry());
      names_clash = !name(object->key) || names_clash;
    }
    draft(object->key, entry->second);
    if (entry->second.object != object) {
      order_changed_ = ledger.dependants.erase(object->key) > 0 || order_changed_;
      if (std::vector<ObjectKey> on = depends_on_of(*object); !on.empty())
        order_changed_ = ledger.dependants.emplace(object->key, std::move(on)).second;
    }
    entry->second.object = object;
    entry->second.seen = remembered;
    ++entry;
  }
  for (; entry != ledger.entries.end(); ++entry)
    if (entry->second.object != nullptr) gone.push_back(entry->first);
  for (; before != previous_.bindings.end(); ++before) take_absent(before->first, before->second);
  if (incremental_ && stays_without_template_) return false;
  for (const ObjectKey& key : gone) {
    if (may_touch_all(key)) return false;
    names_clash = !forget(key) || names_clash;
  }
  const bool cycles_changed = order_changed_ && find_cycles();
  return !incremental_ || !(names_clash || cycles_changed);
}

// True if other templates are on a cycle of dependencies than before.
bool Pass::find_cycles() {
  Ledger& ledger = memo_.ledger;
  std::map<ObjectKey, std::string> cyclic;
  for (const std::vector<ObjectKey>& cycle : cycles_among(ledger.dependants))
    for (const ObjectKey& key : cycle) cyclic.emplace(key, cycle_text(cycle));
  if (cyclic == ledger.cyclic) return false;
  ledger.cyclic = std::move(cyclic);
  return true;
}

// What an object depends on may be on its clusters all the same, but nobody looks after it there.
void Pass::say_what_is_not_there() {
  for (const auto& [key, wanted] : memo_.ledger.dependants)
    for (const ObjectKey& one : wanted) {
      if (find_template(catalog_, one) != nullptr || catalog_.faulty_objects.contains(one))
        continue;
      const catalog::ObjectPtr object = find_template(catalog_, key);
      if (object == nullptr) continue;
      decision_.problems.push_back(
          warning_at("unknown-dependency", place_of_depends_on(*object),
                     "depends on " + to_string(one) +
                         ", which the repository does not have; it is not applied",
                     to_string(key)));
    }
}

// Templates whose own policy was lost while no setting differs: that is not for certain what
// somebody wanted.
void Pass::note_what_vanished() {
  if (!decision_.same_settings) return;
  for (const ObjectKey& key : decision_.unmatched) {
    const BindingPtr& before = memo_.ledger.entries.at(key).seen;
    if (before != nullptr && !before->policy.name.empty()) decision_.vanished.push_back(key);
  }
}

Decision Pass::assemble() {
  Ledger& ledger = memo_.ledger;
  decision_.revision = snapshot_.revision;
  decision_.owner = settings_->owner;
  decision_.owner_source = settings_->owner_source;
  decision_.service = settings_->service;
  decision_.readiness = settings_->readiness;
  decision_.readiness_timeout = settings_->readiness_timeout;
  decision_.faulty_clusters = settings_->faulty_clusters;
  decision_.faulty_files = faults_->files();
  decision_.unreadable = faults_->unreadable();
  // Nobody knows what its guard says.
  if (decision_.unreadable.empty() && !settings_->fleet_fault.empty())
    decision_.unreadable = settings_->owner_source;
  decision_.undecided.insert(catalog_.faulty_objects.begin(), catalog_.faulty_objects.end());
  decision_.interpreter = settings_->interpreter;
  decision_.bindings = ledger.bindings();
  for (const overrides::Cluster& cluster : settings_->clusters) {
    // The settings own it.
    decision_.clusters.pointers().push_back({settings_, &cluster});
    ClusterWork& work = decision_.work[cluster.name];
    work.manifests = ledger.manifests(cluster.name);
    work.held = ledger.held(cluster.name);
    work.suspended = ledger.suspended(cluster.name);
  }
  decision_.unmatched.assign(ledger.unmatched.begin(), ledger.unmatched.end());
  decision_.templates = catalog_.templates;
  decision_.guard = settings_->fleet.guard;
  decision_.confirmations = snapshot_.confirmations;
  decision_.settings_digest = memo_.settings_digest;
  decision_.same_settings = memo_.settings_digest == previous_.settings_digest;
  note_what_vanished();
  Problems& problems = decision_.problems;
  problems = catalog_.problems;
  say_what_is_not_there();
  say_what_confirms_nothing(settings_->fleet, snapshot_.confirmations, problems);
  find_leaving(*settings_, previous_, decision_);
  problems.insert(problems.end(), memo_.settings_problems.begin(), memo_.settings_problems.end());
  for (const ObjectKey& key : ledger.troubled) {
    const Entry& entry = ledger.entries.at(key);
    problems.insert(problems.end(), entry.problems.begin(), entry.problems.end());
    if (entry.undecided) decision_.undecided.insert(key);
  }
  keep_what_may_be_needed();
  problems = sorted(std::move(problems));
  memo_.reusable = faults_->none() && !stays_without_template_;
  if (!incremental_) {  // else they are what they were
    memo_.settings_objects = catalog_.settings;
    memo_.quota_status = previous_.quota_status;
  }
  memo_.owner = decision_.owner;
  memo_.timed = !snapshot_.time.empty();
  memo_.decided_anew = touched_.size();
  return std::move(decision_);
}

// ---- the public side

Decision decide(const Snapshot& snapshot, const Previous& previous) {
  Decider::Memo memo;
  return Pass(snapshot, previous, memo, nullptr).run();
}

Decision decide(const Snapshot& snapshot, const Previous& previous, Explanation& explanation) {
  Decider::Memo memo;
  return Pass(snapshot, previous, memo, &explanation).run();
}

Decider::Decider() : memo_(std::make_unique<Memo>()) {}
Decider::~Decider() = default;
Decider::Decider(Decider&&) noexcept = default;
Decider& Decider::operator=(Decider&&) noexcept = default;

Decision Decider::decide(const Snapshot& snapshot, const Previous& previous) {
  return Pass(snapshot, previous, *memo_, nullptr).run();
}

std::size_t Decider::decided_anew() const { return memo_->decided_anew; }

}  // namespace flotilla::decision
