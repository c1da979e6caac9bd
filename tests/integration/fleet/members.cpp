#include "tests/integration/fleet/members.h"

#include "tests/integration/fleet/text.h"

#include <fstream>

namespace flotilla::tests {
namespace {

void read_object(SeenRequest& request, const std::vector<std::string>& parts) {
  // api/v1/... or apis/<group>/<version>/...; up to there it is discovery
  const std::size_t start = parts.front() == "api" ? 2 : 3;
  if ((parts.front() != "api" && parts.front() != "apis") || parts.size() <= start) return;
  if (start == 3) request.group = parts[1];
  std::size_t at = start;
  if (parts[at] == "namespaces" && parts.size() > at + 2 && parts[at + 2] != "finalize" &&
      parts[at + 2] != "status") {
    request.namespace_name = parts[at + 1];
    at += 2;
  }
  request.resource = parts[at];
  if (parts.size() > at + 1) request.name = parts[at + 1];
}

std::string context(const std::string& name, const KubeEndpoint& at) {
  std::string text = "- name: " + name + "\n  cluster:\n    server: " + at.url + "\n";
  return text + "    certificate-authority: " + at.ca_file.string() + "\n";
}

}  // namespace

SeenRequest seen_request(std::string method, std::string_view target, int status) {
  SeenRequest request{.method = std::move(method), .status = status};
  const std::size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  if (mark != std::string_view::npos) request.query = target.substr(mark + 1);
  std::vector<std::string> parts;
  for (const std::string& part : split(request.path, '/'))
    if (!part.empty()) parts.push_back(part);
  if (!parts.empty()) read_object(request, parts);
  return request;
}

std::string to_string(const SeenRequest& request) {
  std::string text = request.method + " ";
  if (request.resource.empty()) return text + request.path;
  text += request.resource;
  if (request.name.empty())
    return text + (request.namespace_name.empty() ? "" : " in " + request.namespace_name);
  return text + " " + (request.namespace_name.empty() ? "" : request.namespace_name + "/") +
         request.name;
}

std::unique_ptr<Members> open_example_members() {
  return open_members({"ap-staging", "eu-prod", "us-prod"});
}

void write_kubeconfig(const Members& members, const std::filesystem::path& file) {
  write_changed_kubeconfig(members, file, {});
}

void write_kubeconfig(const Members& members, const std::filesystem::path& file,
                      const ContextChange& change) {
  write_changed_kubeconfig(members, file, {change});
}

void write_changed_kubeconfig(const Members& members, const std::filesystem::path& file,
                              const std::vector<ContextChange>& changes) {
  std::string clusters;
  std::string users;
  std::string contexts;
  for (const std::string& name : members.names()) {
    KubeEndpoint at = members.endpoint(name);
    for (const ContextChange& change : changes) {
      if (name != change.member) continue;
      if (!change.token.empty()) at.token = change.token;
      if (!change.ca_file.empty()) at.ca_file = change.ca_file;
      if (!change.url.empty()) at.url = change.url;
    }
    clusters += context(name, at);
    users += "- name: " + name + "\n  user:\n    token: " + at.token + "\n";
    contexts +=
        "- name: " + name + "\n  context:\n    cluster: " + name + "\n    user: " + name + "\n";
  }
  write_file(file, "apiVersion: v1\nkind: Config\nclusters:\n" + clusters + "users:\n" + users +
                       "contexts:\n" + contexts);
}

}  // namespace flotilla::tests
