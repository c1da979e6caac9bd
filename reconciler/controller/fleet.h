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
  // Keeps every cluster at what is wanted, until stop(). Call once.
  void keep_going();
  void stop();

  const std::map<std::string, member::Report>& reports() const { return reports_; }
  const std::shared_ptr<const decision::Decision>& decision() const { return wanted_.decision; }
  const std::string& subject() const { return wanted_.subject; }

  // What was created, configured and pruned has been told: later reports begin anew.
  void forget_changes();

  // True while a pass for the newest decision is under way or has not begun.
  bool busy() const;

  // True if nothing is under way and the last report of every cluster is settled.
  bool settled() const { return unsettled_.empty() && !busy(); }

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
  void keep(member::Report report);

  kube::Loop& loop_;
  Options options_;
  Decided wanted_;
  std::uint64_t generation_ = 0;
  bool continuous_ = false;
  bool stopping_ = false;
  std::map<std::string, std::unique_ptr<Worker>> workers_;
  std::map<std::string, member::Report> reports_;
  std::set<std::string> unsettled_;  // of those
};

// contract.md, "Exit codes", for a decision and the reports of its passes.
Exit exit_of(const decision::Decision& decision,
             const std::map<std::string, member::Report>& reports);

}  // namespace flotilla::controller
