#include "reconciler/http/watchdog.h"

#include <sys/socket.h>

#include <algorithm>

namespace flotilla::http {

Watchdog::Watchdog(std::chrono::milliseconds limit) : limit_(limit) {
  if (limit.count() > 0) thread_ = std::thread([this] { watch(); });
}

Watchdog::~Watchdog() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Watchdog::opened(int socket) {
  const std::scoped_lock lock(mutex_);
  const bool was_idle = since_.empty();
  since_[socket] = Clock::now();
  if (was_idle) changed_.notify_all();
}

void Watchdog::closed(int socket) {
  const std::scoped_lock lock(mutex_);
  since_.erase(socket);
}

void Watchdog::request_began() {
  const std::scoped_lock lock(mutex_);
  ++requests_;
}

void Watchdog::request_ended() {
  const std::scoped_lock lock(mutex_);
  if (--requests_ == 0) changed_.notify_all();
}

bool Watchdog::wait_until_idle(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [this] { return requests_ == 0; });
}

// The socket cannot be closed meanwhile, and be another's: closed() is called before and waits for
// the lock. What is shut down wakes the server's thread, which closes it.
void Watchdog::watch() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    if (since_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const Clock::time_point now = Clock::now();
    Clock::time_point next = now + limit_;
    for (auto& [socket, since] : since_) {
      if (since + limit_ <= now) {
        shutdown(socket, SHUT_RDWR);
        since = now;
      }
      next = std::min(next, since + limit_);
    }
    changed_.wait_until(lock, next);
  }
}

}  // namespace flotilla::http
