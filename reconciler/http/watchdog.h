#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace flotilla::http {

// Hangs up on connections whose request takes too long. libmicrohttpd's own timeout is about
// silence: a client that sends a byte now and then would hold its place for ever.
class Watchdog {
 public:
  using Clock = std::chrono::steady_clock;

  // 0: nobody is hung up on, and there is no thread.
  explicit Watchdog(std::chrono::milliseconds limit);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  void opened(int socket);  // also when a request has ended: the next one has its own time
  void closed(int socket);

  void request_began();
  void request_ended();
  // False if requests were still going on after `patience`.
  bool wait_until_idle(std::chrono::milliseconds patience);

 private:
  void watch();

  const std::chrono::milliseconds limit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<int, Clock::time_point> since_;
  int requests_ = 0;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace flotilla::http
