#include "reconciler/simulator/simulator.h"
#include "tests/unit/lease/server.h"

namespace flotilla::test {
namespace {

class Embedded : public LeaseServer {
 public:
  kube::Access access() const override {
    kube::Access access;
    access.server = server_->server_url();
    access.peer.ca_pem = server_->ca_pem();
    access.token = server_->token();
    return access;
  }
  void hang(bool on) override { server_->hang(on); }

 private:
  std::unique_ptr<simulator::Simulator> server_ = *simulator::Simulator::start({});
};

}  // namespace

std::unique_ptr<LeaseServer> LeaseServer::make() { return std::make_unique<Embedded>(); }

}  // namespace flotilla::test
