#include "reconciler/simulator/kinds.h"

#include "reconciler/simulator/builtin/tables.h"
#include "render/base/text.h"

#include <algorithm>
#include <set>

namespace flotilla::simulator {

namespace {

// Built-in kinds whose metadata.generation a real server keeps.
const std::set<std::string>& kinds_with_generation() {
  static const std::set<std::string> kinds{
      "deployments.apps",
      "statefulsets.apps",
      "daemonsets.apps",
      "replicasets.apps",
      "jobs.batch",
      "cronjobs.batch",
      "replicationcontrollers",
      "pods",
      "ingresses.networking.k8s.io",
      "networkpolicies.networking.k8s.io",
      "ingressclasses.networking.k8s.io",
      "poddisruptionbudgets.policy",
      "priorityclasses.scheduling.k8s.io",
      "customresourcedefinitions.apiextensions.k8s.io",
      "endpointslices.discovery.k8s.io",
      "mutatingwebhookconfigurations.admissionregistration.k8s.io",
      "mutatingadmissionpolicies.admissionregistration.k8s.io",
      "validatingwebhookconfigurations.admissionregistration.k8s.io",
      "validatingadmissionpolicies.admissionregistration.k8s.io",
      "validatingadmissionpolicybindings.admissionregistration.k8s.io",
      "mutatingadmissionpolicybindings.admissionregistration.k8s.io"};
  return kinds;
}

std::vector<std::string> names(const std::string& text) {
  return text.empty() ? std::vector<std::string>{} : split(text, ',');
}

void read_row(const std::string& line, std::map<std::string, KindPtr>& into) {
  const std::vector<std::string> row = split(line, '\t');
  auto kind = std::make_shared<Kind>();
  kind->group = row[0];
  kind->plural = row[2];
  if (const auto known = into.find(kind->id()); known != into.end()) *kind = *known->second;
  kind->singular = row[3];
  kind->kind = row[4];
  kind->list_kind = row[4] + "List";
  kind->namespaced = row[5] == "namespaced";
  kind->short_names = names(row[6]);
  kind->categories = names(row[7]);
  kind->generation = kinds_with_generation().contains(kind->id());
  const std::vector<std::string> subresources = names(row[8]);
  const auto has = [&](const char* name) { return std::ranges::count(subresources, name) > 0; };
  kind->versions.push_back({row[1], builtin_schema(row[9]), {}, true, has("status"), has("scale")});
  into[kind->id()] = std::move(kind);
}

const std::map<std::string, KindPtr>& builtin_kinds() {
  static const std::map<std::string, KindPtr> kinds = [] {
    std::map<std::string, KindPtr> read;
    for (const std::string& line : split(builtin::kinds(), '\n'))
      if (!line.empty()) read_row(line, read);
    return read;
  }();
  return kinds;
}

Version version_of_definition(const Json::Value& text, SchemaSet& schemas) {
  Version version;
  version.name = get_string(text, "name");
  version.served = get_bool(text, "served", false);
  version.status = find_path(text, {"subresources", "status"}) != nullptr;
  version.scale = find_path(text, {"subresources", "scale"}) != nullptr;
  const Json::Value* open_api = find_path(text, {"schema", "openAPIV3Schema"});
  version.schema = open_api != nullptr ? custom_schema(*open_api, schemas) : any_schema();
  if (const Json::Value* columns = find(text, "additionalPrinterColumns");
      columns != nullptr && columns->isArray())
    for (const Json::Value& column : *columns)
      version.columns.push_back({get_string(column, "name"), get_string(column, "type"),
                                 get_string(column, "jsonPath"),
                                 static_cast<int>(get_int(column, "priority").value_or(0))});
  return version;
}

// Kubernetes' order of versions: v2, v1, v1beta2, v1alpha1, then others by name.
std::tuple<int, long, long, std::string> version_rank(const std::string& name) {
  const auto number = [](const std::string& text) {
    return text.empty() ? 0L : std::strtol(text.c_str(), nullptr, 10);
  };
  const auto tail = name.find_first_not_of("0123456789", 1);
  if (!name.starts_with('v') || name.size() < 2 ||
      std::isdigit(static_cast<unsigned char>(name[1])) == 0)
    return {3, 0, 0, name};
  const long major = number(name.substr(1, tail == std::string::npos ? tail : tail - 1));
  if (tail == std::string::npos) return {0, -major, 0, {}};
  const std::string rest = name.substr(tail);
  if (rest.starts_with("beta")) return {1, -major, -number(rest.substr(4)), {}};
  if (rest.starts_with("alpha")) return {2, -major, -number(rest.substr(5)), {}};
  return {3, 0, 0, name};
}

}  // namespace

std::string api_version(const std::string& group, const std::string& version) {
  return group.empty() ? version : group + "/" + version;
}

const Version* Kind::version(const std::string& name) const {
  const auto found =
      std::ranges::find_if(versions, [&](const Version& v) { return v.name == name && v.served; });
  return found == versions.end() ? nullptr : &*found;
}

Kinds::Kinds() : kinds_(builtin_kinds()) {}

KindPtr Kinds::by_id(const std::string& id) const {
  const auto found = kinds_.find(id);
  return found == kinds_.end() ? nullptr : found->second;
}

KindPtr Kinds::find(const std::string& group, const std::string& version,
                    const std::string& plural) const {
  KindPtr kind = by_id(group.empty() ? plural : plural + "." + group);
  return kind != nullptr && kind->version(version) != nullptr ? kind : nullptr;
}

bool Kinds::serves(const std::string& group, const std::string& version) const {
  return std::ranges::any_of(kinds_, [&](const auto& entry) {
    return entry.second->group == group && entry.second->version(version) != nullptr;
  });
}

KindPtr kind_of_definition(const Json::Value& definition) {
  auto kind = std::make_shared<Kind>();
  auto schemas = std::make_shared<SchemaSet>();
  kind->custom = true;
  kind->generation = true;
  kind->group = get_string(definition, {"spec", "group"});
  kind->namespaced = get_string(definition, {"spec", "scope"}) == "Namespaced";
  if (const Json::Value* text = find_path(definition, {"spec", "names"})) {
    kind->plural = get_string(*text, "plural");
    kind->singular = get_string(*text, "singular");
    kind->kind = get_string(*text, "kind");
    kind->list_kind = get_string(*text, "listKind");
    kind->short_names = get_strings(*text, "shortNames");
    kind->categories = get_strings(*text, "categories");
  }
  if (const Json::Value* versions = find_path(definition, {"spec", "versions"});
      versions != nullptr && versions->isArray())
    for (const Json::Value& version : *versions)
      kind->versions.push_back(version_of_definition(version, *schemas));
  std::ranges::stable_sort(kind->versions, {},
                           [](const Version& version) { return version_rank(version.name); });
  kind->schemas = std::move(schemas);
  return kind;
}

}  // namespace flotilla::simulator
