#pragma once

#include "reconciler/kube/client.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace flotilla::kube {

// Whether an API server is worth a request: closed while it answers, open while it rests, half open
// while one call tries it. Times are given, so that it needs no clock.
class Circuit {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Leave to send one request. Gives the right to try back when it goes without a result.
  class Pass {
   public:
    Pass(Pass&& other) noexcept
        : circuit_(std::exchange(other.circuit_, nullptr)),
          number_(other.number_),
          sent_(other.sent_) {}
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (tries()) circuit_->trying_ = 0;
    }
    Time sent() const { return sent_; }

   private:
    friend class Circuit;
    Pass(Circuit* circuit, std::uint64_t number, Time sent)
        : circuit_(circuit), number_(number), sent_(sent) {}
    bool tries() const { return circuit_ != nullptr && circuit_->trying_ == number_; }
    Circuit* circuit_;  // null if it was closed
    std::uint64_t number_;
    Time sent_;
  };

  Circuit(std::string server, const ClientOptions& options);

  // False: a call would fail at once.
  bool admits(Time now) const;
  // The same, and the request is sent now. After a rest the first one that comes is the one that
  // tries.
  std::optional<Pass> admit(Time now);
  // What a call is told that was not admitted.
  Error refusal(Time now) const;

  // The server said something, on any call.
  void heard(Time now) { last_heard_ = now; }
  // It answered a request: all others are let through again.
  void answered(Time now);
  // A request that tried got no answer: a longer rest. Nothing if `pass` is not the one that tries.
  void missed(const Pass& pass, const Error& error, Time now);
  // A call gave up without an answer.
  void gave_up(const Error& error, Time now);
  // A request of full length got no answer. True if nobody was answered meanwhile: the circuit is
  // open then, however few calls there were.
  bool timed_out(const Pass& pass, const Error& error, Time now);

  bool is_open() const { return outage_.has_value(); }
  const std::optional<Outage>& outage() const { return outage_; }

 private:
  void open(const Error& error, Time now);

  std::string server_;
  int failures_to_open_;
  std::chrono::milliseconds first_rest_;
  std::chrono::milliseconds longest_rest_;
  int failures_ = 0;          // calls in a row, while closed
  int rests_ = 0;             // since the last answer
  std::uint64_t tries_ = 0;   // so far
  std::uint64_t trying_ = 0;  // the number of the one under way; 0: none
  Time last_heard_ = Time::min();
  std::optional<Outage> outage_;
};

}  // namespace flotilla::kube
