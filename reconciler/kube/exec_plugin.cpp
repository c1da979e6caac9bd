#include "reconciler/kube/access.h"
#include "reconciler/kube/child_process.h"
#include "reconciler/kube/exec_credential.h"
#include "render/base/text.h"
#include "render/document/json.h"

#include <fmt/format.h>

#include <sys/wait.h>

namespace flotilla::kube {
namespace {

// What the plugin may know of the cluster (KUBERNETES_EXEC_INFO).
std::string exec_info(const ExecPlugin& plugin, const Access& access) {
  Json::Value info(Json::objectValue);
  info["apiVersion"] = plugin.api_version;
  info["kind"] = "ExecCredential";
  info["spec"]["interactive"] = false;
  if (plugin.provide_cluster_info) {
    Json::Value& cluster = info["spec"]["cluster"];
    cluster["server"] = access.server;
    const Peer& peer = access.peer;
    if (!peer.ca_pem.empty()) cluster["certificate-authority-data"] = base64_encode(peer.ca_pem);
    if (!peer.tls_server_name.empty()) cluster["tls-server-name"] = peer.tls_server_name;
    if (!peer.proxy_url.empty()) cluster["proxy-url"] = peer.proxy_url;
    if (peer.insecure_skip_verify) cluster["insecure-skip-tls-verify"] = true;
  }
  return canonical_json(info);
}

// The first line of what it complained, which may hold a secret further down; control characters
// become spaces.
std::string first_line(std::string_view text) {
  text = trim(text);
  std::string line(text.substr(0, std::min<std::size_t>(text.find('\n'), 200)));
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7F') c = ' ';
  }
  return std::string(trim(line));
}

std::string ending(int status) {
  if (WIFSIGNALED(status)) return fmt::format("was ended by signal {}", WTERMSIG(status));
  return fmt::format("ended with exit code {}", WEXITSTATUS(status));
}

}  // namespace

Result<ExecCredential> run_exec_plugin(const ExecPlugin& plugin, const Access& access) {
  const std::string what = fmt::format("credential plugin {}", plugin.command);
  ChildProcess child{plugin.command, plugin.args, plugin.env, plugin.timeout};
  child.env["KUBERNETES_EXEC_INFO"] = exec_info(plugin, access);
  Result<ChildResult> result = run_child_process(child);
  if (!result) {
    Error error = std::move(result).error();
    error.message = fmt::format("{} {}", what, error.message);
    return fail(std::move(error));
  }
  if (result->status != 0) {
    const std::string complaint = first_line(result->err);
    return fail(Code::unauthorized, fmt::format("{} {}{}{}", what, ending(result->status),
                                                complaint.empty() ? "" : ": ", complaint));
  }
  Result<ExecCredential> credential = parse_exec_credential(result->out, plugin.api_version);
  if (credential) return credential;
  return fail(Code::unauthorized, fmt::format("{}: {}", what, credential.error().message));
}

}  // namespace flotilla::kube
