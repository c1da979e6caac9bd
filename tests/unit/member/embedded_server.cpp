#include "reconciler/simulator/simulator.h"
#include "tests/unit/member/mirror_server.h"

#include <catch2/catch.hpp>

namespace flotilla::test {
namespace {

class Embedded : public MirrorServer {
 public:
  kube::Access access() const override {
    kube::Access access;
    access.server = server_->server_url();
    access.peer.ca_pem = server_->ca_pem();
    access.token = server_->token();
    return access;
  }
  std::optional<std::string> limited_token() const override { return std::nullopt; }
  std::vector<std::string> asked_by(const std::string& user_agent) const override {
    std::vector<std::string> targets;
    for (const auto& request : server_->requests())
      if (request.user_agent == user_agent) targets.push_back(request.target);
    return targets;
  }
  void stop() override { server_->stop(); }
  void start() override { REQUIRE(server_->restart()); }
  void hang(bool on) override { server_->hang(on); }

 private:
  std::unique_ptr<simulator::Simulator> server_ = *simulator::Simulator::start({});
};

}  // namespace

std::unique_ptr<MirrorServer> MirrorServer::make() { return std::make_unique<Embedded>(); }

}  // namespace flotilla::test
