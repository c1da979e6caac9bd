#include "reconciler/member/sightings.h"

#include "reconciler/member/inventory.h"

#include <algorithm>

namespace flotilla::member {
namespace {

// How long a late event about a deleted object is to be expected.
constexpr std::int64_t grave_seconds = 60;

std::string version_of_object(const Json::Value& live) {
  return get_string(live, {"metadata", "resourceVersion"});
}

std::string uid_of(const Json::Value& live) { return get_string(live, {"metadata", "uid"}); }

}  // namespace

std::set<GroupKind> Sightings::judge_by(std::shared_ptr<const decision::Decision> decision,
                                        const std::string& cluster) {
  // Whatever was seen since was judged by it.
  if (judge_.uses(decision, cluster)) return {};
  const bool other_rules = judge_.use(std::move(decision), cluster).rules;
  std::set<GroupKind> unclear;
  for (const auto& [key, seen] : objects_) {
    const GroupKind kind = key.group_kind();
    if (unclear.contains(kind)) continue;
    if (other_rules && interpreter::has_status(kind)) unclear.insert(kind);
    if (is_judged(seen) || seen.item.digest.empty()) continue;
    const manifest::Manifest* manifest = judge_.wanted(key);
    if (manifest != nullptr && manifest->digest == seen.item.digest) unclear.insert(kind);
  }
  return unclear;
}

std::set<std::string> Sightings::namespaces_of(const GroupKind& kind) const {
  std::set<std::string> namespaces;
  for (auto at = objects_.lower_bound({kind.group, kind.kind, {}, {}});
       at != objects_.end() && at->first.group_kind() == kind; ++at)
    namespaces.insert(at->first.namespace_);
  return namespaces;
}

Sightings::Listing::Listing(Sightings& sightings, GroupKind kind, std::string in_namespace)
    : sightings_(sightings), kind_(std::move(kind)), namespace_(std::move(in_namespace)) {
  ++sightings_.listings_;
}

Sightings::Listing::~Listing() {
  if (--sightings_.listings_ == 0) sightings_.written_.clear();
}

void Sightings::Listing::begin() { present_.clear(); }

void Sightings::Listing::add(const Json::Value& live) {
  const ObjectKey key = key_of(live);
  const auto known = sightings_.objects_.find(key);
  if (sightings_.written_.contains(key)) {
    if (known == sightings_.objects_.end()) return;
    if (!is_newer(version_of_object(live), known->second.resource_version)) {
      present_.insert(&known->second);
      return;
    }
  }
  if (!sightings_.is_mine(live)) return;
  sightings_.unbury(key, uid_of(live));
  if (sightings_.store(key, live)) changed_ = true;
  present_.insert(&sightings_.objects_.find(key)->second);
}

bool Sightings::Listing::end() {
  auto at = sightings_.first_of(kind_, namespace_);
  while (at != sightings_.objects_.end() && at->first.group_kind() == kind_ &&
         (namespace_.empty() || at->first.namespace_ == namespace_)) {
    if (present_.contains(&at->second) || sightings_.written_.contains(at->first)) {
      ++at;
      continue;
    }
    at = sightings_.erase(at);
    changed_ = true;
  }
  return changed_;
}

bool Sightings::on_event(const kube::WatchEvent& event) {
  const Json::Value& live = event.object;
  const ObjectKey key = key_of(live);
  const std::string uid = uid_of(live);
  const auto known = objects_.find(key);
  if (event.type == "DELETED") unbury(key, uid);
  if (known != objects_.end() && !is_newer(version_of_object(live), known->second.resource_version))
    return false;
  if (event.type == "DELETED") {
    if (known == objects_.end() || known->second.item.uid != uid) return false;
    erase(known);
    return true;
  }
  if (is_buried(key, uid)) return false;
  if (is_mine(live)) return store(key, live);
  if (known == objects_.end()) return false;
  erase(known);
  return true;
}

bool Sightings::forget_all(const GroupKind& kind, const std::string& namespace_) {
  bool any = false;
  auto at = first_of(kind, namespace_);
  while (at != objects_.end() && at->first.group_kind() == kind &&
         (namespace_.empty() || at->first.namespace_ == namespace_)) {
    at = erase(at);
    any = true;
  }
  return any;
}

void Sightings::forget_others(const std::set<GroupKind>& kinds) {
  for (auto at = objects_.begin(); at != objects_.end();) {
    const ObjectKey& key = at->first;
    if (kinds.contains(key.group_kind()))
      at = objects_.lower_bound({key.group, key.kind + '\0', {}, {}});  // of the next kind
    else
      at = erase(at);
  }
}

void Sightings::note(const Json::Value& live) {
  const ObjectKey key = key_of(live);
  unbury(key, uid_of(live));
  if (listings_ > 0) written_.insert(key);
  const auto known = objects_.find(key);
  const std::string version = version_of_object(live);
  if (known != objects_.end() && !is_newer(version, known->second.resource_version)) return;
  if (is_mine(live)) {
    store(key, live);
  } else if (known != objects_.end()) {
    erase(known);
  }
}

void Sightings::forget(const ObjectKey& key) {
  const std::int64_t now = now_();
  std::erase_if(graves_, [&](const auto& grave) { return grave.second.until <= now; });
  if (listings_ > 0) written_.insert(key);
  const auto known = objects_.find(key);
  if (known == objects_.end()) return;
  graves_[key] = {known->second.item.uid, now + grave_seconds};
  erase(known);
}

std::optional<std::int64_t> Sightings::next_grace() const {
  std::optional<std::int64_t> next;
  for (const auto& [key, end] : graces_) next = std::min(next.value_or(end), end);
  return next;
}

bool Sightings::end_graces() {
  const std::int64_t now = now_();
  bool any = false;
  for (auto grace = graces_.begin(); grace != graces_.end();) {
    if (grace->second > now) {
      ++grace;
      continue;
    }
    interpreter::ReadinessResult& readiness = objects_.at(grace->first).observed.readiness;
    readiness.state = interpreter::Readiness::current;
    readiness.message.clear();
    grace = graces_.erase(grace);
    any = true;
  }
  return any;
}

bool Sightings::is_mine(const Json::Value& live) const {
  return label(live, manifest::part_of_label) == applyset_id_ && !is_copy(live);
}

bool Sightings::is_buried(const ObjectKey& key, const std::string& uid) const {
  const auto grave = graves_.find(key);
  return grave != graves_.end() && grave->second.uid == uid && grave->second.until > now_();
}

void Sightings::unbury(const ObjectKey& key, const std::string& uid) {
  const auto grave = graves_.find(key);
  if (grave != graves_.end() && grave->second.uid == uid) graves_.erase(grave);
}

bool Sightings::store(const ObjectKey& key, const Json::Value& live) {
  const auto known = objects_.find(key);
  const Seen* before = known == objects_.end() ? nullptr : &known->second;
  // Another object of that name has no past.
  if (before != nullptr && before->item.uid != uid_of(live)) before = nullptr;
  Seen seen = judge_.look(live, before, now_());
  graces_.erase(key);
  if (seen.observed.readiness.state == interpreter::Readiness::no_status)
    if (const auto end = judge_.end_of_grace(live)) graces_[key] = *end;
  if (known == objects_.end()) {
    objects_.emplace(key, std::move(seen));
    return true;
  }
  const bool other = differs(known->second, seen);
  known->second = std::move(seen);
  return other;
}

Sightings::Objects::iterator Sightings::erase(Objects::iterator at) {
  graces_.erase(at->first);
  return objects_.erase(at);
}

Sightings::Objects::iterator Sightings::first_of(const GroupKind& kind,
                                                 const std::string& namespace_) {
  return objects_.lower_bound({kind.group, kind.kind, namespace_, {}});
}

}  // namespace flotilla::member
