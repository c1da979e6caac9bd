#pragma once

#include <chrono>
#include <cstdint>
#include <string>

// Leases: who of several replicas does the work. The rules are those of Kubernetes' leader
// election: a holder renews, and an observer that has seen no renewal for the lease's duration by
// its own clock takes over. No clock is compared with another machine's, but for records so old
// that any clock tells.
namespace flotilla::lease {

using std::chrono::milliseconds;

// A reading of this machine's clocks. `mono` runs evenly, also while the machine sleeps; its zero
// means nothing.
struct Now {
  milliseconds mono{0};
  std::int64_t wall = 0;  // microseconds since 1970, UTC
};

struct Identity {
  std::string name;  // of the replica; the same after a restart
  // Which run of it. Two runs at the same time under one name are a mistake, and this tells them
  // apart.
  std::string process;
};

struct Timing {
  milliseconds duration{10'000};  // without a renewal for so long a lease is free
  milliseconds renew{3'000};      // from one renewal to the next
  // A holder that did not manage to renew for so long stops by itself; before `duration`, so that
  // it has stopped when another begins, whatever the difference of their clocks' rates.
  milliseconds deadline{7'000};
  milliseconds look{2'000};  // from one look of an observer to the next
};

// What a lease says.
struct Record {
  std::string holder;         // empty: released
  std::string process;        // of the holder
  milliseconds duration{0};   // as its holder promised
  std::int64_t acquired = 0;  // microseconds since 1970 by the holder's clock
  std::int64_t renewed = 0;
  std::int64_t beat = 0;  // another one with each renewal
  int transitions = 0;    // how often it went to another holder

  bool operator==(const Record&) const = default;
};

// A record whose renewal is so many durations ago by the wall clock, and 10 minutes at least, was
// left by somebody who is gone: clocks differ, but not by so much.
inline constexpr int stale_after = 10;
bool is_stale(const Record& record, const Now& now);

}  // namespace flotilla::lease
