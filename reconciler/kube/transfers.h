#pragma once

#include "reconciler/kube/transfer.h"

#include <chrono>
#include <memory>

namespace flotilla::kube {

// The sockets of all exchanges: two libcurl multi handles, for calls and for streams, behind one
// epoll descriptor. What a round costs depends on the sockets that have something to say, not on
// how many there are.
class Transfers {
 public:
  explicit Transfers(Loop::Options options);
  ~Transfers();
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;

  // Puts an exchange under way. `transfer` must stay where it is until its on_end was called with
  // the result, or abandon(). False if libcurl would not take it.
  bool start(Transfer& transfer);
  // Forgets an exchange that is under way, without calling on_end.
  void abandon(Transfer& transfer);
  // Ends an exchange that is under way; on_end comes with the next poll.
  void end(Transfer& transfer);
  void end_all();
  // Ends those of a group whose answers have not begun.
  void give_up(const void* group);

  // Waits for sockets, at most until `deadline`, and calls on_end of what has ended.
  void poll(Clock::time_point deadline);
  // Makes poll return. Safe from any thread.
  void wake();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace flotilla::kube
