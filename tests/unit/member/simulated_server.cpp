#include "reconciler/simulator/simulator.h"
#include "tests/unit/member/scene.h"

namespace flotilla::test {

kube::Access server_for_tests() {
  static std::unique_ptr<simulator::Simulator> server;
  simulator::Options options;
  options.controllers = false;  // as a bare API server
  server = *simulator::Simulator::start(options);
  kube::Access access;
  access.server = server->server_url();
  access.peer.ca_pem = server->ca_pem();
  access.token = server->token();
  return access;
}

}  // namespace flotilla::test
