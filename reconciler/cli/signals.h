#pragma once

#include <csignal>
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

 private:
  std::stop_source source_;
  sigset_t set_{};
  std::jthread waiter_;
};

}  // namespace flotilla::cli
