#include "reconciler/cli/signals.h"

namespace flotilla::cli {

StopOnSignal::StopOnSignal() {
  sigemptyset(&set_);
  sigaddset(&set_, SIGTERM);
  sigaddset(&set_, SIGINT);
  sigaddset(&set_, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  waiter_ = std::jthread([this](const std::stop_token& end) {
    while (true) {
      int signal = 0;
      if (sigwait(&set_, &signal) != 0) continue;
      if (end.stop_requested()) return;
      if (signal == SIGHUP) {
        const std::scoped_lock lock(mutex_);
        if (reload_) reload_();
      } else {
        source_.request_stop();
      }
    }
  });
}

void StopOnSignal::on_hangup(std::function<void()> reload) {
  const std::scoped_lock lock(mutex_);
  reload_ = std::move(reload);
}

StopOnSignal::~StopOnSignal() {
  waiter_.request_stop();
  pthread_kill(waiter_.native_handle(), SIGHUP);  // which it waits for
  waiter_.join();
  pthread_sigmask(SIG_UNBLOCK, &set_, nullptr);
}

}  // namespace flotilla::cli
