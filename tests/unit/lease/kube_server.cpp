#include "tests/support/kube_servers.h"
#include "tests/unit/lease/server.h"

namespace flotilla::test {
namespace {

// Takes long to start, so that all test cases use the same one.
tests::KubeServers& servers() {
  static tests::KubeServers one;
  return one;
}

class Real : public LeaseServer {
 public:
  ~Real() override {
    if (hanging_) servers().resume(0);
  }
  kube::Access access() const override {
    kube::Access access;
    access.server = servers().server_url(0);
    access.peer.ca_pem = servers().ca_pem(0);
    access.token = servers().token(0);
    return access;
  }
  void hang(bool on) override {
    hanging_ = on;
    if (on) servers().pause(0);
    if (!on) servers().resume(0);
  }

 private:
  bool hanging_ = false;
};

}  // namespace

std::unique_ptr<LeaseServer> LeaseServer::make() { return std::make_unique<Real>(); }

}  // namespace flotilla::test
