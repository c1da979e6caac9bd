#pragma once

#include "reconciler/kube/access.h"
#include "render/document/tree.h"

#include <filesystem>
#include <string>

namespace flotilla::kube {

// A kubeconfig file (v1 Config), as kubectl reads it.
class Kubeconfig {
 public:
  static Result<Kubeconfig> read(std::filesystem::path file);

  bool has_context(std::string_view name) const;
  // An empty name is the current context.
  Result<Access> access(const std::string& context) const;

 private:
  Kubeconfig(std::filesystem::path file, Json::Value tree)
      : file_(std::move(file)), tree_(std::move(tree)) {}

  // The entry `name` of a list of {name, <what>: {...}}.
  Result<const Json::Value*> entry(std::string_view list, std::string_view what,
                                   std::string_view name) const;
  Result<void> read_cluster(const Json::Value& cluster, Access& access) const;
  Result<void> read_user(const Json::Value& user, Access& access) const;
  Result<ExecPlugin> read_exec(const Json::Value& exec) const;
  // The PEM of <key>-data (base64) or of the file that <key> names; empty if neither is there.
  Result<std::string> pem(const Json::Value& map, const std::string& key) const;
  std::filesystem::path beside(const std::string& path) const;

  std::filesystem::path file_;
  Json::Value tree_;
};

}  // namespace flotilla::kube
