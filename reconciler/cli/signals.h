#pragma once

#include <csignal>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace flotilla::cli {

// While it lives, SIGTERM and SIGINT request a stop instead of ending the process. Make it before
// any other thread.
class StopOnSignal {
 public:
  StopOnSignal();
  ~StopOnSignal();
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;
  std::stop_token token() const { return source_.get_token(); }
  // Called for each SIGHUP, on a thread of its own; without one SIGHUP does nothing.
  void on_hangup(std::function<void()> reload);

 private:
  std::stop_source source_;
  std::mutex mutex_;
  std::function<void()> reload_;
  sigset_t set_{};
  std::jthread waiter_;
};

}  // namespace flotilla::cli
