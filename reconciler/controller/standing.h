#pragma once

#include "reconciler/controller/lease_news.h"
#include "reconciler/controller/options.h"
#include "reconciler/kube/loop.h"
#include "reconciler/status/write.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace flotilla::controller {

// What this replica may do among the others of its fleet (docs/replicas.md). Lives on the loop's
// thread.
class Standing {
 public:
  // Fails for a cluster for the Leases that cannot be reached for want of a context or service
  // account.
  static Result<std::unique_ptr<Standing>> make(kube::Loop& loop, const Options& options);
  ~Standing();

  // The Fleet's name, which names the Leases. Nothing is this replica's before.
  void begin_as(const std::string& fleet);
  // What is known of the lease in the repository.
  void note_lease(LeaseNews news);

  // Called when any of the following may say something else than before.
  std::function<void()> on_change = [] {};

  bool is_sharded() const;
  // Decides what others follow, and sums up the status branch.
  bool leads() const;
  // Another replica does. Neither is true while nobody can say who leads.
  bool others_lead() const;
  bool may_work(const std::string& cluster) const;
  // A piece of work on a cluster, to be held while requests may be under way; nullptr: it is not
  // ours, or not yet.
  std::shared_ptr<void> begin(const std::string& cluster);
  // Which part of the status branch is ours; nullopt: all of it.
  std::optional<status::Scope> scope(const std::set<std::string>& clusters) const;
  // What the leader tells the others of a sharded fleet: the commit to be followed.
  void note(const std::string& commit);
  std::string leader_note() const;
  // Why nobody can say who leads; empty: it is known.
  std::string trouble() const;

  // Gives all of it back.
  kube::Task<> release();

  struct State;

 private:
  explicit Standing(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The lease that these options come to: none for a single pass.
Lease lease_kind(const Options& options);

}  // namespace flotilla::controller
