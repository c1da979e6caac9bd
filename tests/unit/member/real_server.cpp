#define CATCH_CONFIG_RUNNER
#include "tests/unit/member/real_server.h"

#include "tests/support/kube_servers.h"
#include "tests/unit/member/scene.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <cstring>
#include <iostream>

namespace flotilla::test {
namespace {

std::unique_ptr<tests::KubeServers> servers;

}  // namespace

ServerForTests server_for_tests() {
  kube::Access access;
  access.server = servers->server_url(0);
  access.peer.ca_pem = servers->ca_pem(0);
  access.token = servers->token(0);
  return {std::move(access), nullptr};
}

std::string limited_token_for_tests() { return servers->limited_token(0); }

}  // namespace flotilla::test

int main(int argc, char** argv) {
  using flotilla::tests::KubeServers;
  if (const auto missing = KubeServers::missing()) {
    std::cerr << "SKIPPED: members on real API servers; " << *missing << "\n";
    const char* ci = std::getenv("CI");
    const bool in_ci = ci != nullptr && *ci != '\0' && std::strcmp(ci, "false") != 0;
    return in_ci ? EXIT_FAILURE : 77;  // SKIP_RETURN_CODE
  }
  flotilla::test::servers = std::make_unique<KubeServers>();
  const int failed = Catch::Session().run(argc, argv);
  flotilla::test::servers.reset();
  return failed;
}
