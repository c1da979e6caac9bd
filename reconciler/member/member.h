#pragma once

#include "reconciler/member/pass.h"

#include <functional>
#include <memory>

namespace flotilla::member {

// One member cluster at work for as long as its credential stays the same: remembers between passes
// what was read, tried, refused and corrected.
class Member {
 public:
  explicit Member(kube::Client& client);
  ~Member();

  // Brings the cluster as near to `order` as can be done now, and reports. What waits for another
  // object's readiness is reported as waiting; another pass goes on with it.
  kube::Task<Report> pass(Order order);
  // The same, relying on what was read a moment ago.
  kube::Task<Report> go_on(Order order);
  // Looks once at what the last pass waits for; true if something changed, so that another pass
  // makes sense. For a run that does not watch.
  kube::Task<bool> look_again();
  // True if the last pass left something that goes on as soon as other objects are ready.
  bool waits_for_readiness() const;

  // From the next pass on the cluster is watched, and passes cost requests only for what changed.
  // `on_change` is called when another pass has something to do.
  void follow(std::function<void()> on_change);
  // What the cluster serves, as the last pass found it; nullptr: it could not be asked.
  std::shared_ptr<const kube::Discovery> discovery() const;
  // When another pass is due though nothing happens (a fight's back-off ends, a resync): nullopt:
  // never.
  std::optional<std::chrono::steady_clock::time_point> due() const;
  // True while watches tell all that happens: then nothing need be asked for from time to time.
  bool is_live() const;
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Passes until nothing is left that waits for readiness, or `readiness_timeout` of the decision is
// over: what `run --once` does on a cluster.
kube::Task<Report> pass_with_patience(kube::Loop& loop, Member& member, Order order);

}  // namespace flotilla::member
