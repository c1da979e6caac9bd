#pragma once

#include "reconciler/controller/lease_news.h"
#include "reconciler/controller/source.h"
#include "reconciler/kube/loop.h"
#include "reconciler/lease/repository_lease.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace flotilla::controller {

// A status to be written.
struct StatusJob {
  status::Input input;
  std::shared_ptr<const decision::Decision> decision;  // keeps what the input points at
};

// What happened to it.
struct Written {
  bool ok = false;
  std::map<std::string, member::Changes> untold;  // if not ok: what it would have told
};

// The thread that owns the repository: looks at it from time to time, or when asked, and writes the
// status branch. Its functions may be called from any thread; what comes of them is told on the
// loop's.
class GitThread {
 public:
  struct Listener {
    std::function<void(Decided)> on_decision;
    std::function<void(Written)> on_written;
    // Why the repository cannot be read or is not followed; empty: it can, and is.
    std::function<void(std::string)> on_trouble;
    // The repository answered a look though the last status could not be written.
    std::function<void()> on_answer;
    // Others have written the status branch.
    std::function<void()> on_branch_moved;
    std::function<void(LeaseNews)> on_lease;
    // On the git thread: the status branch was read anew, and a status was written, or could not be
    // for a reason that lies outside (others had no part in it).
    std::function<void(const status::Memory&)> at_reading;
    std::function<void(const status::Input&, const status::Memory&)> at_writing;
  };
  // With a lease it is kept in the repository, and nothing is written while others hold it.
  GitThread(Source source, std::optional<lease::RepositoryLease> lease, const Options& options,
            kube::Loop& loop, Listener listener);

  // In place of one that was not begun yet, which must have been taken back before.
  void write(StatusJob job);
  // Looks at the repository at once; any number of calls during a look cause one more.
  void look_now();
  // What was observed of a cluster (Karmada's Cluster.status): decides anew.
  void observe(const std::string& cluster, status::ClusterStatusPtr status);
  // See Source::follow(); looks at once.
  void follow(std::optional<std::string> commit);
  // Reads the status branch and decides anew, as after a restart: another replica wrote it until
  // now. The decision that comes of it has this term.
  void start_over(std::uint64_t term);
  // Writes what is to be written, gives the lease back and ends.
  void finish();

 private:
  struct Inbox {
    std::optional<StatusJob> job;
    std::map<std::string, status::ClusterStatusPtr> observed;
    std::optional<std::optional<std::string>> follow;
    std::optional<std::uint64_t> term;
    bool look = false;
    bool empty() const { return !job && observed.empty() && !follow && !term && !look; }
  };
  void work(const std::stop_token& stop);
  void write_now(StatusJob job);
  void look();
  void keep_lease(std::optional<lease::Now> fetched_since);
  void keep_lease_if_due();
  void write_rendered(const decision::Decision& decision);
  void tell(Result<std::optional<Decided>> decided);
  void pass_on(std::optional<Decided> decided);
  std::chrono::milliseconds pause();

  template <class Change>
  void put(Change&& change) {
    {
      const std::scoped_lock lock(mutex_);
      change(inbox_);
    }
    wake_.notify_one();
  }

  Source source_;
  std::optional<lease::RepositoryLease> lease_;
  std::uint64_t term_ = 0;
  bool read_ = false;
  std::string name_;  // what spreads its looks
  std::string replica_;
  bool rendered_;  // the branch of manifests is written
  std::chrono::milliseconds interval_;
  std::shared_ptr<std::atomic<std::chrono::steady_clock::time_point>> end_;  // of network steps
  kube::Loop& loop_;
  Listener listener_;
  std::string trouble_;
  std::string lease_trouble_;
  std::string write_trouble_;
  std::string rendered_trouble_;
  std::string told_holder_;
  int looks_ = 0;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  Inbox inbox_;
  std::jthread thread_;  // last: it uses everything above
};

}  // namespace flotilla::controller
