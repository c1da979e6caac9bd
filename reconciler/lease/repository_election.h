#pragma once

#include "reconciler/lease/election.h"
#include "render/base/result.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The lease in the repository: one file of a commit that a branch names. A write is a push, which
// is dear, so that a holder who is alone does not renew at all: each look at the remote that shows
// nobody else waiting renews its right, because whoever comes has to say so first, and to wait for
// longer than the holder goes without a look. With others waiting it is a lease as any other.
namespace flotilla::lease {

// A replica that waits.
struct Waiting {
  std::string name;
  std::string process;
  std::int64_t beat = 0;     // another one each time it says that it is still there
  std::int64_t renewed = 0;  // microseconds since 1970 by its clock

  bool operator==(const Waiting&) const = default;
};

struct RepositoryRecord {
  Record lease;
  bool alone = false;  // nobody waits: the holder looks, and does not renew
  std::vector<Waiting> waiting;

  bool operator==(const RepositoryRecord&) const = default;
};

// JSON, the same bytes for the same record.
std::string to_text(const RepositoryRecord& record);
// invalid: this is no such record.
Result<RepositoryRecord> parse_repository_record(std::string_view text);

struct RepositoryTiming {
  // With others waiting: renewed by a push every 4 s, looked at by them every 2 s.
  Timing busy{milliseconds{11'000}, milliseconds{4'000}, milliseconds{8'000}, milliseconds{2'000}};
  // Alone: a look every 25 s, without one for 45 s the holder stops, and who waited in the record
  // for 60 s takes over.
  Timing alone{milliseconds{60'000}, milliseconds{25'000}, milliseconds{45'000},
               milliseconds{25'000}};
  milliseconds waiting_renew{30'000};  // from one sign of life of a waiting one to the next
  milliseconds waiting_gone{90'000};   // without one
};

// One replica's part, pure: told of all that happens, as Election.
class RepositoryElection {
 public:
  RepositoryElection(Identity me, RepositoryTiming timing)
      : me_(me), timing_(timing), lease_(std::move(me)) {}

  // A look at the remote that began at `start` and has just ended. `version`: the branch's commit,
  // empty: there is none. `record` nullopt: there is no branch. A file that cannot be read is a
  // record of an unknown holder; say so by `unreadable_record`. `gone`: as for Election.
  void looked(Now start, Now now, std::string version, std::optional<RepositoryRecord> record,
              bool holder_is_gone);

  // What to push over version(), if anything.
  std::optional<RepositoryRecord> to_write(Now now) const;
  // What a graceful end pushes, if it is the holder or waits.
  std::optional<RepositoryRecord> to_release(Now now) const;
  void sent(Now now, RepositoryRecord record);
  void landed(std::string version, Now now);
  void failed() { lease_.failed(); }

  bool holds(milliseconds now) const { return now < until(); }
  milliseconds until() const;
  // When to look at the remote next.
  milliseconds next_look() const;
  // When to_write() may say something new without a look.
  milliseconds next_write() const;

  const std::string& version() const { return lease_.version(); }
  const std::optional<RepositoryRecord>& record() const { return record_; }
  bool is_doubled() const { return lease_.is_doubled(); }

 private:
  bool is_me(const Waiting& one) const;
  bool others_wait(Now now) const;
  std::vector<Waiting> live_waiting(Now now) const;
  bool may_take(Now now) const;

  struct Sighting {
    std::int64_t beat = 0;
    milliseconds since{0};
  };

  Identity me_;
  RepositoryTiming timing_;
  Election lease_;
  std::optional<RepositoryRecord> record_;
  RepositoryRecord pending_;
  std::map<std::pair<std::string, std::string>, Sighting> sightings_;  // by name and process
  milliseconds looked_at_ = milliseconds::min();                       // start of the last look
  milliseconds sent_at_{0};
  // While alone: the start of the last look that showed nobody waiting.
  milliseconds quiet_at_ = milliseconds::min();
  std::optional<milliseconds> waits_since_;  // its own entry is in the record
  milliseconds said_at_{0};                  // the last sign of life it wrote as a waiting one
};

// For a file that is no record: held by nobody that can be named.
RepositoryRecord unreadable_record(const std::string& version);

}  // namespace flotilla::lease
