#include "reconciler/simulator/clockwork.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <stop_token>
#include <thread>

namespace flotilla::simulator {

using Clock = std::chrono::steady_clock;

struct Clockwork::State {
  struct Entry {
    std::uint64_t owner = 0;
    Task task;
  };

  std::mutex mutex;
  std::condition_variable_any changed;
  std::multimap<Clock::time_point, Entry> due;
  std::uint64_t owners = 0;
  std::uint64_t running = 0;  // the owner whose task runs now
  std::jthread thread;

  void run(const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
      if (due.empty()) {
        changed.wait(lock, stop, [&] { return !due.empty(); });
        continue;
      }
      const Clock::time_point next = due.begin()->first;
      if (Clock::now() < next) {
        changed.wait_until(lock, stop, next,
                           [&] { return due.empty() || due.begin()->first < next; });
        continue;
      }
      const Entry entry = std::move(due.begin()->second);
      due.erase(due.begin());
      running = entry.owner;
      lock.unlock();
      entry.task();
      lock.lock();
      running = 0;
      changed.notify_all();
    }
  }
};

Clockwork::Clockwork() : state_(std::make_unique<State>()) {
  state_->thread =
      std::jthread([state = state_.get()](const std::stop_token& stop) { state->run(stop); });
}

Clockwork::~Clockwork() = default;

Clockwork& Clockwork::shared() {
  static Clockwork clockwork;
  return clockwork;
}

std::uint64_t Clockwork::new_owner() {
  const std::scoped_lock lock(state_->mutex);
  return ++state_->owners;
}

void Clockwork::after(std::chrono::milliseconds delay, std::uint64_t owner, Task task) {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->due.emplace(Clock::now() + delay, State::Entry{owner, std::move(task)});
  }
  state_->changed.notify_all();
}

void Clockwork::cancel(std::uint64_t owner) {
  std::unique_lock lock(state_->mutex);
  std::erase_if(state_->due, [&](const auto& entry) { return entry.second.owner == owner; });
  state_->changed.wait(lock, [&] { return state_->running != owner; });
  std::erase_if(state_->due, [&](const auto& entry) { return entry.second.owner == owner; });
}

}  // namespace flotilla::simulator
