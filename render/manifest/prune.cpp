#include "render/manifest/manifest.h"

#include <array>

// Fields that the API server or a controller of the cluster fills in. Chosen by kind alone, as
// Karmada does.
namespace flotilla::manifest {

namespace {

void remove(Json::Value* map, std::string_view key) {
  if (map != nullptr && map->isObject()) map->removeMember(std::string(key));
}

Json::Value* annotations(Json::Value& object) {
  return find_path(object, {"metadata", "annotations"});
}

void prune_common(Json::Value& object) {
  static constexpr std::array<std::string_view, 10> server_set = {"creationTimestamp",
                                                                  "deletionTimestamp",
                                                                  "deletionGracePeriodSeconds",
                                                                  "generation",
                                                                  "managedFields",
                                                                  "resourceVersion",
                                                                  "selfLink",
                                                                  "uid",
                                                                  "ownerReferences",
                                                                  "finalizers"};
  Json::Value* metadata = find_path(object, {"metadata"});
  for (const std::string_view field : server_set) remove(metadata, field);
  remove(&object, "status");
}

void prune_job(Json::Value& object) {
  Json::Value* spec = find_path(object, {"spec"});
  if (spec == nullptr || !spec->isObject()) return;
  // The member would delete the finished Job, and Flotilla would create it again for ever.
  remove(spec, "ttlSecondsAfterFinished");
  if (get_bool(*spec, "manualSelector", false)) return;

  Json::Value* selector = find_path(*spec, {"selector", "matchLabels"});
  Json::Value* labels = find_path(*spec, {"template", "metadata", "labels"});
  for (const std::string_view key : {"controller-uid", "batch.kubernetes.io/controller-uid"}) {
    remove(selector, key);
    remove(labels, key);
  }
  for (const std::string_view key : {"job-name", "batch.kubernetes.io/job-name"})
    remove(labels, key);
}

void prune_secret(Json::Value& object) {
  if (get_string(object, "type") != "kubernetes.io/service-account-token") return;
  remove(annotations(object), "kubernetes.io/service-account.uid");
  if (Json::Value* data = find_path(object, {"data"})) *data = Json::Value();
}

// Karmada's loop skips the neighbour of a removed entry (quirk Q15); here every token goes.
void prune_service_account(Json::Value& object) {
  Json::Value* secrets = find_path(object, {"secrets"});
  if (secrets == nullptr || !secrets->isArray()) return;
  const std::string prefix = get_string(object, {"metadata", "name"}) + "-token-";
  Json::Value kept(Json::arrayValue);
  for (const Json::Value& secret : *secrets)
    if (!get_string(secret, "name").starts_with(prefix)) kept.append(secret);
  *secrets = std::move(kept);
}

void prune_service(Json::Value& object) {
  Json::Value* spec = find_path(object, {"spec"});
  if (spec == nullptr) return;
  const Json::Value* address = find(*spec, "clusterIP");
  if (address == nullptr || (address->isString() && address->asString() == "None")) return;
  remove(spec, "clusterIP");
  remove(spec, "clusterIPs");
}

}  // namespace

void prune_fields(Json::Value& object) {
  if (!object.isObject()) return;
  prune_common(object);
  const std::string kind = get_string(object, "kind");
  if (kind == "Deployment") {
    remove(annotations(object), "deployment.kubernetes.io/revision");
    remove(annotations(object), "deployment.kubernetes.io/revision-history");
  }
  if (kind == "Job") prune_job(object);
  if (kind == "Secret") prune_secret(object);
  if (kind == "ServiceAccount") prune_service_account(object);
  if (kind == "Service") prune_service(object);
  if (kind == "PersistentVolumeClaim")
    remove(annotations(object), "volume.kubernetes.io/selected-node");
}

}  // namespace flotilla::manifest
