#include "tests/integration/fleet/eventually.h"
#include "tests/integration/fleet/live.h"
#include "tests/integration/fleet/members.h"
#include "tests/integration/fleet/text.h"
#include "tests/support/kube_servers.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <stdexcept>

// The members of a scenario as real API servers. They take long to start, so that all test cases of
// the program use the same ones, cleaned at the beginning of each.
namespace flotilla::tests {
namespace {

using namespace std::chrono_literals;

KubeServers& servers() {
  static KubeServers fleet({.members = {"ap-staging", "eu-prod", "us-prod"}, .audit_log = true});
  return fleet;
}

std::size_t index_of(const std::string& member) {
  if (member == "ap-staging") return 0;
  if (member == "eu-prod") return 1;
  if (member == "us-prod") return 2;
  throw std::runtime_error("no real API server is called " + member);
}

class KubeMembers : public Members {
 public:
  explicit KubeMembers(std::vector<std::string> names) : names_(std::move(names)) {
    for (const std::string& name : names_) {
      write_file(ca_file(name), servers().ca_pem(index_of(name)));
      clean(name);
    }
    forget_requests();
  }

  ~KubeMembers() override {
    for (const std::string& name : stopped_) servers().start(index_of(name));
    for (const std::string& name : hanging_) servers().resume(index_of(name));
  }

  const std::vector<std::string>& names() const override { return names_; }

  KubeEndpoint endpoint(const std::string& member) const override {
    const std::size_t index = index_of(member);
    return {servers().server_url(index), ca_file(member), servers().token(index)};
  }

  std::string limited_token(const std::string& member) const override {
    return servers().limited_token(index_of(member));
  }

  void stop(const std::string& member) override {
    servers().stop(index_of(member));
    stopped_.insert(member);
  }

  void start(const std::string& member) override {
    servers().start(index_of(member));
    stopped_.erase(member);
  }

  void hang(const std::string& member, bool on) override {
    if (on) {
      servers().pause(index_of(member));
      hanging_.insert(member);
    } else {
      servers().resume(index_of(member));
      hanging_.erase(member);
    }
  }

  std::vector<SeenRequest> requests(const std::string& member) const override {
    std::vector<SeenRequest> seen;
    for (const AuditedRequest& request : servers().requests(index_of(member)))
      seen.push_back(with_agent(request));
    return seen;
  }

  void forget_requests() override {
    for (const std::string& name : names_) servers().forget_requests(index_of(name));
    count_before_ = lines_logged();
  }

  std::size_t request_count() const override { return lines_logged() - count_before_; }

  KubeReply call(const std::string& member, const KubeCall& call) const override {
    return servers().call(index_of(member), call);
  }

 private:
  static SeenRequest with_agent(const AuditedRequest& request) {
    SeenRequest seen = seen_request(method_of(request.verb), request.uri, request.code);
    seen.user_agent = request.user_agent;
    seen.received = request.received;
    seen.answered = request.answered;
    return seen;
  }

  static std::string method_of(const std::string& verb) {
    if (verb == "get" || verb == "list" || verb == "watch") return "GET";
    if (verb == "patch") return "PATCH";
    if (verb == "create") return "POST";
    if (verb == "update") return "PUT";
    return "DELETE";
  }

  // Reads what was added since the last time.
  std::size_t lines_logged() const {
    std::size_t lines = 0;
    for (const std::string& name : names_) {
      Logged& logged = logged_[name];
      std::ifstream log(servers().directory() / name / "audit.log", std::ios::binary);
      log.seekg(logged.bytes);
      const std::string added{std::istreambuf_iterator<char>(log), {}};
      logged.bytes += static_cast<std::streamoff>(added.size());
      logged.lines += static_cast<std::size_t>(std::ranges::count(added, '\n'));
      lines += logged.lines;
    }
    return lines;
  }

  std::filesystem::path ca_file(const std::string& member) const {
    return folder_.path() / (member + ".crt");
  }

  // Deletes what tests left. No controller empties namespaces here, so that is done by hand: first
  // what is in them, then the finalizer that waits for it.
  void clean(const std::string& member) const {
    for (const std::string& name : names_on(*this, member))
      if (!name.starts_with("Namespace ")) remove(member, name);
    call(member, {.verb = "DELETE",
                  .path = "/apis/coordination.k8s.io/v1/namespaces/flotilla-system/leases"});
    for (const std::string& name : names_on(*this, member))
      if (name.starts_with("Namespace ")) remove_namespace(member, name);
    eventually(30s, member + " is clean", [&] {
      const std::set<std::string> left = names_on(*this, member);
      return left.empty() ? std::string() : "left: " + *left.begin();
    });
  }

  void remove(const std::string& member, const std::string& name) const {
    call(member, {.verb = "PATCH",
                  .path = path_of(name),
                  .body = R"({"metadata":{"finalizers":null}})",
                  .content_type = "application/merge-patch+json"});
    // Left to its default, a Job waits for a controller that orphans its Pods.
    call(member, {.verb = "DELETE", .path = path_of(name) + "?propagationPolicy=Background"});
  }

  void remove_namespace(const std::string& member, const std::string& name) const {
    call(member, {.verb = "DELETE", .path = path_of(name)});
    const std::string plain = name.substr(name.find(' ') + 1);
    call(member, {.verb = "PUT",
                  .path = path_of(name) + "/finalize",
                  .body = R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":")" + plain +
                          R"("},"spec":{"finalizers":[]}})"});
  }

  std::vector<std::string> names_;
  TempFolder folder_;
  std::set<std::string> stopped_;
  std::set<std::string> hanging_;
  struct Logged {
    std::streamoff bytes = 0;
    std::size_t lines = 0;
  };
  mutable std::map<std::string, Logged> logged_;
  std::size_t count_before_ = 0;
};

}  // namespace

std::vector<std::string> member_names(std::size_t most) {
  std::vector<std::string> names = {"ap-staging", "eu-prod", "us-prod"};
  names.resize(std::min(most, names.size()));
  return names;
}

std::unique_ptr<Members> open_members(std::vector<std::string> names) {
  return std::make_unique<KubeMembers>(std::move(names));
}

}  // namespace flotilla::tests
