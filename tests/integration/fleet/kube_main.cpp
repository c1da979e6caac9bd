#define CATCH_CONFIG_RUNNER
#include "tests/support/kube_servers.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <cstring>
#include <iostream>

namespace {

constexpr int skipped = 77;  // SKIP_RETURN_CODE of CTest

bool in_ci() {
  const char* value = std::getenv("CI");
  return value != nullptr && *value != '\0' && std::strcmp(value, "false") != 0;
}

}  // namespace

// Without real API servers there is nothing to run: skipped loudly, and in CI an error.
int main(int argc, char** argv) {
  if (const auto missing = flotilla::tests::KubeServers::missing()) {
    std::cerr << "SKIPPED: the integration suite against real API servers; " << *missing << "\n";
    return in_ci() ? EXIT_FAILURE : skipped;
  }
  return Catch::Session().run(argc, argv);
}
