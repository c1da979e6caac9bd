#pragma once

#include "reconciler/controller/source.h"
#include "reconciler/kube/loop.h"

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
  };
  GitThread(Source source, const Options& options, kube::Loop& loop, Listener listener);

  // In place of one that was not begun yet, which must have been taken back before.
  void write(StatusJob job);
  // Looks at the repository at once; any number of calls during a look cause one more.
  void look_now();
  // What was observed of a cluster (Karmada's Cluster.status): decides anew if that matters.
  void observe(const std::string& cluster, Json::Value status);

 private:
  struct Inbox {
    std::optional<StatusJob> job;
    std::map<std::string, Json::Value> observed;
    bool look = false;
    bool empty() const { return !job && observed.empty() && !look; }
  };
  void work(const std::stop_token& stop);
  void write_now(StatusJob job);
  void look();
  void tell(Result<std::optional<Decided>> decided);
  std::chrono::milliseconds pause();

  Source source_;
  std::string name_;  // what spreads its looks
  std::chrono::milliseconds interval_;
  kube::Loop& loop_;
  Listener listener_;
  std::string trouble_;
  int looks_ = 0;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  Inbox inbox_;
  std::jthread thread_;  // last: it uses everything above
};

}  // namespace flotilla::controller
