#pragma once

#include "reconciler/kube/loop.h"

#include <chrono>
#include <functional>

namespace flotilla::test {

inline kube::Task<> poll(kube::Loop& loop, std::function<bool()> condition, bool* met) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  const std::chrono::milliseconds pause(5);
  while (!(*met = condition()) && std::chrono::steady_clock::now() < end)
    co_await loop.sleep(pause);
}

// Runs the loop until the condition is met; false if it is not in good time.
inline bool until(kube::Loop& loop, std::function<bool()> condition) {
  bool met = false;
  loop.run(poll(loop, std::move(condition), &met));
  return met;
}

}  // namespace flotilla::test
