#pragma once

#include "reconciler/member/pass.h"

#include <functional>
#include <memory>

namespace flotilla::member {

// One member cluster at work for as long as its credential stays the same: remembers between passes
// what was read, tried, refused and corrected.
class Member {
 public:
  explicit Member(std::unique_ptr<kube::Client> client);
  ~Member();

  // Brings the cluster as near to `order` as can be done now, and reports. What waits for another
  // object's readiness is reported as waiting; another pass goes on with it.
  kube::Task<Report> pass(Order order);
  // Polls what the last pass waits for, once; true if something changed, so that another pass makes
  // sense. For a run that does not watch.
  kube::Task<bool> look_again();

  // From the next pass on the cluster is watched, and passes cost requests only for what changed.
  // `on_change` is called when another pass has something to do.
  void follow(std::function<void()> on_change);
  // When another pass is due though nothing happens (a fight's back-off ends, a resync): nullopt:
  // never.
  std::optional<std::chrono::steady_clock::time_point> due() const;
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace flotilla::member
