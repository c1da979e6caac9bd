#pragma once

#include "reconciler/kube/access.h"
#include "reconciler/kube/loop.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace flotilla::kube {

// What convinces one API server, kept fresh. Tasks of it must not outlive it.
class Credentials {
 public:
  Credentials(Loop& loop, Access access);

  // Gets what an exec plugin gives, on first use and shortly before it expires. Nothing to do for
  // other credentials.
  Task<Result<void>> prepare();
  // After a 401 of a request signed with `generation`: reads the token file or runs the plugin
  // again, once for all who ask. True if there is something new to try.
  Task<Result<bool>> renew(unsigned generation);

  void sign(HttpRequest& request) const;
  unsigned generation() const { return generation_; }
  const std::string& server() const { return access_.server; }

 private:
  bool is_fresh() const;
  // Of all who wait for the same run each gets what it came to: a plugin that hangs costs its
  // timeout once, not once for each call.
  Task<Result<void>> run_plugin_once(unsigned runs_before);
  Task<Result<void>> run_plugin();
  bool read_token_again();

  Loop& loop_;
  Access access_;
  std::shared_ptr<const Peer> peer_;
  std::string authorization_;
  std::optional<std::chrono::system_clock::time_point> expires_;
  unsigned generation_ = 0;
  unsigned runs_ = 0;  // of the plugin, that have ended
  Result<void> last_run_;
  bool ready_ = false;
  Semaphore renewing_{1};
};

}  // namespace flotilla::kube
