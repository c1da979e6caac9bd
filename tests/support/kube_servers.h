#pragma once

#include "tests/support/audit_log.h"
#include "tests/support/kube_call.h"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::tests {

struct KubeServersOptions {
  // One kube-apiserver each; also the names of the contexts in a kubeconfig.
  std::vector<std::string> members = {"member1"};
  // Beside each server, the controllers of Deployments, ReplicaSets, Namespaces and garbage.
  bool controller_manager = false;
  // Records what clients ask each server for; see requests().
  bool audit_log = false;
  std::chrono::seconds ready_within{60};
};

// A fleet of real API servers on loopback: one etcd and a kube-apiserver for each member, each with
// a CA and tokens of its own, so that a client that mixes up its members is found out. The
// constructor returns when all are ready; on failure it throws std::runtime_error that names the
// logs, which stay. No process survives the object, nor the program, however it ends.
//
// Members are numbered in the order of the options. Any thread may use any member, but calls about
// the same one must not overlap, call() excepted.
class KubeServers {
 public:
  // Why a fleet cannot run here (a program that is not found), or nothing. The programs are looked
  // for in $FLOTILLA_KUBE_DIR, $KUBEBUILDER_ASSETS, $PATH and the cache of `./dev kube`.
  static std::optional<std::string> missing(const KubeServersOptions& options = {});

  explicit KubeServers(KubeServersOptions options = {});
  ~KubeServers();
  KubeServers(KubeServers&&) noexcept;
  KubeServers& operator=(KubeServers&&) noexcept;

  std::size_t size() const;
  std::string server_url(std::size_t member) const;  // https://127.0.0.1:PORT, the same for life
  std::string ca_pem(std::size_t member) const;
  std::string token(std::size_t member) const;          // may do everything (system:masters)
  std::string limited_token(std::size_t member) const;  // a user who may only discover: 403

  // One context per member with its token and CA, the first one current.
  void write_kubeconfig(const std::filesystem::path& file) const;

  // Asks a server, as somebody whom the audit log leaves out: for what a test looks at itself.
  KubeReply call(std::size_t member, const KubeCall& call) const;

  // SIGTERM, and SIGKILL after 3 s: with a watch open a server takes a minute to end. The port
  // refuses from the beginning.
  void stop(std::size_t member);
  void stop_hard(std::size_t member);  // SIGKILL
  void start(std::size_t member);      // on the same port; returns when it is ready
  void pause(std::size_t member);      // SIGSTOP: accepts connections and never answers
  void resume(std::size_t member);

  // What clients asked since the start or since forget_requests(), in the order of answering.
  // Without those of the server itself, of its controller manager and of call(). Needs audit_log.
  std::vector<AuditedRequest> requests(std::size_t member) const;
  void forget_requests(std::size_t member);

  // Where the logs are: etcd.log, MEMBER/kube-apiserver.log and so on. Removed with the object.
  const std::filesystem::path& directory() const;

 private:
  struct Fleet;
  std::unique_ptr<Fleet> fleet_;
};

}  // namespace flotilla::tests
