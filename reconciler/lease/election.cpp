#include "reconciler/lease/election.h"

#include <algorithm>
#include <utility>

namespace flotilla::lease {
namespace {

constexpr milliseconds never = milliseconds::min();

bool same_renewal(const std::optional<Record>& a, const std::optional<Record>& b) {
  if (!a || !b) return !a && !b;
  return a->holder == b->holder && a->process == b->process && a->beat == b->beat &&
         a->transitions == b->transitions;
}

}  // namespace

bool is_stale(const Record& record, const Now& now) {
  constexpr std::int64_t at_least = 10 * 60 * 1000;
  const std::int64_t age = (now.wall - record.renewed) / 1000;
  return age > std::max(stale_after * record.duration.count(), at_least);
}

bool Election::is_mine() const {
  return record_ && record_->holder == me_.name && record_->process == me_.process;
}

bool Election::is_doubled() const {
  return record_ && record_->holder == me_.name && record_->process != me_.process;
}

void Election::see(std::optional<Record> record, Now now) {
  if (!same_renewal(record_, record)) {
    since_ = now.mono;
    moved_ = looked_;
  }
  record_ = std::move(record);
}

void Election::looked(std::string version, std::optional<Record> record, Now now,
                      bool holder_is_gone) {
  see(std::move(record), now);
  const bool first = !std::exchange(looked_, true);
  if (first) since_ = now.mono;
  version_ = std::move(version);
  must_look_ = false;
  if (!is_mine()) until_ = never;
  // A lease in this replica's name that it did not take itself is that of its previous run; or,
  // when it was not there from the start, of a second replica by mistake, which is treated as any
  // other.
  if (first && is_doubled()) previous_run_ = record_->process;
  const bool of_previous_run = is_doubled() && record_->process == previous_run_;
  const bool stale = record_ && !moved_ && is_stale(*record_, now);
  at_once_ = holder_is_gone || of_previous_run || stale;
}

Election::Step Election::step(Now now, const Timing& timing) const {
  if (must_look_) return Step::wait;
  if (!record_ || record_->holder.empty()) return Step::take;
  if (is_mine()) {
    const bool due = !holds(now.mono) || now.mono >= sent_at_ + timing.renew;
    return due ? Step::renew : Step::wait;
  }
  if (at_once_) return Step::take;
  return now.mono >= since_ + record_->duration ? Step::take : Step::wait;
}

milliseconds Election::next_step(const Timing& timing) const {
  if (must_look_ || !record_ || record_->holder.empty() || at_once_) return milliseconds{0};
  if (is_mine()) return sent_at_ + timing.renew;
  return since_ + record_->duration;
}

Record Election::next_record(Now now, const Timing& timing) const {
  Record record;
  if (record_) record = *record_;
  if (!is_mine()) {
    record.acquired = now.wall;
    if (record_ && record_->holder != me_.name) ++record.transitions;
  }
  record.holder = me_.name;
  record.process = me_.process;
  record.duration = timing.duration;
  record.renewed = now.wall;
  // A wall clock that was set back must not repeat a beat.
  record.beat = record_ ? std::max(record_->beat + 1, now.wall) : now.wall;
  return record;
}

Record Election::released(Now now) const {
  Record record = record_.value_or(Record{});
  record.holder.clear();
  record.process.clear();
  record.duration = milliseconds{1000};
  record.renewed = now.wall;
  record.beat = std::max(record.beat + 1, now.wall);
  return record;
}

void Election::sent(Now now, const Timing& timing, Record record) {
  sent_at_ = now.mono;
  pending_ = std::move(record);
  pending_until_ = now.mono + timing.deadline;
  // Whether or not an answer comes, others may from now on count by this record's duration, which
  // may be shorter than the last one's.
  until_ = std::min(until_, pending_until_);
}

void Election::landed(std::string version, Now now) {
  const bool without_a_gap = is_mine() && now.mono < until_;
  if (!without_a_gap) ++epoch_;
  see(pending_, now);
  version_ = std::move(version);
  at_once_ = false;
  previous_run_.clear();
  until_ = is_mine() ? pending_until_ : never;
}

}  // namespace flotilla::lease
