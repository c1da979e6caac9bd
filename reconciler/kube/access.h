#pragma once

#include "reconciler/kube/loop.h"
#include "render/base/result.h"

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::kube {

// A credential plugin (client.authentication.k8s.io/v1 and v1beta1), as a kubeconfig's `exec` names
// it.
struct ExecPlugin {
  std::string api_version;
  std::string command;
  std::vector<std::string> args;
  std::map<std::string, std::string> env;
  bool provide_cluster_info = false;
  std::chrono::seconds timeout{30};
};

// How to reach and convince one API server. Holds secrets: never print it.
struct Access {
  std::string server;  // https://host:port[/path], no trailing slash
  Peer peer;
  std::string token;
  std::string username;  // basic authentication, from kubeconfigs
  std::string password;
  std::optional<ExecPlugin> exec;
  // Where a token file or folder was read, to read it again after a 401. Empty: nothing to read
  // again.
  std::filesystem::path token_file;
};

// What a Cluster file says, and where credentials may be found (contract.md, "run").
struct AccessRequest {
  std::string cluster;  // name
  std::string api_endpoint;
  std::string secret_namespace;  // spec.secretRef; both empty: none
  std::string secret_name;
  bool insecure_skip_tls_verification = false;
  std::string proxy_url;
  std::filesystem::path credentials_dir;  // <namespace>/<name>/{token,caBundle} or .../kubeconfig
  std::filesystem::path
      kubeconfig;  // context named like the cluster, for clusters without secretRef; may be a list
                   // of files with ':' between them, of which the first with the context counts
};

// Errors name the cluster, the file and the key that is missing or wrong; never a value.
Result<Access> find_access(const AccessRequest& request);

// A context of a kubeconfig (empty: current-context). Relative paths in it are relative to the
// file.
Result<Access> read_kubeconfig(const std::filesystem::path& file, const std::string& context);

// The cluster whose pod this process is in: its service account's token (read again after a 401: it
// is replaced every hour) and CA, and the server that KUBERNETES_SERVICE_HOST and _PORT name.
// unauthorized: this is no pod, or one without a service account.
Result<Access> read_in_cluster_access(
    const std::filesystem::path& folder = "/var/run/secrets/kubernetes.io/serviceaccount");

// Token and client certificate of an exec plugin; blocks until it ends, at most `timeout`.
struct ExecCredential {
  std::string token;
  std::string client_cert_pem;
  std::string client_key_pem;
  std::optional<std::chrono::system_clock::time_point> expires;
};
Result<ExecCredential> run_exec_plugin(const ExecPlugin& plugin, const Access& access);

}  // namespace flotilla::kube
