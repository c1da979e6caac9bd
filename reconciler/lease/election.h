#pragma once

#include "reconciler/lease/record.h"

#include <optional>
#include <string>

namespace flotilla::lease {

// One replica's part in the contest for one lease: pure, told of all that happens. The record is
// changed by compare-and-swap only, by `version`.
class Election {
 public:
  explicit Election(Identity me) : me_(std::move(me)) {}

  // What a look that has just ended saw; `record` nullopt: there is none. `holder_is_gone`: its
  // process is known to have ended.
  void looked(std::string version, std::optional<Record> record, Now now,
              bool holder_is_gone = false);

  enum class Step { wait, take, renew };
  Step step(Now now, const Timing& timing) const;
  // The record to write for a step that is not `wait`, over version().
  Record next_record(Now now, const Timing& timing) const;
  // The record that gives a held lease back.
  Record released(Now now) const;

  // Before a write of `record`; then one of the two. A failed write may have been written all the
  // same; what the last one that landed promised still stands, and the next look tells more.
  void sent(Now now, const Timing& timing, Record record);
  void landed(std::string version, Now now);
  void failed() { must_look_ = true; }

  // The lease is this process's own, now.
  bool holds(milliseconds now) const { return now < until_; }
  // Until when, if nothing comes in between.
  milliseconds until() const { return until_; }
  // Changes each time the lease was taken, or renewed too late: what was concluded from holding it
  // before counts no longer.
  unsigned epoch() const { return epoch_; }

  const std::string& version() const { return version_; }
  const std::optional<Record>& record() const { return record_; }
  // Not for want of a renewal: the holder is known to be gone, or was this replica's last run.
  bool takes_at_once() const { return at_once_; }
  // When the holder's last renewal was first seen.
  milliseconds seen_since() const { return since_; }
  // Nothing is decided before the next look.
  bool must_look() const { return must_look_; }
  bool is_mine() const;
  // When step() may say something else if nobody writes.
  milliseconds next_step(const Timing& timing) const;
  // Another process holds the lease in this replica's name.
  bool is_doubled() const;

 private:
  void see(std::optional<Record> record, Now now);

  Identity me_;
  bool must_look_ = true;
  bool looked_ = false;
  std::string previous_run_;  // the process that held the lease in this replica's name at the start
  bool moved_ = false;        // the record was seen to change
  bool at_once_ = false;      // the holder is gone for sure
  std::string version_;
  std::optional<Record> record_;
  milliseconds since_{0};
  milliseconds sent_at_{0};
  milliseconds until_ = milliseconds::min();
  milliseconds pending_until_ = milliseconds::min();
  Record pending_;
  unsigned epoch_ = 0;
};

}  // namespace flotilla::lease
