#include "reconciler/simulator/simulator.h"
#include "tests/integration/fleet/members.h"
#include "tests/integration/fleet/text.h"

#include <map>
#include <stdexcept>

// The members of a scenario as embedded clusters in this process, new ones for each test case.
namespace flotilla::tests {
namespace {

using simulator::Simulator;

SeenRequest with_agent(const simulator::Request& request) {
  SeenRequest seen = seen_request(request.method, request.target, request.status);
  seen.user_agent = request.user_agent;
  return seen;
}

class EmbeddedMembers : public Members {
 public:
  explicit EmbeddedMembers(std::vector<std::string> names) : names_(std::move(names)) {
    for (const std::string& name : names_) {
      simulator::Options options;
      options.name = name;
      auto started = Simulator::start(options);
      if (!started) throw std::runtime_error("embedded cluster: " + started.error().message);
      write_file(ca_file(name), (*started)->ca_pem());
      servers_[name] = std::move(*started);
    }
  }

  const std::vector<std::string>& names() const override { return names_; }

  KubeEndpoint endpoint(const std::string& member) const override {
    const Simulator& server = at(member);
    return {server.server_url(), ca_file(member), server.token()};
  }

  std::string limited_token(const std::string&) const override { return {}; }

  void stop(const std::string& member) override { at(member).stop(); }

  void start(const std::string& member) override {
    const auto restarted = at(member).restart();
    if (!restarted) throw std::runtime_error("embedded cluster: " + restarted.error().message);
  }

  void hang(const std::string& member, bool on) override { at(member).hang(on); }

  std::vector<SeenRequest> requests(const std::string& member) const override {
    std::vector<SeenRequest> seen;
    for (const simulator::Request& request : at(member).requests())
      if (request.user_agent != "flotilla-tests") seen.push_back(with_agent(request));
    return seen;
  }

  void forget_requests() override {
    for (const auto& [name, server] : servers_) server->forget_requests();
  }

  std::size_t request_count() const override {
    std::size_t count = 0;
    for (const auto& [name, server] : servers_) count += server->requests().size();
    return count;
  }

  KubeReply call(const std::string& member, const KubeCall& call) const override {
    return ask(endpoint(member), call);
  }

 private:
  std::filesystem::path ca_file(const std::string& member) const {
    return folder_.path() / (member + ".crt");
  }
  Simulator& at(const std::string& member) const { return *servers_.at(member); }

  std::vector<std::string> names_;
  TempFolder folder_;
  std::map<std::string, std::unique_ptr<Simulator>> servers_;
};

}  // namespace

std::vector<std::string> member_names(std::size_t most) {
  std::vector<std::string> names = {"ap-staging", "eu-prod", "us-prod"};
  for (std::size_t n = names.size() + 1; n <= most; ++n) names.push_back("c" + std::to_string(n));
  names.resize(most);
  return names;
}

std::unique_ptr<Members> open_members(std::vector<std::string> names) {
  return std::make_unique<EmbeddedMembers>(std::move(names));
}

}  // namespace flotilla::tests
