#include "reconciler/simulator/validate.h"

#include "reconciler/simulator/schema_check.h"
#include "render/base/text.h"
#include "render/document/json.h"
#include "render/document/object.h"

#include <algorithm>
#include <set>

namespace flotilla::simulator {

namespace {

using Causes = std::vector<Cause>;

bool is_alnum(char c, bool upper) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (upper && c >= 'A' && c <= 'Z');
}

bool is_subdomain(const std::string& name, std::size_t limit = 253) {
  if (name.empty() || name.size() > limit) return false;
  char last = '.';
  for (const char c : name) {
    if (!is_alnum(c, false) && c != '-' && c != '.') return false;
    if ((c == '.' && !is_alnum(last, false)) || (c == '-' && last == '.')) return false;
    last = c;
  }
  return is_alnum(last, false);
}

bool is_dns_label(const std::string& name) {
  return is_subdomain(name, 63) && name.find('.') == std::string::npos;
}

bool is_qualified(const std::string& value) {
  if (value.size() > 63 || value.empty()) return false;
  for (const char c : value)
    if (!is_alnum(c, true) && c != '-' && c != '_' && c != '.') return false;
  return is_alnum(value.front(), true) && is_alnum(value.back(), true);
}

bool is_label_key(const std::string& key) {
  const auto slash = key.find('/');
  if (slash == std::string::npos) return is_qualified(key);
  return is_subdomain(key.substr(0, slash)) && is_qualified(key.substr(slash + 1));
}

constexpr const char* subdomain_rule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    "'.', and must start and end with an "
    "alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
constexpr const char* label_rule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
    "must start and end with an alphanumeric "
    "character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
constexpr const char* value_rule =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
    "and must start and end with an "
    "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for "
    "validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
constexpr const char* key_rule =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end "
    "with an alphanumeric character (e.g. "
    "'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

void check_metadata(const Kind& kind, const Json::Value& object, Causes& causes) {
  const std::string name = get_string(object, {"metadata", "name"});
  const bool free_name = kind.group == "rbac.authorization.k8s.io";
  if (kind.id() == "namespaces" || kind.id() == "services") {
    if (!is_dns_label(name)) causes.push_back(wrong_value("metadata.name", name, label_rule));
  } else if (!free_name && !is_subdomain(name)) {
    causes.push_back(wrong_value("metadata.name", name, subdomain_rule));
  }
  if (const Json::Value* labels = labels_of(object); labels != nullptr && labels->isObject()) {
    for (const std::string& key : labels->getMemberNames()) {
      const std::string value = (*labels)[key].isString() ? (*labels)[key].asString() : "";
      if (!is_label_key(key)) causes.push_back(wrong_value("metadata.labels", key, key_rule));
      if (!value.empty() && !is_qualified(value))
        causes.push_back(wrong_value("metadata.labels", value, value_rule));
    }
  }
  if (const Json::Value* notes = annotations_of(object); notes != nullptr && notes->isObject())
    for (const std::string& key : notes->getMemberNames())
      if (!is_label_key(key)) causes.push_back(wrong_value("metadata.annotations", key, key_rule));
}

void check_containers(const Json::Value& pod, const std::string& path, const char* list,
                      Causes& causes) {
  const Json::Value* containers = find(pod, list);
  const std::string here = path + "." + list;
  const bool any = containers != nullptr && containers->isArray() && !containers->empty();
  if (!any && std::string_view(list) == "containers") causes.push_back(required(here));
  if (!any) return;
  std::set<std::string> names;
  for (Json::ArrayIndex i = 0; i < containers->size(); ++i) {
    const std::string at = here + "[" + std::to_string(i) + "]";
    const std::string name = get_string((*containers)[i], "name");
    if (name.empty())
      causes.push_back(required(at + ".name"));
    else if (!is_dns_label(name))
      causes.push_back(wrong_value(at + ".name", name, label_rule));
    else if (!names.insert(name).second)
      causes.push_back(
          {"FieldValueDuplicate", "Duplicate value: " + canonical_json(name), at + ".name"});
    if (get_string((*containers)[i], "image").empty()) causes.push_back(required(at + ".image"));
  }
}

void check_pod(const Json::Value& pod, const std::string& path,
               const std::vector<std::string>& policies, Causes& causes) {
  check_containers(pod, path, "containers", causes);
  check_containers(pod, path, "initContainers", causes);
  const std::string policy = get_string(pod, "restartPolicy");
  if (policies.front() == "OnFailure" && policy == "Always")
    causes.push_back(required(path + ".restartPolicy", "valid values: \"OnFailure\", \"Never\""));
  else if (std::ranges::count(policies, policy) == 0)
    causes.push_back(unsupported(path + ".restartPolicy", policy, policies));
}

bool selects(const Json::Value& selector, const Json::Value& labels) {
  if (const Json::Value* wanted = find(selector, "matchLabels");
      wanted != nullptr && wanted->isObject())
    for (const std::string& key : wanted->getMemberNames())
      if (const Json::Value* value = find(labels, key);
          value == nullptr || *value != (*wanted)[key])
        return false;
  return true;
}

void check_workload(const Json::Value& spec, const std::vector<std::string>& policies,
                    bool needs_selector, Causes& causes) {
  static const Json::Value none(Json::objectValue);
  const Json::Value* selector = find(spec, "selector");
  const Json::Value* labels = find_path(spec, {"template", "metadata", "labels"});
  if (needs_selector && selector == nullptr) causes.push_back(required("spec.selector"));
  const bool empty = selector == nullptr || selector->empty();
  if (needs_selector && selector != nullptr && empty)
    causes.push_back(
        wrong_value("spec.selector", *selector, "empty selector is invalid for deployment"));
  if (needs_selector && (empty || !selects(*selector, labels != nullptr ? *labels : none)))
    causes.push_back(wrong_value("spec.template.metadata.labels",
                                 labels != nullptr ? *labels : none,
                                 "`selector` does not match template `labels`"));
  const Json::Value* pod = find_path(spec, {"template", "spec"});
  check_pod(pod != nullptr ? *pod : none, "spec.template.spec", policies, causes);
}

void check_negative(const Json::Value& spec, const char* key, Causes& causes) {
  if (const auto value = get_int(spec, key); value && *value < 0)
    causes.push_back(wrong_value(std::string("spec.") + key,
                                 Json::Value(static_cast<Json::Int64>(*value)),
                                 "must be greater than or equal to 0"));
}

void check_immutable(const Json::Value& before, const Json::Value& now, const std::string& path,
                     Causes& causes) {
  const auto dot = path.find('.');
  const Json::Value* was = find_path(before, {path.substr(0, dot), path.substr(dot + 1)});
  const Json::Value* is = find_path(now, {path.substr(0, dot), path.substr(dot + 1)});
  static const Json::Value nothing;
  if (!same(was != nullptr ? *was : nothing, is != nullptr ? *is : nothing))
    causes.push_back(wrong_value(path, is != nullptr ? *is : nothing, "field is immutable"));
}

void check_stateful_set_change(const Json::Value& before, const Json::Value& now, Causes& causes) {
  Json::Value was = before["spec"];
  Json::Value is = now["spec"];
  for (Json::Value* spec : {&was, &is})
    for (const char* free :
         {"replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
          "persistentVolumeClaimRetentionPolicy", "minReadySeconds"})
      spec->removeMember(free);
  if (same(was, is)) return;
  causes.push_back({"FieldValueForbidden",
                    "Forbidden: updates to statefulset spec for fields other than 'replicas', "
                    "'ordinals', 'template', 'updateStrategy', "
                    "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
                    "'minReadySeconds' are forbidden",
                    "spec"});
}

// A claim keeps what its volume was made from; only its size may grow.
void check_claim_change(const Json::Value& before, const Json::Value& now, Causes& causes) {
  Json::Value was = before["spec"];
  Json::Value is = now["spec"];
  for (Json::Value* spec : {&was, &is}) {
    if (Json::Value* resources = find_path(*spec, {"resources"}); resources != nullptr)
      resources->removeMember("requests");
    spec->removeMember("volumeAttributesClassName");
  }
  if (!was.isMember("volumeName")) is.removeMember("volumeName");
  if (same(was, is)) return;
  causes.push_back({"FieldValueForbidden",
                    "Forbidden: spec is immutable after creation except resources.requests and "
                    "volumeAttributesClassName for bound claims",
                    "spec"});
}

void check_frozen_data(const Json::Value& before, const Json::Value& now, Causes& causes) {
  if (!get_bool(before, "immutable", false)) return;
  const auto forbidden = [&](const char* field) {
    causes.push_back(
        {"FieldValueForbidden", "Forbidden: field is immutable when `immutable` is set", field});
  };
  if (!get_bool(now, "immutable", false)) forbidden("immutable");
  for (const char* field : {"data", "binaryData"})
    if (!same(before.get(field, Json::Value()), now.get(field, Json::Value()))) forbidden(field);
}

void check_service(const Json::Value& object, const Json::Value* before, Causes& causes) {
  const Json::Value* spec = find(object, "spec");
  const Json::Value* ports = spec != nullptr ? find(*spec, "ports") : nullptr;
  const bool portless = get_string(object, {"spec", "type"}) == "ExternalName" ||
                        get_string(object, {"spec", "clusterIP"}) == "None";
  if (!portless && (ports == nullptr || ports->empty())) causes.push_back(required("spec.ports"));
  if (ports != nullptr && ports->isArray()) {
    for (Json::ArrayIndex i = 0; i < ports->size(); ++i) {
      const std::string at = "spec.ports[" + std::to_string(i) + "]";
      if (ports->size() > 1 && get_string((*ports)[i], "name").empty())
        causes.push_back(required(at + ".name"));
      const auto port = get_int((*ports)[i], "port").value_or(0);
      if (port < 1 || port > 65535)
        causes.push_back(wrong_value(at + ".port", Json::Value(static_cast<Json::Int64>(port)),
                                     "must be between 1 and 65535, inclusive"));
    }
  }
  if (before == nullptr) return;
  const std::string was = get_string(*before, {"spec", "clusterIP"});
  if (!was.empty() && was != get_string(object, {"spec", "clusterIP"}) &&
      get_string(object, {"spec", "type"}) != "ExternalName") {
    Json::Value list(Json::arrayValue);
    list.append(get_string(object, {"spec", "clusterIP"}));
    causes.push_back(wrong_value("spec.clusterIPs[0]", list, "may not change once set"));
  }
}

void check_definition(const Json::Value& object, Causes& causes) {
  const std::string wanted =
      get_string(object, {"spec", "names", "plural"}) + "." + get_string(object, {"spec", "group"});
  const std::string name = get_string(object, {"metadata", "name"});
  if (name != wanted)
    causes.push_back(
        wrong_value("metadata.name", name, "must be spec.names.plural+\".\"+spec.group"));
  const Json::Value* versions = find_path(object, {"spec", "versions"});
  if (versions == nullptr || !versions->isArray()) return;
  int storage = 0;
  for (Json::ArrayIndex i = 0; i < versions->size(); ++i) {
    storage += get_bool((*versions)[i], "storage", false) ? 1 : 0;
    if (find_path((*versions)[i], {"schema", "openAPIV3Schema"}) == nullptr)
      causes.push_back(required("spec.versions[" + std::to_string(i) + "].schema.openAPIV3Schema",
                                "schemas are required"));
  }
  if (storage != 1)
    causes.push_back(wrong_value("spec.versions", *versions,
                                 "must have exactly one version marked as storage version"));
}

// Keys of data are file names; a docker configuration is a JSON object.
void check_data(const std::string& id, const Json::Value& object, Causes& causes) {
  const Json::Value* data = find(object, "data");
  if (data == nullptr || !data->isObject()) return;
  for (const std::string& key : data->getMemberNames()) {
    static constexpr std::string_view allowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
    if (key.empty() || key.size() > 253 || key.find_first_not_of(allowed) != std::string::npos)
      causes.push_back(wrong_value(
          "data[" + key + "]", Json::Value(key),
          "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"));
  }
  if (id != "secrets" || get_string(object, "type") != "kubernetes.io/dockerconfigjson") return;
  const auto text = base64_decode(get_string(*data, ".dockerconfigjson"));
  const auto config = text ? parse_json(*text) : fail(Code::invalid, "no base64");
  if (!config || !config->isObject())
    causes.push_back(wrong_value("data[.dockerconfigjson]",
                                 Json::Value("<secret contents redacted>"), "invalid character"));
}

void check_builtin(const std::string& id, const Json::Value& object, const Json::Value* before,
                   Causes& causes) {
  static const std::vector<std::string> always{"Always"};
  static const std::vector<std::string> job{"OnFailure", "Never"};
  static const std::vector<std::string> any{"Always", "OnFailure", "Never"};
  const Json::Value& spec = object["spec"];
  const bool workload = id == "deployments.apps" || id == "statefulsets.apps" ||
                        id == "daemonsets.apps" || id == "replicasets.apps";
  if (workload)
    check_workload(spec, always, true, causes), check_negative(spec, "replicas", causes);
  if (id == "jobs.batch") check_workload(spec, job, false, causes);
  if (id == "pods") check_pod(spec, "spec", any, causes);
  if (id == "services") check_service(object, before, causes);
  if (id == "configmaps" || id == "secrets") check_data(id, object, causes);
  if (id == "customresourcedefinitions.apiextensions.k8s.io") check_definition(object, causes);
  if (before == nullptr) return;
  if (workload && id != "statefulsets.apps")
    check_immutable(*before, object, "spec.selector", causes);
  if (id == "statefulsets.apps") check_stateful_set_change(*before, object, causes);
  if (id == "persistentvolumeclaims") check_claim_change(*before, object, causes);
  if (id == "jobs.batch") {
    check_immutable(*before, object, "spec.selector", causes);
    check_immutable(*before, object, "spec.template", causes);
    check_immutable(*before, object, "spec.completions", causes);
  }
  if (id == "configmaps" || id == "secrets") check_frozen_data(*before, object, causes);
  if (id == "secrets" && get_string(*before, "type") != get_string(object, "type"))
    causes.push_back(wrong_value("type", object["type"], "field is immutable"));
  if (id.ends_with("rolebindings.rbac.authorization.k8s.io") &&
      !same((*before)["roleRef"], object["roleRef"]))
    causes.push_back(wrong_value("roleRef", object["roleRef"], "cannot change roleRef"));
}

}  // namespace

std::vector<Cause> validate(const Kind& kind, const Schema& schema, const Json::Value& object,
                            const Json::Value* before) {
  Causes causes;
  check_metadata(kind, object, causes);
  if (kind.custom) {
    const Causes broken = check_schema(object, schema);
    causes.insert(causes.end(), broken.begin(), broken.end());
  } else {
    check_builtin(kind.id(), object, before, causes);
  }
  return causes;
}

}  // namespace flotilla::simulator
