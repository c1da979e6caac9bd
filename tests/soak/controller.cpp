#include "tests/soak/controller.h"

#include <csignal>
#include <stdexcept>

namespace flotilla::soak {

using namespace std::chrono_literals;

Controller::Controller(const tests::World& world, const testing::HttpsServer& server)
    : world_(world), server_(server) {
  start();
}

void Controller::start() {
  if (process_) return;
  ++starts_;
  process_.emplace(
      tests::Arguments{tests::flotilla_program(), "run", "--repo", server_.url("/git/fleet.git"),
                       "--git-token", testing::HttpsServer::password(), "--git-ca-file",
                       server_.ca().string(), "--kubeconfig", world_.kubeconfig.string(),
                       "--data-dir", world_.data_dir.string(), "--interval", "1s"},
      log());
}

void Controller::kill() {
  if (!process_) return;
  process_->kill_now();
  process_.reset();
}

void Controller::end() {
  if (!process_) return;
  process_->signal(SIGTERM);
  // It may wait for a git server that does not answer.
  if (!process_->exits_within(30s))
    throw std::runtime_error("the controller does not end on SIGTERM");
  const int code = tests::exit_code(*process_->exited());
  process_.reset();
  if (code != 0) throw std::runtime_error("the controller ended with " + std::to_string(code));
}

void Controller::look_after() {
  if (!process_ || !process_->exited()) return;
  ends_.push_back("it ended with " + std::to_string(tests::exit_code(*process_->exited())));
  process_.reset();
}

}  // namespace flotilla::soak
