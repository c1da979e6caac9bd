#pragma once

#include "reconciler/kube/loop.h"
#include "reconciler/notify/secrets.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace flotilla::notify {

// One message to one receiver.
struct Delivery {
  std::string receiver;  // for people: messages to the same one are sent in their order
  std::string subject;   // not empty: takes the place of one that waits with the same subject
  // The request with the secrets as they are now; called for each attempt.
  std::function<Result<Prepared>()> prepare;
  // A 400 that says that the forge has this status already is a success.
  bool same_status_is_fine = false;
};

struct Sent {
  std::uint64_t delivered = 0;
  std::uint64_t refused = 0;    // by the receiver, or for want of a secret
  std::uint64_t abandoned = 0;  // after the last attempt, or because too many waited
};

// Sends what it is given, each receiver's messages one after another, and repeats what may pass:
// 408, 429 (as Retry-After says), 5xx and failures of the connection. Failures are told in the log,
// by the receiver's name and origin, once until something is delivered there. Lives on the loop's
// thread; what waits is dropped with the loop.
class Outbox {
 public:
  struct Options {
    std::chrono::milliseconds timeout{10'000};  // of one attempt
    std::chrono::milliseconds first_wait{1'000};
    std::chrono::milliseconds longest_wait{60'000};
    std::chrono::milliseconds give_up_after{300'000};
    std::chrono::milliseconds patience{5'000};  // of finish()
    std::size_t most_waiting = 1000;            // then the oldest is dropped
    std::size_t in_flight = 8;
  };

  Outbox(kube::Loop& loop, Options options);
  void put(Delivery delivery);
  // Ends when nothing waits any more, or after `patience`. Call it before the loop is stopped.
  kube::Task<> finish();
  std::size_t waiting() const;  // what is under way included
  const Sent& sent() const;

 private:
  struct State;
  static kube::Task<> serve(std::shared_ptr<State> state, std::string receiver);
  static kube::Task<> deliver(std::shared_ptr<State> state, Delivery delivery);
  static kube::Task<> drain(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;  // tasks under way hold it too
};

}  // namespace flotilla::notify
