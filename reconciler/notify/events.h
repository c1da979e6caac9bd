#pragma once

#include "reconciler/notify/state.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace flotilla::notify {

struct Counts {
  std::size_t clusters = 0;
  std::size_t done = 0;  // where the revision is, or was, applied and healthy
  std::size_t unreachable = 0;
  std::size_t wanted = 0;  // (cluster, object) pairs
  std::size_t applied = 0;
  std::size_t healthy = 0;
  std::size_t drifted = 0;
  std::size_t held = 0;
  std::size_t failures = 0;
};
Counts count(const State& state);
// By the names that documents and templates have for them.
std::vector<std::pair<std::string, std::size_t>> list_of(const Counts& counts);

// One thing to tell. What happened to several clusters at once is one event with a line for each.
struct Event {
  struct Line {
    std::string cluster;  // empty: of the fleet as a whole
    std::string text;
  };
  std::string name;  // decision::notification_events()
  std::vector<Line> lines;
  std::string fleet = {};
  std::string revision = {};
  std::string subject = {};
  Counts counts = {};
  std::int64_t time = 0;
};

struct Step {
  State state;
  std::vector<Event> events;  // in the order of decision::notification_events()
};

// What is new since `previous`, each thing once. A cluster that is unreachable or degraded, and a
// source that fails, are told when they have been so for `grace` seconds: following the same facts
// again at next_due() tells them. A cluster that has not been tried is as it was.
Step follow(const State& previous, Facts now, std::int64_t time, std::int64_t grace);

// When follow() would tell something though no fact changes; nullopt: never.
std::optional<std::int64_t> next_due(const State& state, std::int64_t grace);

}  // namespace flotilla::notify
