#include "reconciler/lease/replica.h"

#include <algorithm>

namespace flotilla::lease {
namespace {

// From a failure to the next attempt.
constexpr milliseconds pause{500};

}  // namespace

Replica::Replica(Identity me, Names names, Timing timing, bool sharded)
    : me_(std::move(me)),
      names_(std::move(names)),
      timing_(timing),
      sharded_(sharded),
      own_(me_),
      leader_(me_),
      share_(me_.name) {}

bool Replica::look_is_due(Now now) const {
  if (now.mono < look_not_before_) return false;
  if (look_soon_ || !looked_at_ || own_.must_look() || leader_.must_look()) return true;
  return now.mono >= std::min(*looked_at_ + timing_.look, first_expiry_);
}

void Replica::looking(Now now) {
  look_began_ = now;
  look_soon_ = false;
  publications_ = share_.publications();
  own_landings_before_ = own_landings_;
  leader_landings_before_ = leader_landings_;
}

void Replica::look_failed(Now now) {
  look_soon_ = true;
  look_not_before_ = now.mono + pause;
}

// A replica is gone when its Lease is, when it let go of it, or when it was the same in a look that
// began a whole duration after it had been seen first.
std::vector<View> Replica::live_others(Now start, Now now, const std::vector<Lease>& leases,
                                       const std::set<std::string>& gone) {
  std::map<std::string, Sighting> sightings;
  std::vector<View> live;
  rubbish_.clear();
  first_expiry_ = milliseconds::max();
  for (const Lease& lease : leases) {
    if (lease.name == names_.replica || !lease.name.starts_with(names_.prefix)) continue;
    const auto before = sightings_.find(lease.name);
    const bool unchanged = before != sightings_.end() && before->second.record == lease.record;
    const milliseconds since = unchanged ? before->second.since : now.mono;
    sightings[lease.name] = {lease.record, since};
    const milliseconds expiry = since + lease.record.duration;
    if (now.mono - since > stale_after * lease.record.duration) rubbish_.push_back(lease);
    if (lease.record.holder.empty() || gone.contains(lease.record.process)) continue;
    if (unchanged && start.mono >= expiry) continue;
    first_expiry_ = std::min(first_expiry_, expiry);
    live.push_back({lease.record.holder, lease.members});
  }
  sightings_ = std::move(sightings);
  return live;
}

void Replica::looked(Now now, const std::vector<Lease>& leases, const std::set<std::string>& gone) {
  looked_at_ = look_began_.mono;
  const auto find = [&](const std::string& name) {
    const auto found =
        std::find_if(leases.begin(), leases.end(), [&](const Lease& l) { return l.name == name; });
    return found == leases.end() ? nullptr : &*found;
  };
  const auto tell = [&](Election& election, const Lease* lease) {
    if (lease == nullptr) return election.looked("", std::nullopt, now);
    election.looked(lease->version, lease->record, now, gone.contains(lease->record.process));
  };
  const Lease* leader = find(names_.leader);
  const std::string note = leader == nullptr ? "" : leader->note;
  const std::string name = leader == nullptr ? "" : leader->record.holder;
  const bool led = leader_.holds(now.mono);
  // A look that began before a write landed may not have seen it.
  if (leader_landings_ == leader_landings_before_) tell(leader_, leader);
  if (own_landings_ == own_landings_before_) tell(own_, find(names_.replica));
  const Members before = share_.members();
  const bool waited = share_.waits_for_look();
  share_.looked(live_others(look_began_, now, leases, gone), publications_);
  const bool differs = note != seen_note_ || name != leader_name_ || before != share_.members() ||
                       led != leader_.holds(now.mono);
  // A claim that stood in the way may be gone.
  if (differs || waited || sharded_) ++changes_;
  if (leader_landings_ != leader_landings_before_) return;
  seen_note_ = note;
  leader_name_ = name;
}

std::set<std::string> Replica::at_work() const {
  std::set<std::string> result;
  for (const auto& [cluster, count] : at_work_) result.insert(cluster);
  return result;
}

void Replica::ended(const std::string& cluster) {
  const auto found = at_work_.find(cluster);
  if (found != at_work_.end() && --found->second == 0) at_work_.erase(found);
}

bool Replica::own_is_due(Now now) const {
  if (!looked_at_ || own_.must_look() || now.mono < own_not_before_) return false;
  return own_.step(now, timing_) != Election::Step::wait ||
         (own_.is_mine() && share_.wants_to_publish(at_work()));
}

std::optional<Lease> Replica::own_write(Now now) {
  if (!own_is_due(now)) return std::nullopt;
  Lease lease;
  lease.name = names_.replica;
  lease.version = own_.version();
  lease.record = own_.next_record(now, timing_);
  lease.members = share_.to_publish(at_work());
  own_.sent(now, timing_, lease.record);
  share_.publishing(lease.members);
  return lease;
}

void Replica::own_landed(Now now, std::string version) {
  ++own_landings_;
  own_.landed(std::move(version), now);
  if (own_.epoch() != own_epoch_) {
    own_epoch_ = own_.epoch();
    share_.lapsed();
  }
  const unsigned publications = share_.publications();
  share_.published();
  if (share_.publications() == publications) return;
  look_soon_ = true;
  ++changes_;
}

void Replica::own_failed(Now now) {
  own_.failed();
  own_not_before_ = now.mono + pause;
}

bool Replica::leader_is_due(Now now) const {
  if (!looked_at_ || leader_.must_look() || now.mono < leader_not_before_) return false;
  return leader_.step(now, timing_) != Election::Step::wait ||
         (leader_.is_mine() && note_ != written_note_);
}

std::optional<Lease> Replica::leader_write(Now now) {
  if (!leader_is_due(now)) return std::nullopt;
  Lease lease;
  lease.name = names_.leader;
  lease.version = leader_.version();
  lease.record = leader_.next_record(now, timing_);
  // Until this leader has decided anything, the last one's word stands.
  if (note_.empty()) note_ = seen_note_;
  lease.note = note_;
  sent_note_ = note_;
  leader_.sent(now, timing_, lease.record);
  return lease;
}

void Replica::leader_landed(Now now, std::string version) {
  const unsigned epoch = leader_.epoch();
  ++leader_landings_;
  leader_.landed(std::move(version), now);
  written_note_ = sent_note_;
  if (seen_note_ != sent_note_ || leader_name_ != me_.name || leader_.epoch() != epoch) ++changes_;
  seen_note_ = sent_note_;
  leader_name_ = me_.name;
}

void Replica::leader_failed(Now now) {
  leader_.failed();
  leader_not_before_ = now.mono + pause;
}

std::optional<Lease> Replica::leader_release(Now now) const {
  if (!leader_.is_mine()) return std::nullopt;
  Lease lease;
  lease.name = names_.leader;
  lease.version = leader_.version();
  lease.record = leader_.released(now);
  lease.note = seen_note_;
  return lease;
}

milliseconds Replica::next(Now now) const {
  if (look_is_due(now) || own_is_due(now) || leader_is_due(now)) return now.mono;
  milliseconds next = std::max(look_not_before_, looked_at_.value_or(now.mono) + timing_.look);
  next = std::min(next, std::max(first_expiry_, look_not_before_));
  if (look_soon_ || own_.must_look() || leader_.must_look()) {
    next = std::max(look_not_before_, now.mono);
  }
  if (!own_.must_look()) {
    next = std::min(next, std::max(own_.next_step(timing_), own_not_before_));
  }
  if (!leader_.must_look()) {
    next = std::min(next, std::max(leader_.next_step(timing_), leader_not_before_));
  }
  return std::max(next, now.mono);
}

bool Replica::may_work(Now now, const std::string& cluster) {
  if (!sharded_) return is_leader(now);
  return own_.holds(now.mono) && share_.may_work(cluster);
}

void Replica::set_note(std::string note) { note_ = std::move(note); }

std::optional<milliseconds> Replica::next_loss(Now now) const {
  std::optional<milliseconds> first;
  for (const Election* election : {&own_, &leader_}) {
    if (!election->holds(now.mono)) continue;
    first = std::min(first.value_or(election->until()), election->until());
  }
  return first;
}

}  // namespace flotilla::lease
