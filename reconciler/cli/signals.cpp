#include "reconciler/cli/signals.h"

#include <ctime>

namespace flotilla::cli {

StopOnSignal::StopOnSignal() {
  sigemptyset(&set_);
  sigaddset(&set_, SIGTERM);
  sigaddset(&set_, SIGINT);
  sigaddset(&set_, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  waiter_ = std::jthread([this](const std::stop_token& end) {
    while (!end.stop_requested()) {
      const timespec pause{0, 200'000'000};
      const int signal = sigtimedwait(&set_, nullptr, &pause);
      if (signal == SIGHUP) {
        const std::scoped_lock lock(mutex_);
        if (reload_) reload_();
      } else if (signal > 0) {
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
  waiter_.join();
  pthread_sigmask(SIG_UNBLOCK, &set_, nullptr);
}

}  // namespace flotilla::cli
