#define CATCH_CONFIG_RUNNER
#include "tests/chart/chart.h"

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

int main(int argc, char** argv) {
  auto missing = flotilla::tests::missing_helm();
  if (!missing) missing = flotilla::tests::KubeServers::missing();
  if (missing) {
    std::cerr << "SKIPPED: the Helm chart; " << *missing << "\n";
    return in_ci() ? EXIT_FAILURE : skipped;
  }
  return Catch::Session().run(argc, argv);
}
