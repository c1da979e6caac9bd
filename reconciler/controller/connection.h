#pragma once

#include "overrides/cluster.h"
#include "reconciler/cluster_status/cluster_status.h"
#include "reconciler/controller/options.h"
#include "reconciler/kube/client.h"
#include "reconciler/member/member.h"

#include <functional>
#include <memory>
#include <string>

namespace flotilla::controller {

// What one wants to know of a member cluster, and how it is told.
struct Watching {
  bool continuous = false;                    // false: it is looked at once, and nothing is told
  bool capacity = true;                       // Fleet.spec.capacity: its Nodes and Pods are counted
  std::function<void()> on_change = [] {};    // something moved there
  std::function<void()> on_observed = [] {};  // the observer says something else
};

// One member cluster as it is reached with one credential: what is kept there, and what is observed
// of it.
class Connection {
 public:
  Connection(kube::Loop& loop, const overrides::Cluster& cluster, kube::Access access,
             const Options& options, Watching watching);
  ~Connection();  // stop()
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // True if `cluster` is reached the same way.
  bool reaches(const overrides::Cluster& cluster) const;
  // What its file and Fleet.spec.capacity say by now.
  void use(const overrides::Cluster& cluster, bool capacity);
  // Nothing is told any more.
  void stop();
  // Requests that were not answered yet end.
  void give_up() { client_.give_up(); }

  member::Member& member() { return member_; }
  cluster_status::ClusterStatus& observer() { return *observer_; }

 private:
  void observe(const overrides::Cluster& cluster);

  Watching watching_;
  std::string way_;  // address and credential
  kube::Client client_;
  member::Member member_;                                    // of client_
  std::unique_ptr<cluster_status::ClusterStatus> observer_;  // of client_
  catalog::ObjectPtr file_;                                  // what the observer knows of it
};

}  // namespace flotilla::controller
