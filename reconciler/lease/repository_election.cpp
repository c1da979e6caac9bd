#include "reconciler/lease/repository_election.h"

#include <algorithm>
#include <tuple>

namespace flotilla::lease {
namespace {

constexpr milliseconds never = milliseconds::min();

std::int64_t next_beat(std::int64_t last, const Now& now) { return std::max(last + 1, now.wall); }

}  // namespace

RepositoryRecord unreadable_record(const std::string& version) {
  RepositoryRecord record;
  record.lease.holder = "(unreadable)";
  record.lease.process = version;
  record.lease.duration = RepositoryTiming{}.alone.duration;
  return record;
}

void RepositoryElection::looked(Now start, Now now, std::string version,
                                std::optional<RepositoryRecord> record, bool holder_is_gone) {
  looked_at_ = start.mono;
  std::optional<Record> lease;
  if (record) lease = record->lease;
  // Who is alone does not renew, and an unreadable file has no time: neither is old for that.
  if (lease && (record->alone || lease->renewed == 0)) lease->renewed = now.wall;
  lease_.looked(std::move(version), std::move(lease), now, holder_is_gone);
  record_ = std::move(record);
  std::map<std::pair<std::string, std::string>, Sighting> sightings;
  bool waits = false;
  if (record_) {
    for (const Waiting& one : record_->waiting) {
      const auto key = std::pair(one.name, one.process);
      const auto before = sightings_.find(key);
      const bool same = before != sightings_.end() && before->second.beat == one.beat;
      sightings[key] = {one.beat, same ? before->second.since : now.mono};
      waits = waits || is_me(one);
    }
  }
  sightings_ = std::move(sightings);
  if (!waits) waits_since_.reset();
  if (waits && !waits_since_) waits_since_ = now.mono;
  const bool quiet = lease_.is_mine() && record_->alone && record_->waiting.empty();
  if (quiet) quiet_at_ = start.mono;
  if (!lease_.is_mine()) quiet_at_ = never;
}

bool RepositoryElection::is_me(const Waiting& one) const {
  return one.name == me_.name && one.process == me_.process;
}

std::vector<Waiting> RepositoryElection::live_waiting(Now now) const {
  std::vector<Waiting> live;
  if (!record_) return live;
  for (const Waiting& one : record_->waiting) {
    if (is_me(one)) continue;
    const auto seen = sightings_.find({one.name, one.process});
    if (seen != sightings_.end() && now.mono - seen->second.since >= timing_.waiting_gone) continue;
    live.push_back(one);
  }
  return live;
}

bool RepositoryElection::others_wait(Now now) const { return !live_waiting(now).empty(); }

// A holder that was alone goes without renewals; but it looks, and would answer.
bool RepositoryElection::may_take(Now now) const {
  const Election::Step step = lease_.step(now, timing_.busy);
  if (lease_.is_mine() || step == Election::Step::wait) return false;
  const bool is_held = record_ && !record_->lease.holder.empty();
  if (!is_held || lease_.takes_at_once() || !record_->alone) return true;
  return waits_since_ && now.mono >= *waits_since_ + record_->lease.duration;
}

std::optional<RepositoryRecord> RepositoryElection::to_write(Now now) const {
  if (lease_.must_look()) return std::nullopt;
  const bool busy = others_wait(now);
  RepositoryRecord next;
  if (record_) next = *record_;
  if (may_take(now) || lease_.is_mine()) {
    const std::vector<Waiting> waiting = live_waiting(now);
    if (lease_.is_mine()) {
      const bool as_it_is = record_->waiting == waiting && record_->alone == !busy;
      const bool due =
          busy ? lease_.step(now, timing_.busy) == Election::Step::renew : !holds(now.mono);
      if (as_it_is && !due) return std::nullopt;
    }
    next.lease = lease_.next_record(now, busy ? timing_.busy : timing_.alone);
    next.alone = !busy;
    next.waiting = waiting;
    return next;
  }
  if (waits_since_ && now.mono < said_at_ + timing_.waiting_renew) return std::nullopt;
  std::int64_t beat = 0;
  std::erase_if(next.waiting, [&](const Waiting& one) {
    if (is_me(one)) beat = one.beat;
    return is_me(one);
  });
  next.waiting.push_back({me_.name, me_.process, next_beat(beat, now), now.wall});
  std::sort(next.waiting.begin(), next.waiting.end(), [](const Waiting& a, const Waiting& b) {
    return std::tie(a.name, a.process) < std::tie(b.name, b.process);
  });
  return next;
}

std::optional<RepositoryRecord> RepositoryElection::to_release(Now now) const {
  if (!record_) return std::nullopt;
  RepositoryRecord next = *record_;
  if (lease_.is_mine()) {
    next.lease = lease_.released(now);
    return next;
  }
  const auto left = std::erase_if(next.waiting, [&](const Waiting& one) { return is_me(one); });
  if (left == 0) return std::nullopt;
  return next;
}

void RepositoryElection::sent(Now now, RepositoryRecord record) {
  sent_at_ = now.mono;
  const bool holds_it = record.lease.holder == me_.name && record.lease.process == me_.process;
  if (holds_it) lease_.sent(now, record.alone ? timing_.alone : timing_.busy, record.lease);
  // The old right ends when others may count by what is written now.
  if (holds_it && !record.alone && quiet_at_ != never)
    quiet_at_ = std::min(quiet_at_, now.mono + timing_.busy.deadline - timing_.alone.deadline);
  pending_ = std::move(record);
}

void RepositoryElection::landed(std::string version, Now now) {
  const bool holds_it = pending_.lease.holder == me_.name && pending_.lease.process == me_.process;
  if (holds_it) {
    quiet_at_ = pending_.alone ? sent_at_ : never;
    lease_.landed(std::move(version), now);
    waits_since_.reset();
  } else {
    // A sign of life of one that waits leaves the holder's part as it was; a release does not.
    Record lease = pending_.lease;
    if (pending_.alone || lease.renewed == 0) lease.renewed = now.wall;
    const bool at_once = lease_.takes_at_once();
    lease_.looked(std::move(version), std::move(lease), now, at_once);
    said_at_ = sent_at_;
    const bool waits = std::any_of(pending_.waiting.begin(), pending_.waiting.end(),
                                   [&](const Waiting& one) { return is_me(one); });
    if (!waits) waits_since_.reset();
    if (waits && !waits_since_) waits_since_ = now.mono;
  }
  record_ = pending_;
}

milliseconds RepositoryElection::until() const {
  const milliseconds by_looks = quiet_at_ == never ? never : quiet_at_ + timing_.alone.deadline;
  // Alone the looks count, and with others waiting the renewals do.
  const bool alone = record_ && record_->alone && lease_.is_mine();
  return alone ? by_looks : lease_.until();
}

milliseconds RepositoryElection::next_look() const {
  if (lease_.must_look() || looked_at_ == never) return milliseconds{0};
  if (lease_.is_mine()) {
    // Its own renewals tell that nothing else was written.
    const bool alone = record_ && record_->alone;
    return alone ? std::max(looked_at_, quiet_at_) + timing_.alone.look : milliseconds::max();
  }
  const milliseconds expiry = next_write();
  const milliseconds look = looked_at_ + timing_.busy.look;
  return expiry > looked_at_ ? std::min(look, expiry) : look;
}

milliseconds RepositoryElection::next_write() const {
  if (lease_.must_look() || looked_at_ == never) return milliseconds{0};
  if (lease_.is_mine())
    return record_ && record_->alone ? milliseconds::max() : lease_.next_step(timing_.busy);
  milliseconds expiry = lease_.next_step(timing_.busy);
  const bool alone = record_ && record_->alone && expiry > milliseconds{0};
  if (alone && waits_since_) expiry = std::max(expiry, *waits_since_ + lease_.record()->duration);
  if (!waits_since_ && !(expiry == milliseconds{0})) return milliseconds{0};
  return std::min(expiry, said_at_ + timing_.waiting_renew);
}

}  // namespace flotilla::lease
