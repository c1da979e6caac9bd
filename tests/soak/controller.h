#pragma once

#include "tests/integration/fleet/world.h"
#include "tests/support/child_process.h"
#include "tests/support/git_servers/git_servers.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::soak {

// `flotilla run` under a supervisor that starts it again whenever it ends, and a webhook that tells
// it of pushes.
class Controller {
 public:
  Controller(const tests::World& world, const testing::HttpsServer& server);

  void kill();   // -9
  void end();    // SIGTERM; throws if it does not end well and soon
  void start();  // nothing if it runs
  bool runs() const { return process_.has_value(); }
  pid_t pid() const { return process_->pid(); }
  // What a forge sends after a push; lost if nobody listens just now.
  void tell_of_push() const;
  // Notes if it ended by itself.
  void look_after();

  int starts() const { return starts_; }
  const std::vector<std::string>& ends() const { return ends_; }  // by itself, and how
  std::filesystem::path log() const { return world_.folder.path() / "controller.log"; }

 private:
  const tests::World& world_;
  const testing::HttpsServer& server_;
  tests::Port port_;
  std::optional<tests::Process> process_;
  int starts_ = 0;
  std::vector<std::string> ends_;
};

}  // namespace flotilla::soak
