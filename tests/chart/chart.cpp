#include "tests/chart/chart.h"

#include "render/yaml/reader.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <stdexcept>

namespace flotilla::tests {
namespace {

namespace fs = std::filesystem;

fs::path source_folder() { return FLOTILLA_SOURCE_DIR; }

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// As tests/chart/helm/get.sh: the version in go.mod, in the cache.
fs::path cached_helm() {
  std::string version;
  for (const std::string& line :
       lines_of(read_file(source_folder() / "tests" / "chart" / "helm" / "go.mod"))) {
    const std::size_t at = line.find("helm.sh/helm/v3 ");
    if (at != std::string::npos) version = split(line.substr(at), ' ').at(1);
  }
  const std::string cache = environment("XDG_CACHE_HOME");
  const fs::path folder =
      cache.empty() ? fs::path(environment("HOME")) / ".cache" : fs::path(cache);
  return folder / "flotilla" / "helm" / version / "helm";
}

fs::path helm_program() {
  const std::string named = environment("FLOTILLA_HELM");
  return named.empty() ? cached_helm() : fs::path(named);
}

std::string plural_of(const std::string& kind) {
  static const std::map<std::string, std::string> plurals = {{"NetworkPolicy", "networkpolicies"}};
  const auto known = plurals.find(kind);
  if (known != plurals.end()) return known->second;
  std::string plural = kind + "s";
  std::transform(plural.begin(), plural.end(), plural.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return plural;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

}  // namespace

std::optional<std::string> missing_helm() {
  std::error_code fault;
  if (fs::exists(helm_program(), fault)) return std::nullopt;
  return "no helm in " + helm_program().string() + "; run ./dev helm";
}

Outcome helm(Arguments arguments) {
  // Nothing of the user's own configuration, plugins and repositories.
  static const TempFolder home;
  for (const char* name : {"HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"})
    setenv(name, home.path().c_str(), 1);
  arguments.insert(arguments.begin(), helm_program().string());
  return run_program(arguments);
}

fs::path chart_folder() { return source_folder() / "charts" / "flotilla"; }

fs::path value_file(const std::string& name) {
  return source_folder() / "tests" / "chart" / "values" / (name + ".yaml");
}

std::vector<std::string> value_files() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(value_file("any").parent_path()))
    names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string rendered_text(const std::string& values, const std::string& name_space) {
  const Outcome outcome = helm({"template", "fleet", chart_folder().string(), "--values",
                                value_file(values).string(), "--namespace", name_space});
  if (outcome.code != 0) throw std::runtime_error("helm template: " + outcome.text());
  return outcome.out;
}

Objects rendered(const std::string& values, const std::string& name_space) {
  const yaml::ReadResult read = yaml::read_documents(rendered_text(values, name_space), values);
  if (!read.problems.empty())
    throw std::runtime_error("helm template: no YAML: " + read.problems.front().message);
  Objects objects;
  for (const yaml::Document& document : read.documents)
    if (document.tree.isObject()) objects.push_back(document.tree);
  return objects;
}

bool has(const Objects& objects, const std::string& kind) {
  return std::any_of(objects.begin(), objects.end(),
                     [&](const Json::Value& object) { return object["kind"] == kind; });
}

const Json::Value& one(const Objects& objects, const std::string& kind) {
  for (const Json::Value& object : objects)
    if (object["kind"] == kind) return object;
  throw std::runtime_error("no " + kind + " was rendered");
}

const Json::Value& workload(const Objects& objects) {
  return one(objects, has(objects, "StatefulSet") ? "StatefulSet" : "Deployment");
}

const Json::Value& container(const Objects& objects) {
  return workload(objects)["spec"]["template"]["spec"]["containers"][0];
}

std::vector<std::string> arguments_of(const Objects& objects) {
  std::vector<std::string> arguments;
  for (const Json::Value& argument : container(objects)["args"])
    arguments.push_back(argument.asString());
  return arguments;
}

std::string flag_of(const std::string& argument) { return argument.substr(0, argument.find('=')); }

Arguments made_local(const std::vector<std::string>& arguments, const fs::path& folder) {
  const std::set<std::string> folders = {"--credentials", "--hook-secrets", "--secrets",
                                         "--verify-keys"};
  Arguments local;
  for (std::string argument : arguments) {
    argument = replaced(argument, "/etc/flotilla", folder.string());
    argument = replaced(argument, "/data/flotilla", (folder / "data").string());
    argument = replaced(argument, "$(POD_NAME)", "fleet-flotilla-0");
    argument = replaced(argument, "$(POD_NAMESPACE)", "fleet-system");
    const std::string flag = flag_of(argument);
    if (flag == "--repo") argument = "--repo=" + (folder / "repository").string();
    if (flag == "--listen") argument = "--listen=127.0.0.1:0";
    if (folders.count(flag) == 1) fs::create_directories(argument.substr(argument.find('=') + 1));
    local.push_back(argument);
  }
  return local;
}

Json::Value pod_of(const Objects& objects) {
  const Json::Value& spec = workload(objects)["spec"];
  Json::Value pod = spec["template"];
  pod["apiVersion"] = "v1";
  pod["kind"] = "Pod";
  pod["metadata"]["name"] = workload(objects)["metadata"]["name"].asString() + "-0";
  for (const Json::Value& claim : spec["volumeClaimTemplates"]) {
    Json::Value volume;
    volume["name"] = claim["metadata"]["name"];
    volume["persistentVolumeClaim"]["claimName"] = claim["metadata"]["name"].asString() + "-0";
    pod["spec"]["volumes"].append(volume);
  }
  return pod;
}

std::string collection_of(const Json::Value& object, const std::string& name_space) {
  const std::string version = object["apiVersion"].asString();
  const std::string root = contains(version, "/") ? "/apis/" : "/api/";
  return root + version + "/namespaces/" + name_space + "/" + plural_of(object["kind"].asString());
}

KubeServers& server() {
  static KubeServers servers;
  return servers;
}

void make_restricted_namespace(const std::string& name) {
  Json::Value object;
  object["apiVersion"] = "v1";
  object["kind"] = "Namespace";
  object["metadata"]["name"] = name;
  for (const char* mode : {"enforce", "audit", "warn"})
    object["metadata"]["labels"][std::string("pod-security.kubernetes.io/") + mode] = "restricted";
  const KubeReply reply = create("/api/v1/namespaces", object);
  if (reply.status != 201) throw std::runtime_error(reply.body + reply.error);
}

std::string token_of_account(const std::string& name_space, const std::string& account) {
  const std::string path =
      "/api/v1/namespaces/" + name_space + "/serviceaccounts/" + account + "/token";
  const KubeReply reply = server().call(
      0, {.verb = "POST",
          .path = path,
          .body = R"({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
                      "spec": {"expirationSeconds": 3600}})"});
  if (reply.status != 201) throw std::runtime_error(reply.body + reply.error);
  return parse_json_text(reply.body)["status"]["token"].asString();
}

KubeReply create(const std::string& collection, const Json::Value& object,
                 const std::string& query) {
  return server().call(0, {.verb = "POST",
                           .path = collection + "?fieldValidation=Strict" + query,
                           .body = json_text(object)});
}

}  // namespace flotilla::tests
