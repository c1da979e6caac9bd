#include "reconciler/simulator/simulator.h"
#include "tests/unit/member/scene.h"

namespace flotilla::test {

ServerForTests server_for_tests() {
  simulator::Options options;
  options.controllers = false;  // as a bare API server
  std::shared_ptr<simulator::Simulator> server = *simulator::Simulator::start(options);
  kube::Access access;
  access.server = server->server_url();
  access.peer.ca_pem = server->ca_pem();
  access.token = server->token();
  return {std::move(access), std::move(server)};
}

}  // namespace flotilla::test
