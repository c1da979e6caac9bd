#include "tests/integration/fleet/service.h"

#include "tests/integration/fleet/eventually.h"

#include <csignal>
#include <stdexcept>

namespace flotilla::tests {

using namespace std::chrono_literals;

Service::Service(World& of) : world(of) {
  world.repo.git({"clone", "--quiet", "--bare", world.repo.path().string(), bare.string()});
  world.repo.git({"remote", "add", "origin", bare.string()});
}

Process Service::start() const {
  return Process(
      {flotilla_program(), "run", "--repo", bare.string(), "--kubeconfig",
       world.kubeconfig.string(), "--data-dir", world.data_dir.string(), "--interval", "1s", "-v"},
      log);
}

void Service::push(const std::string& message) const {
  world.commit(message);
  world.repo.git({"push", "--quiet", "origin", "main"});
}

void Service::fetch_status() const {
  if (!world.repo.git({"ls-remote", "origin", status_branch}).empty())
    world.repo.git(
        {"fetch", "--quiet", "--force", "origin", status_branch + ":refs/heads/" + status_branch});
}

std::string Service::status_head() const {
  fetch_status();
  return world.repo.has(status_branch) ? world.repo.git({"rev-parse", status_branch}) : "";
}

std::string Service::settled_head() const {
  std::string head;
  auto since = std::chrono::steady_clock::now();
  eventually(60s, "the status branch settles", [&]() -> std::string {
    const std::string now = status_head();
    if (now != head) since = std::chrono::steady_clock::now();
    head = now;
    if (head.empty()) return "there is none";
    const std::string wanted = lines_of(world.repo.git({"rev-parse", "main"})).front();
    if (!contains(world.status_file("fleet.yaml"), wanted)) return "it is of an older commit";
    return std::chrono::steady_clock::now() - since > 7s ? "" : "it moved just now";
  });
  return head;
}

void end(Process& process) {
  process.signal(SIGTERM);
  if (!process.exits_within(15s)) throw std::runtime_error("the service does not end on SIGTERM");
  if (const int code = exit_code(*process.exited()); code != 0)
    throw std::runtime_error("the service ended with " + std::to_string(code));
}

}  // namespace flotilla::tests
