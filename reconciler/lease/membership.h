#pragma once

#include "reconciler/kube/client.h"
#include "reconciler/lease/lease_object.h"
#include "reconciler/lease/replica.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace flotilla::lease {

// This replica among the others of its fleet, by Leases in one cluster. All of it is for the thread
// of the client's loop, which must not be kept busy for longer than a second or so at a time: who
// cannot renew loses the lease.
class Membership {
 public:
  struct Options {
    std::string fleet = "flotilla";
    std::string namespace_ = "flotilla-system";  // made if it is missing
    std::string replica;                         // replica_name()
    std::string process;                         // empty: process_token()
    bool sharded = false;
    Timing timing;
  };
  // For the client that Membership uses, which should be its own: requests that give up soon.
  static kube::ClientOptions client_options(const Timing& timing);

  // `client` must outlive it, and it must outlive keep(), release() and all Work.
  Membership(kube::Client& client, Options options);
  ~Membership();
  Membership(const Membership&) = delete;
  Membership& operator=(const Membership&) = delete;

  // Looks and renews until release(). Errors are tried again for ever; see trouble().
  kube::Task<> keep();
  // Gives the leader's Lease back and removes this replica's, so that the others go on at once.
  // Call it when all work has ended. Without an answer it ends after a few seconds; the others then
  // wait for the Lease to run out. keep() has ended, or ends, when it has.
  kube::Task<> release();

  // Called on the loop when is_leader(), may_work(), members(), leader_note() or trouble() may say
  // something else than before; also when a right ends because nothing could be renewed: work in
  // flight must then be cut off, others begin (duration - deadline) later.
  std::function<void()> on_change;

  bool is_leader() const;
  // Sharded: the cluster is this replica's now. Otherwise: is_leader().
  bool may_work(const std::string& cluster) const;

  // A piece of work on a cluster. While it is held the cluster is not handed over to another
  // replica; hold it as long as requests may be under way, and no longer.
  class Work {
   public:
    Work(Work&& other) noexcept
        : membership_(std::exchange(other.membership_, nullptr)),
          cluster_(std::move(other.cluster_)) {}
    Work& operator=(Work&& other) noexcept {
      std::swap(membership_, other.membership_);
      std::swap(cluster_, other.cluster_);
      return *this;
    }
    ~Work() {
      if (membership_ != nullptr) membership_->ended(cluster_);
    }
    // May go on; ask before each step.
    bool is_valid() const { return membership_ != nullptr && membership_->may_work(cluster_); }

   private:
    friend class Membership;
    Work(Membership* membership, std::string cluster)
        : membership_(membership), cluster_(std::move(cluster)) {}
    Membership* membership_;
    std::string cluster_;
  };
  // nullopt: another replica's, or not yet.
  std::optional<Work> begin(const std::string& cluster);

  // What the leader tells the others, e.g. the commit they are to follow; written at once. Of a
  // replica that does not lead it is kept until it does.
  void note(std::string text);
  // What the leader told last; of this one too.
  std::string leader_note() const;
  std::string leader() const;  // by name; empty: none
  Members members() const;     // the live ones, this one included
  const std::string& name() const { return options_.replica; }

  // Why the Leases cannot be read or written; nullopt: they can.
  const std::optional<Error>& trouble() const { return trouble_; }

 private:
  kube::Task<> rounds();
  kube::Task<> guard();
  kube::Task<> round();
  kube::Task<> look();
  kube::Task<> write(Lease lease, bool leads);
  kube::Task<kube::ApiResult<Json::Value>> put(Lease lease);
  kube::Task<> make_namespace();
  kube::Task<> sweep();
  void ended(const std::string& cluster);
  void tell_changes();
  void set_trouble(std::optional<Error> trouble, bool look);

  kube::Client& client_;
  Options options_;
  Replica::Names names_;
  std::unique_ptr<Replica> replica_;
  std::map<std::string, Json::Value> objects_;  // as read or written last
  std::shared_ptr<kube::Bell> bell_ = std::make_shared<kube::Bell>();
  std::shared_ptr<kube::Bell> guard_bell_ = std::make_shared<kube::Bell>();
  kube::Semaphore turn_{1};
  std::optional<Error> trouble_;
  std::optional<Error> look_trouble_;
  std::optional<Error> write_trouble_;
  bool leader_is_unlabelled_ = false;
  bool stopped_ = false;
  unsigned told_ = 0;
};

}  // namespace flotilla::lease
