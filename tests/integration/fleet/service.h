#pragma once

#include "tests/integration/fleet/world.h"

namespace flotilla::tests {

// `flotilla run` as a service: a bare repository that the work tree pushes to, and the process that
// watches it.
struct Service {
  explicit Service(World& of);

  Process start() const;
  void push(const std::string& message) const;  // commits everything first
  void fetch_status() const;                    // then the world's status_file() is up to date
  std::string status_head() const;              // empty: no status branch
  // Waits until the status branch speaks of the last commit and has not moved for some seconds.
  std::string settled_head() const;

  World& world;
  std::filesystem::path bare = world.folder.path() / "bare.git";
  std::filesystem::path log = world.folder.path() / "service.log";
};

// SIGTERM; throws std::runtime_error unless it ends soon, with 0.
void end(Process& process);

}  // namespace flotilla::tests
