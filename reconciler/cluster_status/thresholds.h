#pragma once

#include "reconciler/cluster_status/condition.h"

#include <chrono>
#include <optional>

namespace flotilla::cluster_status {

// Times are given, so that nothing here needs a clock.
using Time = std::chrono::steady_clock::time_point;

// Lets a cluster be ready, or not ready any more, only after it was seen so for a while without a
// break (karmada-semantics 21.1). The first observation counts at once; but where it is known that
// the cluster was ready, an observer that has just begun (a controller that was restarted) does not
// take it for lost in the moment of its first look, as Karmada's does.
class Thresholds {
 public:
  struct Limits {
    std::chrono::milliseconds failure{30'000};
    std::chrono::milliseconds success{30'000};
  };
  explicit Thresholds(Limits limits) : limits_(limits) {}

  // Before the first observation: it was ready when it was last observed.
  void was_ready(const Condition& published);
  // Takes an observation; gives the condition to publish. Of the same status the newest reason and
  // message hold at once.
  const Condition& observe(const Condition& observed, Time now);
  const std::optional<Condition>& published() const { return published_; }

 private:
  Limits limits_;
  std::optional<Condition> published_;
  std::string observed_;  // status of the last observation; empty: none yet
  Time since_;            // when it was first seen so
};

// Ready of a cluster whose observer went silent: Unknown once nothing has been heard of it for
// `grace`. `last` is when its condition was last observed, nullopt if never; then `watched_since`
// counts, with half as much time again. nullopt: what is known stands.
struct Silence {
  std::optional<Time> last;
  Time watched_since;
  std::chrono::milliseconds grace{40'000};
};
std::optional<Condition> unknown_if_silent(const Silence& silence, Time now);

}  // namespace flotilla::cluster_status
