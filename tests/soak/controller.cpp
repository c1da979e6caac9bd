#include "tests/soak/controller.h"

#include <csignal>
#include <stdexcept>

namespace flotilla::soak {

using namespace std::chrono_literals;

namespace {

constexpr const char* hook_secret = "what only the forge knows";

std::filesystem::path hooks(const tests::World& world) { return world.folder.path() / "hooks"; }

}  // namespace

Controller::Controller(const tests::World& world, const testing::HttpsServer& server)
    : world_(world), server_(server) {
  tests::write_file(hooks(world) / "generic", hook_secret);
  start();
}

void Controller::start() {
  if (process_) return;
  ++starts_;
  process_.emplace(
      tests::Arguments{tests::flotilla_program(), "run", "--repo", server_.url("/git/fleet.git"),
                       "--git-token", testing::HttpsServer::password(), "--git-ca-file",
                       server_.ca().string(), "--kubeconfig", world_.kubeconfig.string(),
                       "--data-dir", world_.data_dir.string(), "--listen",
                       "127.0.0.1:" + port_.text(), "--hook-secrets", hooks(world_).string(),
                       "--interval", "5s"},
      log());
}

void Controller::tell_of_push() const {
  const tests::KubeEndpoint endpoint{.url = "http://127.0.0.1:" + port_.text(),
                                     .token = hook_secret};
  tests::KubeCall call{.verb = "POST", .path = "/hooks/generic", .body = "{}", .timeout = 2s};
  const tests::KubeReply reply = tests::ask(endpoint, call);
  if (reply.status != 0 && reply.status != 200)
    throw std::runtime_error("the webhook is answered with " + std::to_string(reply.status) + " " +
                             reply.body);
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
