#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

// One thread for what happens later, shared by every simulator of the process: controllers,
// bookmarks, watches that end.
namespace flotilla::simulator {

class Clockwork {
 public:
  using Task = std::function<void()>;

  static Clockwork& shared();

  // A number under which tasks are scheduled and cancelled together.
  std::uint64_t new_owner();
  void after(std::chrono::milliseconds delay, std::uint64_t owner, Task task);
  // Drops the owner's tasks; one that runs is waited for. Not from within a task.
  void cancel(std::uint64_t owner);

 private:
  Clockwork();
  ~Clockwork();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace flotilla::simulator
