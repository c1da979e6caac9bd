#pragma once

#include "tests/support/kube_call.h"

#include <json/value.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace flotilla::tests {

// One request of Flotilla as a server saw it.
struct SeenRequest {
  std::string method;     // GET, PATCH, POST, PUT, DELETE
  std::string path = {};  // without its query
  std::string query = {};
  std::string group = {};
  std::string resource = {};  // empty for discovery, /readyz and the like
  std::string namespace_name = {};
  std::string name = {};
  int status = 0;
  std::string user_agent = {};
  // When it came and when it was answered (of a watch: when the answer began), if that is known.
  std::chrono::sys_time<std::chrono::microseconds> received = {};
  std::chrono::sys_time<std::chrono::microseconds> answered = {};

  bool writes() const { return method != "GET"; }
};

SeenRequest seen_request(std::string method, std::string_view target, int status);
// "PATCH deployments shop/catalog", "GET /version": what tests compare and print.
std::string to_string(const SeenRequest& request);

// The member clusters a scenario works on; each has a name, which is also its context's.
class Members {
 public:
  virtual ~Members() = default;
  Members() = default;
  Members(const Members&) = delete;
  Members& operator=(const Members&) = delete;

  virtual const std::vector<std::string>& names() const = 0;
  virtual KubeEndpoint endpoint(const std::string& member) const = 0;  // may do everything
  // A user who may only discover; empty if these members know no such user.
  virtual std::string limited_token(const std::string& member) const = 0;

  virtual void stop(const std::string& member) = 0;           // its port refuses
  virtual void start(const std::string& member) = 0;          // again, with the same objects
  virtual void hang(const std::string& member, bool on) = 0;  // connections are never answered

  // What Flotilla asked since the beginning or since forget_requests(); not what call() asks.
  virtual std::vector<SeenRequest> requests(const std::string& member) const = 0;
  virtual void forget_requests() = 0;
  // How many requests all members have seen, as cheaply as can be: for a test that waits for one.
  virtual std::size_t request_count() const = 0;

  // Asks a member by the test itself.
  virtual KubeReply call(const std::string& member, const KubeCall& call) const = 0;
};

// Members with nothing on them. Real API servers are started once and cleaned; they are ap-staging,
// eu-prod and us-prod, and `names` must be some of these.
std::unique_ptr<Members> open_members(std::vector<std::string> names);
// The names of that many members, or of as many as there can be.
std::vector<std::string> member_names(std::size_t most);
std::unique_ptr<Members> open_example_members();  // the three of examples/repo-layout

// One context per member, named like it, with its token and CA.
void write_kubeconfig(const Members& members, const std::filesystem::path& file);
// The same with the token, CA or URL of some contexts replaced.
struct ContextChange {
  std::string member = {};
  std::string token = {};              // empty: its own
  std::filesystem::path ca_file = {};  // empty: its own
  std::string url = {};                // empty: its own
};
void write_kubeconfig(const Members& members, const std::filesystem::path& file,
                      const ContextChange& change);
void write_changed_kubeconfig(const Members& members, const std::filesystem::path& file,
                              const std::vector<ContextChange>& changes);

}  // namespace flotilla::tests
