#include "reconciler/kube/kubeconfig.h"

#include "reconciler/kube/credential_file.h"
#include "render/document/object.h"
#include "render/yaml/reader.h"

#include <fmt/format.h>

namespace flotilla::kube {
namespace {

tl::unexpected<Error> fault(Code code, const std::filesystem::path& file, std::string_view text) {
  return fail(code, fmt::format("{}: {}", file.string(), text));
}

}  // namespace

Result<Kubeconfig> Kubeconfig::read(std::filesystem::path file) {
  TRY_ASSIGN(const std::string text, read_credential_file(file));
  yaml::ReadResult result = yaml::read_documents(text, file.string());
  if (has_error(result.problems)) {
    // Only the place: the reader's words may quote what stands there.
    const SourceRef where = result.problems.front().where;
    return fail(Code::invalid, fmt::format("{}:{}:{}: the kubeconfig is not valid YAML",
                                           file.string(), where.line, where.column));
  }
  if (result.documents.empty() || !result.documents.front().tree.isObject()) {
    return fault(Code::invalid, file, "no kubeconfig: it holds no map");
  }
  return Kubeconfig(std::move(file), std::move(result.documents.front().tree));
}

Result<const Json::Value*> Kubeconfig::entry(std::string_view list, std::string_view what,
                                             std::string_view name) const {
  const Json::Value* entries = find(tree_, list);
  if (entries != nullptr && entries->isArray()) {
    for (const Json::Value& one : *entries) {
      if (get_string(one, "name") != name) continue;
      const Json::Value* value = find(one, what);
      static const Json::Value empty(Json::objectValue);
      return value != nullptr && value->isObject() ? value : &empty;
    }
  }
  return fault(Code::unauthorized, file_, fmt::format("{} has no entry named \"{}\"", list, name));
}

bool Kubeconfig::has_context(std::string_view name) const {
  return entry("contexts", "context", name).has_value();
}

std::filesystem::path Kubeconfig::beside(const std::string& path) const {
  return file_.parent_path() / path;  // an absolute path stays what it is
}

Result<std::string> Kubeconfig::pem(const Json::Value& map, const std::string& key) const {
  const std::string data = get_string(map, key + "-data");
  if (!data.empty()) return pem_of(data, file_, key + "-data");
  const std::string name = get_string(map, key);
  if (name.empty()) return std::string();
  const std::filesystem::path path = beside(name);
  Result<std::string> text = read_credential_file(path);
  if (!text)
    return fault(text.error().code, file_, fmt::format("{}: {}", key, text.error().message));
  return pem_of(*text, path, key);
}

Result<void> Kubeconfig::read_cluster(const Json::Value& cluster, Access& access) const {
  access.server = get_string(cluster, "server");
  while (access.server.ends_with('/')) access.server.pop_back();
  access.peer.tls_server_name = get_string(cluster, "tls-server-name");
  access.peer.proxy_url = get_string(cluster, "proxy-url");
  access.peer.insecure_skip_verify = get_bool(cluster, "insecure-skip-tls-verify", false);
  TRY_ASSIGN(access.peer.ca_pem, pem(cluster, "certificate-authority"));
  return {};
}

Result<void> Kubeconfig::read_user(const Json::Value& user, Access& access) const {
  TRY_ASSIGN(access.peer.client_cert_pem, pem(user, "client-certificate"));
  TRY_ASSIGN(access.peer.client_key_pem, pem(user, "client-key"));
  if (access.peer.client_cert_pem.empty() != access.peer.client_key_pem.empty()) {
    const std::string_view missing =
        access.peer.client_key_pem.empty() ? "client-key" : "client-certificate";
    return fault(Code::unauthorized, file_,
                 fmt::format("{} is missing beside its counterpart", missing));
  }
  const std::string token_file = get_string(user, "tokenFile");
  const std::string token = get_string(user, "token");
  if (!token_file.empty()) {  // the file wins, as with kubectl
    access.token_file = beside(token_file);
    TRY_ASSIGN(access.token, read_token_file(access.token_file));
  } else if (!token.empty()) {
    TRY_ASSIGN(access.token, checked_token(token, file_, "the user's token"));
  }
  access.username = get_string(user, "username");
  access.password = get_string(user, "password");
  if (find(user, "auth-provider") != nullptr) {
    return fault(Code::invalid, file_, "auth-provider is not supported, want exec or a token");
  }
  const Json::Value* exec = find(user, "exec");
  if (exec == nullptr || exec->isNull()) return {};
  TRY_ASSIGN(access.exec, read_exec(*exec));
  return {};
}

Result<ExecPlugin> Kubeconfig::read_exec(const Json::Value& exec) const {
  ExecPlugin plugin;
  plugin.api_version = get_string(exec, "apiVersion");
  if (group_of(plugin.api_version) != "client.authentication.k8s.io") {
    return fault(Code::invalid, file_,
                 fmt::format("exec.apiVersion is \"{}\", want client.authentication.k8s.io/v1",
                             plugin.api_version));
  }
  plugin.command = get_string(exec, "command");
  if (plugin.command.empty()) return fault(Code::invalid, file_, "exec.command is missing");
  if (plugin.command.find('/') != std::string::npos)
    plugin.command = beside(plugin.command).string();
  plugin.args = get_strings(exec, "args");
  if (const Json::Value* env = find(exec, "env"); env != nullptr && env->isArray()) {
    for (const Json::Value& one : *env)
      plugin.env[get_string(one, "name")] = get_string(one, "value");
  }
  plugin.provide_cluster_info = get_bool(exec, "provideClusterInfo", false);
  return plugin;
}

Result<Access> Kubeconfig::access(const std::string& context) const {
  const std::string name = context.empty() ? get_string(tree_, "current-context") : context;
  if (name.empty()) return fault(Code::unauthorized, file_, "current-context is not set");
  TRY_ASSIGN(const Json::Value* chosen, entry("contexts", "context", name));
  TRY_ASSIGN(const Json::Value* cluster,
             entry("clusters", "cluster", get_string(*chosen, "cluster")));
  Access access;
  TRY(read_cluster(*cluster, access));
  const std::string user_name = get_string(*chosen, "user");
  if (user_name.empty()) return access;
  TRY_ASSIGN(const Json::Value* user, entry("users", "user", user_name));
  TRY(read_user(*user, access));
  return access;
}

Result<Access> read_kubeconfig(const std::filesystem::path& file, const std::string& context) {
  TRY_ASSIGN(const Kubeconfig config, Kubeconfig::read(file));
  return config.access(context);
}

}  // namespace flotilla::kube
