#pragma once

#include "tests/integration/fleet/world.h"

#include <filesystem>
#include <string>

namespace flotilla::tests {

// A bare repository that the work tree pushes to, and the service that watches it.
struct Service {
  explicit Service(World& of);

  Process start() const;  // flotilla run
  void push(const std::string& message) const;

  std::string status_head() const;
  // The status branch speaks of the last commit, and has not moved for a while.
  std::string settled_head() const;

  World& world;
  std::filesystem::path bare = world.folder.path() / "bare.git";
  std::filesystem::path log = world.folder.path() / "service.log";
};

}  // namespace flotilla::tests
