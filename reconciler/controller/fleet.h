#pragma once

#include "reconciler/controller/options.h"
#include "reconciler/controller/source.h"
#include "reconciler/kube/client.h"
#include "reconciler/member/member.h"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace flotilla::controller {

// Every member cluster at work, on one loop. One task per cluster: a cluster that hangs delays
// nobody else.
class Fleet {
 public:
  Fleet(kube::Loop& loop, const Options& options);
  ~Fleet();

  // The state that clusters shall reach from now on. Passes for an older one end at their next
  // object.
  void want(Decided decided);

  // One pass on every cluster; ends when the last has ended.
  kube::Task<> pass_once();
  // What is wanted now, on the clusters that were reached and for which something differs.
  kube::Task<> follow_up(Decided decided);
  // Keeps every cluster at what is wanted, until stop(). Call once.
  void keep_going();
  void stop();
  // Requests that were not answered yet end.
  void give_up();

  const std::map<std::string, status::ReportPtr>& reports() const { return reports_; }
  const std::shared_ptr<const decision::Decision>& decision() const { return wanted_.decision; }
  const Decided& wanted() const { return wanted_; }

  // Clusters whose report stands for what is wanted now.
  std::set<std::string> followers() const;

  // What was created, configured and pruned since the last call, by cluster.
  std::map<std::string, member::Changes> take_changes();
  // Changes that could not be told after all.
  void give_back(std::map<std::string, member::Changes> changes);

  // True while a pass for the newest decision is under way or has not begun.
  bool busy() const;

  // True if nothing is under way and the last report of every cluster is settled.
  bool settled() const { return unsettled_.empty() && !busy(); }

  // Which clusters are this replica's to work on; ask_again() when that changed.
  std::function<bool(const std::string& cluster)> is_ours = [](const std::string&) { return true; };
  // What is held while a cluster is worked on; nullptr: it is not ours, or not yet.
  std::function<std::shared_ptr<void>(const std::string& cluster)> begin_work =
      [](const std::string&) { return std::make_shared<int>(0); };
  void ask_again();
  // True if nothing is under way on any cluster.
  bool is_idle() const;

  // What is observed of the clusters (Karmada's Cluster.status), by name. nullptr is told of one
  // that is no longer this replica's: nothing more is known of it here.
  const std::map<std::string, status::ClusterStatusPtr>& observed() const { return observed_; }
  std::function<void(const std::string& cluster, const status::ClusterStatusPtr&)> on_observed =
      [](const std::string&, const status::ClusterStatusPtr&) {};
  // Credentials are looked for anew, as after a change of their files.
  void renew_credentials();

  // Called after every pass.
  std::function<void(const member::Report&)> on_report = [](const member::Report&) {};

 private:
  struct Worker;
  kube::Task<> pass(Worker& worker);
  kube::Task<> work(Worker& worker);
  kube::Task<> wait(Worker& worker, std::chrono::milliseconds duration);
  Worker& worker_of(const std::string& cluster);
  std::chrono::milliseconds rest_of(Worker& worker);
  std::shared_ptr<const decision::Inventory> remembered(const std::string& cluster) const;
  void wake(Worker& worker);
  void let_go(Worker& worker);
  void note_observed(Worker& worker);
  void note_uncollected(Worker& worker, const std::string& why);
  void keep(member::Report report);
  const member::Report* report_of(const std::string& cluster) const;

  kube::Loop& loop_;
  Options options_;
  Decided wanted_;
  bool continuous_ = false;
  bool stopping_ = false;
  std::map<std::string, std::unique_ptr<Worker>> workers_;
  std::map<std::string, status::ReportPtr> reports_;
  std::map<std::string, member::Changes> untold_;
  std::set<std::string> unsettled_;  // of reports_
  std::map<std::string, status::ClusterStatusPtr> observed_;
};

}  // namespace flotilla::controller
