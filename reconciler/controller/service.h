#pragma once

#include "reconciler/controller/fleet.h"
#include "reconciler/controller/git_thread.h"
#include "reconciler/controller/standing.h"
#include "reconciler/controller/status_pen.h"
#include "reconciler/notify/notifier.h"
#include "reconciler/server/http_server.h"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace flotilla::controller {

// The controller that goes on: the repository on a thread of its own, all clusters on the loop,
// and what tells people and other replicas of them. It is made, started, run and stopped once.
class Service {
 public:
  // `options.lease.replica`: the name of this replica, unless there is no lease.
  explicit Service(const Options& options);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  Result<void> start();
  // Until stop().
  void run();
  // From any thread.
  void stop();
  void reload();

 private:
  void join_parts();
  GitThread::Listener listener();
  Result<void> listen();
  bool is_ours(const std::string& cluster) const;
  void take(Decided decided);
  void reconsider();
  void count_clusters() const;
  void begin_term();
  void follow_leader();
  server::Interest interest_in(const server::Push& push) const;
  std::chrono::steady_clock::time_point arrival() const;
  void take_pushes();
  kube::Task<> keep_ticking();
  kube::Task<> leave();
  kube::Task<> take_leave(std::shared_ptr<bool> done);

  Options options_;
  kube::Loop loop_;
  std::unique_ptr<Standing> standing_;
  Fleet fleet_;
  StatusPen pen_;
  notify::Notifier notifier_;
  std::unique_ptr<GitThread> git_;
  bool leads_ = false;
  bool acts_ = false;       // on what was decided since it leads
  std::uint64_t term_ = 0;  // how often it began to lead
  bool leaving_ = false;
  std::optional<std::string> followed_;  // what the git thread was told to follow
  // When a push arrived that is not reported as settled yet, and the first webhook since the last
  // decided commit.
  std::optional<std::chrono::steady_clock::time_point> pushed_at_;
  std::optional<std::chrono::steady_clock::time_point> hook_at_;
  // What the server's thread reads.
  struct Shown {
    mutable std::mutex mutex;
    std::string commit;  // the newest that is known; empty after a push that was not looked at
    bool is_read = false;
    std::string lease_trouble;  // while nobody is known to hold it
  };
  Shown shown_;
  std::chrono::steady_clock::time_point last_tick_;  // with shown_.mutex
  std::unique_ptr<server::HttpServer> server_;       // first to go
};

}  // namespace flotilla::controller
