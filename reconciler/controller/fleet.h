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

// For the loop that a Fleet lives on.
kube::Loop::Options loop_options();

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
  // Keeps every cluster at what is wanted, until stop(). Call once.
  void keep_going();
  void stop();

  const std::map<std::string, status::ReportPtr>& reports() const { return reports_; }
  const std::shared_ptr<const decision::Decision>& decision() const { return wanted_.decision; }
  const std::string& subject() const { return wanted_.subject; }
  std::int64_t generation() const { return wanted_.generation; }

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
  void ask_again();
  // True if nothing is under way on any cluster that is not ours.
  bool has_let_go() const;
  // Called when the work on a cluster that is not ours any more has ended.
  std::function<void()> on_let_go = [] {};

  // Called after every pass.
  std::function<void(const member::Report&)> on_report = [](const member::Report&) {};

 private:
  struct Worker;
  kube::Task<> pass(Worker& worker);
  kube::Task<> work(Worker& worker);
  kube::Task<> wait(Worker& worker, std::chrono::milliseconds duration);
  Worker& worker_of(const std::string& cluster);
  std::chrono::milliseconds rest_of(Worker& worker);
  Result<kube::Access> access_of(const overrides::Cluster& cluster) const;
  std::shared_ptr<const decision::Inventory> remembered(const std::string& cluster) const;
  void wake(Worker& worker);
  void let_go(Worker& worker);
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
};

// contract.md, "Exit codes", for a decision and the reports of its passes.
Exit exit_of(const decision::Decision& decision,
             const std::map<std::string, status::ReportPtr>& reports);

}  // namespace flotilla::controller
