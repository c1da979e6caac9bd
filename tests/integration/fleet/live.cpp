#include "tests/integration/fleet/live.h"

#include "tests/integration/fleet/text.h"

#include <algorithm>
#include <stdexcept>

namespace flotilla::tests {
namespace {

constexpr const char* part_of = "applyset.kubernetes.io/part-of";

bool is_of_kubernetes(const Json::Value& object) {
  const Json::Value& metadata = object["metadata"];
  const std::string space = metadata["namespace"].asString();
  const std::string name = metadata["name"].asString();
  const std::string kind = object["kind"].asString();
  const auto is_system_space = [](const std::string& text) { return text.starts_with("kube-"); };
  if (is_system_space(space)) return true;
  if (kind == "Namespace") return is_system_space(name) || name == "default";
  if (kind == "Service") return space == "default" && name == "kubernetes";
  if (kind == "ServiceAccount") return name == "default";
  if (kind == "ConfigMap") return name == "kube-root-ca.crt";
  if (kind == "PriorityClass") return name.starts_with("system-");
  if (kind == "ClusterRole" || kind == "ClusterRoleBinding")
    return name.starts_with("system:") ||
           metadata["labels"].isMember("kubernetes.io/bootstrapping");
  return false;
}

const Collection& collection_of(const std::string& kind) {
  for (const Collection& collection : collections())
    if (collection.kind == kind) return collection;
  throw std::runtime_error("no collection of kind " + kind + " in live.cpp");
}

void add_collection(LiveObjects& objects, const Members& members, const std::string& member,
                    const Collection& collection) {
  const std::string path = collection.root + "/" + collection.plural;
  const KubeReply reply = members.call(member, {.path = path});
  if (reply.status == 404) return;  // its CRD is not there
  if (reply.status != 200)
    throw std::runtime_error(member + path + ": " + std::to_string(reply.status) + reply.error);
  const Json::Value list = parse_json_text(reply.body);
  for (Json::Value object : list["items"]) {
    object["kind"] = collection.kind;
    object["apiVersion"] = list["apiVersion"];
    if (!is_of_kubernetes(object)) objects[name_of(object)] = std::move(object);
  }
}

// Servers leave out of an answer what has its zero value, where the Go type says so.
bool is_zero(const Json::Value& value) {
  if (value.isBool()) return !value.asBool();
  if (value.isNumeric()) return value.asDouble() == 0;
  return value.isString() ? value.asString().empty() : value.empty();
}

std::string group_kind(const Json::Value& object) {
  const std::string version = object["apiVersion"].asString();
  const std::size_t slash = version.find('/');
  const std::string kind = object["kind"].asString();
  return slash == std::string::npos ? kind : kind + "." + version.substr(0, slash);
}

}  // namespace

const std::vector<Collection>& collections() {
  static const std::vector<Collection> all = {
      {"Namespace", "/api/v1", "namespaces", false},
      {"CustomResourceDefinition", "/apis/apiextensions.k8s.io/v1", "customresourcedefinitions",
       false},
      {"ClusterRole", "/apis/rbac.authorization.k8s.io/v1", "clusterroles", false},
      {"ClusterRoleBinding", "/apis/rbac.authorization.k8s.io/v1", "clusterrolebindings", false},
      {"PriorityClass", "/apis/scheduling.k8s.io/v1", "priorityclasses", false},
      {"ServiceAccount", "/api/v1", "serviceaccounts"},
      {"ConfigMap", "/api/v1", "configmaps"},
      {"Secret", "/api/v1", "secrets"},
      {"Service", "/api/v1", "services"},
      {"Deployment", "/apis/apps/v1", "deployments"},
      {"Role", "/apis/rbac.authorization.k8s.io/v1", "roles"},
      {"RoleBinding", "/apis/rbac.authorization.k8s.io/v1", "rolebindings"},
      {"PersistentVolumeClaim", "/api/v1", "persistentvolumeclaims"},
      {"Job", "/apis/batch/v1", "jobs"},
      {"StatefulSet", "/apis/apps/v1", "statefulsets"},
      {"CronJob", "/apis/batch/v1", "cronjobs"},
      {"Ingress", "/apis/networking.k8s.io/v1", "ingresses"},
      {"PodDisruptionBudget", "/apis/policy/v1", "poddisruptionbudgets"},
      {"Promotion", "/apis/shop.example.com/v1alpha1", "promotions"},
  };
  return all;
}

LiveObjects live_objects(const Members& members, const std::string& member) {
  LiveObjects objects;
  for (const Collection& collection : collections())
    add_collection(objects, members, member, collection);
  return objects;
}

std::set<std::string> names_of(const LiveObjects& objects) {
  std::set<std::string> names;
  for (const auto& [name, object] : objects) names.insert(name);
  return names;
}

std::set<std::string> names_on(const Members& members, const std::string& member) {
  return names_of(live_objects(members, member));
}

std::set<std::string> workload_names(const Members& members, const std::string& member) {
  std::set<std::string> names = names_on(members, member);
  std::erase_if(names, [](const std::string& name) { return contains(name, "flotilla-system"); });
  return names;
}

std::string name_of(const Json::Value& object) {
  const Json::Value& metadata = object["metadata"];
  const std::string space = metadata["namespace"].asString();
  return object["kind"].asString() + " " + (space.empty() ? "" : space + "/") +
         metadata["name"].asString();
}

std::string collection_path(const std::string& kind, const std::string& namespace_name) {
  const Collection& collection = collection_of(kind);
  const std::string space = namespace_name.empty() ? "" : "/namespaces/" + namespace_name;
  return collection.root + space + "/" + collection.plural;
}

std::string path_of(const std::string& name) {
  const std::size_t space = name.find(' ');
  const std::size_t slash = name.find('/', space);
  if (slash == std::string::npos)
    return collection_path(name.substr(0, space), "") + "/" + name.substr(space + 1);
  return collection_path(name.substr(0, space), name.substr(space + 1, slash - space - 1)) + "/" +
         name.substr(slash + 1);
}

std::map<std::string, std::string> comparable(const LiveObjects& objects) {
  std::map<std::string, std::string> texts;
  for (auto [name, object] : objects) {
    object.removeMember("status");
    for (const char* key : {"uid", "resourceVersion", "generation", "creationTimestamp",
                            "managedFields", "deletionTimestamp", "deletionGracePeriodSeconds"})
      object["metadata"].removeMember(key);
    object["metadata"]["annotations"].removeMember("deployment.kubernetes.io/revision");
    for (const char* key : {"clusterIP", "clusterIPs"})
      if (object["kind"] == "Service") object["spec"].removeMember(key);
    texts[name] = json_text(object);
  }
  return texts;
}

std::string first_difference(const Json::Value& wanted, const Json::Value& live,
                             const std::string& path) {
  if (live.isNull() && is_zero(wanted)) return {};
  const std::string found = path + " is " + json_text(live) + ", want " + json_text(wanted);
  if (wanted.isObject()) {
    if (!live.isObject()) return found;
    for (const std::string& key : wanted.getMemberNames()) {
      const std::string inside = first_difference(wanted[key], live[key], path + "/" + key);
      if (!inside.empty()) return inside;
    }
    return {};
  }
  if (!wanted.isArray()) return wanted == live ? "" : found;
  if (!live.isArray() || live.size() != wanted.size()) return found;
  for (Json::ArrayIndex i = 0; i < wanted.size(); ++i) {
    const std::string inside = first_difference(wanted[i], live[i], path + "/" + std::to_string(i));
    if (!inside.empty()) return inside;
  }
  return {};
}

Owned owned_objects(const LiveObjects& objects) {
  Owned owned;
  for (const auto& [name, object] : objects) {
    if (!object["metadata"]["labels"].isMember(part_of)) continue;
    owned.names.insert(name);
    owned.group_kinds.insert(group_kind(object));
  }
  return owned;
}

std::set<std::string> recorded_group_kinds(const LiveObjects& objects, const std::string& owner) {
  const auto parent = objects.find("ConfigMap flotilla-system/" + owner);
  if (parent == objects.end()) return {};
  const std::string text =
      parent->second["metadata"]["annotations"]["applyset.kubernetes.io/contains-group-kinds"]
          .asString();
  const std::vector<std::string> kinds = split(text, ',');
  return {kinds.begin(), kinds.end()};
}

}  // namespace flotilla::tests
