#include "reconciler/kube/access.h"

#include "reconciler/kube/credential_file.h"
#include "reconciler/kube/kubeconfig.h"
#include "render/base/text.h"

#include <fmt/format.h>

#include <cstdlib>
#include <system_error>

namespace flotilla::kube {
namespace {

namespace fs = std::filesystem;

bool is_plain_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos;
}

bool is_there(const fs::path& path) {
  std::error_code fault;
  return fs::exists(path, fault);
}

// <namespace>/<name>/ of the credential folder.
Result<fs::path> folder_of(const AccessRequest& request) {
  if (!is_plain_name(request.secret_namespace) || !is_plain_name(request.secret_name)) {
    return fail(Code::invalid, fmt::format("secretRef is \"{}/{}\", want a namespace and a name",
                                           request.secret_namespace, request.secret_name));
  }
  if (request.credentials_dir.empty()) {
    return fail(
        Code::unauthorized,
        fmt::format("secretRef {}/{} needs a credential folder, and none is given (--credentials)",
                    request.secret_namespace, request.secret_name));
  }
  fs::path folder = request.credentials_dir / request.secret_namespace / request.secret_name;
  if (!is_there(folder)) {
    return fail(Code::unauthorized,
                fmt::format("no credential: {} does not exist", folder.string()));
  }
  return folder;
}

Result<Access> from_folder(const fs::path& folder) {
  Access access;
  access.token_file = folder / "token";
  if (!is_there(access.token_file)) {
    return fail(Code::unauthorized,
                fmt::format("{} has neither a token nor a kubeconfig", folder.string()));
  }
  TRY_ASSIGN(access.token, read_token_file(access.token_file));
  const fs::path bundle = folder / "caBundle";
  if (!is_there(bundle)) return access;
  TRY_ASSIGN(const std::string text, read_credential_file(bundle));
  TRY_ASSIGN(access.peer.ca_pem, pem_of(text, bundle, "caBundle"));
  return access;
}

// A list of kubeconfigs as KUBECONFIG holds it: of the files that are there the first with such a
// context. Its cluster and user stand in the same file.
Result<Access> from_kubeconfigs(const fs::path& list, const std::string& context) {
  if (is_there(list) || list.native().find(':') == std::string::npos) {
    return read_kubeconfig(list, context);
  }
  for (const std::string& file : split(list.native(), ':')) {
    if (file.empty() || !is_there(file)) continue;
    TRY_ASSIGN(const Kubeconfig config, Kubeconfig::read(file));
    if (config.has_context(context)) return config.access(context);
  }
  return fail(Code::unauthorized,
              fmt::format("no file of {} has a context named \"{}\"", list.string(), context));
}

Result<Access> find_credential(const AccessRequest& request) {
  if (!request.secret_namespace.empty() || !request.secret_name.empty()) {
    TRY_ASSIGN(const fs::path folder, folder_of(request));
    const fs::path file = folder / "kubeconfig";
    if (!is_there(file)) return from_folder(folder);
    TRY_ASSIGN(const Kubeconfig config, Kubeconfig::read(file));
    return config.access(config.has_context(request.cluster) ? request.cluster : std::string());
  }
  if (request.kubeconfig.empty()) {
    return fail(Code::unauthorized,
                "no credential: it has no secretRef, and no kubeconfig is given (--kubeconfig)");
  }
  return from_kubeconfigs(request.kubeconfig, request.cluster);
}

Result<std::string> checked_server(const std::string& server) {
  const bool is_url = server.starts_with("https://") || server.starts_with("http://");
  if (!is_url || server.find_first_of(" \t\r\n?#") != std::string::npos) {
    return fail(Code::invalid,
                fmt::format("the server is \"{}\", want a URL (https://host:port)", server));
  }
  if (server.find('@') != std::string::npos) {
    return fail(Code::invalid, "the server's URL holds a user, want a credential beside it");
  }
  return server.substr(0, server.find_last_not_of('/') + 1);
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Result<Access> complete(const AccessRequest& request) {
  TRY_ASSIGN(Access access, find_credential(request));
  if (!request.api_endpoint.empty()) access.server = request.api_endpoint;
  if (access.server.empty()) {
    return fail(Code::invalid, "spec.apiEndpoint is not set, want the API server's URL");
  }
  TRY_ASSIGN(access.server, checked_server(access.server));
  if (!request.proxy_url.empty()) access.peer.proxy_url = request.proxy_url;
  if (request.insecure_skip_tls_verification) access.peer.insecure_skip_verify = true;
  return access;
}

}  // namespace

Result<Access> find_access(const AccessRequest& request) {
  Result<Access> access = complete(request);
  if (access) return access;
  Error error = std::move(access).error();
  error.message = fmt::format("cluster {}: {}", request.cluster, error.message);
  return fail(std::move(error));
}

Result<Access> read_in_cluster_access(const fs::path& folder) {
  const std::string host = environment("KUBERNETES_SERVICE_HOST");
  const std::string port = environment("KUBERNETES_SERVICE_PORT");
  if (host.empty() || port.empty()) {
    return fail(Code::unauthorized,
                "this is no pod of a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT "
                "are not set");
  }
  Access access;
  const bool is_ipv6 = host.find(':') != std::string::npos;
  TRY_ASSIGN(access.server,
             checked_server("https://" + (is_ipv6 ? "[" + host + "]" : host) + ":" + port));
  access.token_file = folder / "token";
  TRY_ASSIGN(access.token, read_token_file(access.token_file));
  const fs::path ca = folder / "ca.crt";
  TRY_ASSIGN(const std::string text, read_credential_file(ca));
  TRY_ASSIGN(access.peer.ca_pem, pem_of(text, ca, "ca.crt"));
  return access;
}

}  // namespace flotilla::kube
