#include "reconciler/cli/signals.h"

#include <ctime>

namespace flotilla::cli {

StopOnSignal::StopOnSignal() {
  sigemptyset(&set_);
  sigaddset(&set_, SIGTERM);
  sigaddset(&set_, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  waiter_ = std::jthread([this](const std::stop_token& end) {
    while (!end.stop_requested()) {
      const timespec pause{0, 200'000'000};
      if (sigtimedwait(&set_, nullptr, &pause) > 0) source_.request_stop();
    }
  });
}

StopOnSignal::~StopOnSignal() {
  waiter_.request_stop();
  waiter_.join();
  pthread_sigmask(SIG_UNBLOCK, &set_, nullptr);
}

}  // namespace flotilla::cli
