#pragma once

#include "reconciler/git/repository.h"
#include "render/base/text.h"
#include "tests/support/git_servers/git_servers.h"

#include <catch2/catch.hpp>

#include <cstdlib>

namespace flotilla::testing {

// True if the servers can be started here. In CI nothing may be missing.
inline bool can_run(const std::vector<std::string>& programs) {
  const auto missing = missing_programs(programs);
  if (missing.empty()) return true;
  if (std::getenv("CI") != nullptr) FAIL("not installed: " << join(missing, ", "));
  WARN("SKIPPED, not installed: " << join(missing, ", "));
  return false;
}

inline Result<void> fetch_from(const Sandbox& box, const std::string& url,
                               const git::Network& network) {
  auto mirror = git::Repository::open_mirror(box / "mirror", url, network);
  if (!mirror) return fail(mirror.error());
  return mirror->fetch();
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace flotilla::testing
