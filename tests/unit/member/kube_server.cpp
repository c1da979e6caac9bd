#include "tests/support/kube_servers.h"
#include "tests/unit/member/mirror_server.h"

namespace flotilla::test {
namespace {

// Takes long to start, so that all test cases use the same one.
tests::KubeServers& servers() {
  static tests::KubeServers one({.audit_log = true});
  return one;
}

class Real : public MirrorServer {
 public:
  ~Real() override {
    if (hanging_) servers().resume(0);
    if (stopped_) servers().start(0);
  }
  Real() { servers().forget_requests(0); }

  kube::Access access() const override {
    kube::Access access;
    access.server = servers().server_url(0);
    access.peer.ca_pem = servers().ca_pem(0);
    access.token = servers().token(0);
    return access;
  }
  std::optional<std::string> limited_token() const override { return servers().limited_token(0); }
  std::vector<std::string> asked_by(const std::string& user_agent) const override {
    std::vector<std::string> targets;
    for (const auto& request : servers().requests(0))
      if (request.user_agent == user_agent) targets.push_back(request.uri);
    return targets;
  }
  void stop() override {
    servers().stop(0);
    stopped_ = true;
  }
  void start() override {
    servers().start(0);
    stopped_ = false;
  }
  void hang(bool on) override {
    hanging_ = on;
    if (on) servers().pause(0);
    if (!on) servers().resume(0);
  }

 private:
  bool stopped_ = false;
  bool hanging_ = false;
};

}  // namespace

std::unique_ptr<MirrorServer> MirrorServer::make() { return std::make_unique<Real>(); }

}  // namespace flotilla::test
