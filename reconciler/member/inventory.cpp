#include "reconciler/member/inventory.h"

#include "render/base/text.h"
#include "render/document/json.h"
#include "render/manifest/manifest.h"

namespace flotilla::member {
namespace {

constexpr const char* kinds_annotation = "applyset.kubernetes.io/contains-group-kinds";
constexpr const char* tooling_annotation = "applyset.kubernetes.io/tooling";
constexpr const char* id_label = "applyset.kubernetes.io/id";
constexpr const char* root_commit_annotation = "flotilla.dev/root-commit";
constexpr const char* cluster_annotation = "flotilla.dev/cluster";

Json::Value system_namespace_object() {
  Json::Value object(Json::objectValue);
  object["apiVersion"] = "v1";
  object["kind"] = "Namespace";
  object["metadata"]["name"] = std::string(system_namespace);
  set_label(object, manifest::managed_by_label, "flotilla");
  return object;
}

Json::Value parent_object(const std::string& owner, const Parent& parent) {
  std::vector<std::string> kinds;
  for (const GroupKind& kind : parent.kinds) kinds.push_back(to_string(kind));
  Json::Value object(Json::objectValue);
  object["apiVersion"] = "v1";
  object["kind"] = "ConfigMap";
  object["metadata"]["name"] = owner;
  object["metadata"]["namespace"] = std::string(system_namespace);
  set_label(object, id_label, manifest::applyset_id(owner));
  set_label(object, manifest::managed_by_label, "flotilla");
  set_annotation(object, kinds_annotation, join(kinds, ","));
  set_annotation(object, tooling_annotation, "flotilla/v1alpha1");
  set_annotation(object, root_commit_annotation, parent.root_commit);
  set_annotation(object, cluster_annotation, parent.cluster);
  // Two controllers at once must not lose a kind of each other's.
  if (parent.exists) object["metadata"]["resourceVersion"] = parent.resource_version;
  return object;
}

// What an operator or another tool wrote on the object to have it outlive its template
// (gitops-practice 6.1).
bool says_keep(const Json::Value& live) {
  return annotation(live, "flotilla.dev/preserve") == "true" ||
         annotation(live, "helm.sh/resource-policy") == "keep" ||
         annotation(live, "client.lifecycle.config.k8s.io/deletion") == "detach" ||
         label(live, "resourcetemplate.karmada.io/deletion-protected") == "Always";
}

}  // namespace

const kube::Resource& namespaces() {
  static const kube::Resource resource{"", "v1", "Namespace", "namespaces", false, {}};
  return resource;
}

const kube::Resource& config_maps() {
  static const kube::Resource resource{"", "v1", "ConfigMap", "configmaps", true, {}};
  return resource;
}

namespace {

Parent parent_of(const Json::Value& live) {
  Parent parent;
  // A ConfigMap that was made to bear a hold is no parent yet.
  parent.exists = !label(live, id_label).empty();
  parent.hold = hold_of(live);
  parent.root_commit = annotation(live, root_commit_annotation);
  parent.cluster = annotation(live, cluster_annotation);
  parent.resource_version = get_string(live, {"metadata", "resourceVersion"});
  const std::string kinds = annotation(live, kinds_annotation);
  for (const std::string& text : split(kinds, ','))
    if (!text.empty()) parent.kinds.insert(parse_group_kind(text));
  return parent;
}

}  // namespace

kube::Task<kube::ApiResult<Parent>> read_parent(kube::Client& client, std::string owner) {
  auto answer = co_await client.get(config_maps(), std::string(system_namespace), owner);
  if (answer) co_return parent_of(*answer);
  if (answer.error().error.code == Code::not_found) co_return Parent();
  co_return tl::unexpected<kube::ApiError>(answer.error());
}

kube::Task<kube::ApiResult<Parent>> write_parent(kube::Client& client, std::string owner,
                                                 Parent parent) {
  const std::string body = canonical_json(parent_object(owner, parent));
  kube::ApplyOptions options;
  options.force = kube::Force::yes;  // nobody else has a say in our own book-keeping
  auto written =
      co_await client.apply(config_maps(), std::string(system_namespace), owner, body, options);
  if (!written && !parent.exists && written.error().error.code == Code::not_found) {
    const std::string space = canonical_json(system_namespace_object());
    auto made =
        co_await client.apply(namespaces(), "", std::string(system_namespace), space, options);
    if (!made) co_return tl::unexpected<kube::ApiError>(made.error());
    written =
        co_await client.apply(config_maps(), std::string(system_namespace), owner, body, options);
  }
  if (!written) co_return tl::unexpected<kube::ApiError>(written.error());
  co_return parent_of(written->object);
}

kube::Task<kube::ApiResult<bool>> remove_parent(kube::Client& client, std::string owner,
                                                Parent parent) {
  kube::RemoveOptions options;
  options.resource_version = parent.resource_version;
  auto removed =
      co_await client.remove(config_maps(), std::string(system_namespace), owner, options);
  if (!removed && removed.error().error.code != Code::not_found)
    co_return tl::unexpected<kube::ApiError>(removed.error());
  co_return true;
}

decision::InventoryItem item_of(const Json::Value& live) {
  decision::InventoryItem item;
  item.key = key_of(live);
  item.api_version = get_string(live, "apiVersion");
  item.uid = get_string(live, {"metadata", "uid"});
  item.digest = annotation(live, manifest::digest_annotation);
  item.source = annotation(live, manifest::source_annotation);
  item.origin = annotation(live, manifest::origin_annotation);
  item.keep = says_keep(live);
  item.deleting = find_path(live, {"metadata", "deletionTimestamp"}) != nullptr;
  return item;
}

bool is_copy(const Json::Value& live) {
  if (annotation(live, manifest::origin_annotation).empty()) return true;
  const Json::Value* owners = find_path(live, {"metadata", "ownerReferences"});
  if (owners == nullptr || !owners->isArray()) return false;
  for (const Json::Value& owner : *owners)
    if (get_bool(owner, "controller", false)) return true;
  return false;
}

bool is_ours(const Json::Value& live, std::string_view applyset_id) {
  const std::string part_of = label(live, manifest::part_of_label);
  if (!part_of.empty()) return part_of == applyset_id && !is_copy(live);
  const Json::Value* managers = find_path(live, {"metadata", "managedFields"});
  if (managers == nullptr || !managers->isArray()) return false;
  for (const Json::Value& entry : *managers)
    if (get_string(entry, "manager") == "flotilla" && get_string(entry, "operation") == "Apply")
      return true;
  return false;
}

std::string finalizers_text(const Json::Value& live) {
  const Json::Value* metadata = find(live, "metadata");
  const std::vector<std::string> names =
      metadata != nullptr ? get_strings(*metadata, "finalizers") : std::vector<std::string>();
  return names.empty() ? std::string() : "waits for its finalizers: " + join(names, ", ");
}

}  // namespace flotilla::member
