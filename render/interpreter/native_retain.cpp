#include "render/interpreter/native_rules.h"

#include <set>

// What a cluster has filled in and an update must not take away.
namespace flotilla::interpreter::native {

namespace {

Result<std::string> text_at(const Json::Value& desired,
                            std::initializer_list<std::string_view> keys) {
  Reading reading(desired);
  Field field = reading.root();
  for (const std::string_view key : keys) field = field.at(key);
  return reading.result(field.text());
}

Result<void> deployment(Json::Value& desired, const Field& observed) {
  constexpr std::string_view retain_label = "resourcetemplate.karmada.io/retain-replicas";
  TRY_ASSIGN(const std::string retained, text_at(desired, {"metadata", "labels", retain_label}));
  if (retained != "true") return {};
  const Field replicas = observed.at("spec").at("replicas");
  const auto count = replicas.count_if_set();
  if (replicas.present() && !count) return {};  // a wrong type, which the caller reports
  if (!count)
    return fail(Code::invalid, "the label " + std::string(retain_label) +
                                   " keeps the replicas of the cluster, but the observed object " +
                                   "has no spec.replicas");
  TRY_ASSIGN(Json::Value * spec, map_at(desired, {"spec"}));
  (*spec)["replicas"] = static_cast<Json::Int64>(*count);
  return {};
}

Json::Value* container_named(Json::Value& containers, const std::string& name) {
  for (Json::Value& container : containers)
    if (container.isObject() && get_string(container, "name") == name) return &container;
  return nullptr;
}

Result<void> retain_mounts(Json::Value& spec, const char* field, const Field& observed) {
  Json::Value* containers = find_path(spec, {field});
  if (containers == nullptr || containers->isNull()) return {};
  if (!containers->isArray())
    return fail(Code::invalid, "spec." + std::string(field) + " is " +
                                   std::string(type_name(*containers)) + ", want a list");
  for (const Field& running : observed.at(field).items()) {
    const std::string name = running.at("name").text();
    const Json::Value* mounts = running.at("volumeMounts").list();
    if (Json::Value* container = container_named(*containers, name))
      put(*container, "volumeMounts", mounts);
  }
  return {};
}

// A pod is changed by admission in its cluster: a node, the account's token volume and its mounts.
Result<void> pod(Json::Value& desired, const Field& observed) {
  const Field running = observed.at("spec");
  TRY_ASSIGN(Json::Value * spec, map_at(desired, {"spec"}));
  put(*spec, "nodeName", running.at("nodeName").text());
  put(*spec, "serviceAccountName", running.at("serviceAccountName").text());
  put(*spec, "volumes", running.at("volumes").list());
  TRY(retain_mounts(*spec, "containers", running));
  return retain_mounts(*spec, "initContainers", running);
}

// Both are given out by the cluster and cannot be changed after that.
Result<void> service(Json::Value& desired, const Field& observed) {
  const Field running = observed.at("spec");
  const std::int64_t port = running.at("healthCheckNodePort").count();
  const std::string address = running.at("clusterIP").text();
  if (port <= 0 && address.empty()) return {};
  TRY_ASSIGN(Json::Value * spec, map_at(desired, {"spec"}));
  if (port > 0) (*spec)["healthCheckNodePort"] = static_cast<Json::Int64>(port);
  if (!address.empty()) (*spec)["clusterIP"] = address;
  return {};
}

// Desired references first, then those that the cluster has added.
Result<void> merge_references(Json::Value& desired, const char* field, const Field& observed) {
  Reading reading(desired);
  Json::Value merged(Json::arrayValue);
  std::set<std::string> names;
  for (const Field& entry : reading.root().at(field).items()) {
    names.insert(entry.at("name").text());
    if (const Json::Value* map = entry.map()) merged.append(*map);
  }
  TRY(reading.done());
  for (const Field& entry : observed.at(field).items()) {
    const std::string name = entry.at("name").text();
    const Json::Value* map = entry.map();
    if (map != nullptr && !names.contains(name)) merged.append(*map);
  }
  desired[field] = merged;
  return {};
}

Result<void> service_account(Json::Value& desired, const Field& observed) {
  TRY(merge_references(desired, "secrets", observed));
  return merge_references(desired, "imagePullSecrets", observed);
}

Result<void> claim(Json::Value& desired, const Field& observed) {
  const std::string volume = observed.at("spec").at("volumeName").text();
  if (volume.empty()) return {};
  TRY_ASSIGN(Json::Value * spec, map_at(desired, {"spec"}));
  (*spec)["volumeName"] = volume;
  return {};
}

Result<void> volume(Json::Value& desired, const Field& observed) {
  const Json::Value* claim_ref = observed.at("spec").at("claimRef").map();
  if (claim_ref == nullptr) return {};
  TRY_ASSIGN(Json::Value * spec, map_at(desired, {"spec"}));
  (*spec)["claimRef"] = *claim_ref;
  return {};
}

// The cluster makes up the selector of a Job and labels its pods with it.
Result<void> job(Json::Value& desired, const Field& observed) {
  const Field spec = observed.at("spec");
  if (const Json::Value* labels = spec.at("selector").at("matchLabels").map_of_texts()) {
    TRY_ASSIGN(Json::Value * selector, map_at(desired, {"spec", "selector"}));
    (*selector)["matchLabels"] = *labels;
  }
  const Field metadata = spec.at("template").at("metadata");
  if (const Json::Value* labels = metadata.at("labels").map_of_texts()) {
    TRY_ASSIGN(Json::Value * pod, map_at(desired, {"spec", "template", "metadata"}));
    (*pod)["labels"] = *labels;
  }
  return {};
}

// The token is written by the cluster's controller.
Result<void> secret(Json::Value& desired, const Field& observed) {
  TRY_ASSIGN(const std::string type, text_at(desired, {"type"}));
  if (type != "kubernetes.io/service-account-token") return {};
  if (const Json::Value* data = observed.at("data").map_of_texts()) desired["data"] = *data;
  return {};
}

}  // namespace

Rules<RetainRule> retain_rules() {
  static constexpr KindRule<RetainRule> rules[] = {
      {"apps/v1", "Deployment", deployment},
      {"v1", "Pod", pod},
      {"v1", "Service", service},
      {"v1", "ServiceAccount", service_account},
      {"v1", "PersistentVolumeClaim", claim},
      {"v1", "PersistentVolume", volume},
      {"batch/v1", "Job", job},
      {"v1", "Secret", secret},
  };
  return rules;
}

Result<Json::Value> retain(Json::Value desired, const Json::Value& observed) {
  const RetainRule rule = rule_for(retain_rules(), desired);
  if (rule == nullptr) return no_rule(Operation::retain, desired);
  Reading reading(observed, "observed object");
  TRY(rule(desired, reading.root()));
  TRY(reading.done());
  return desired;
}

}  // namespace flotilla::interpreter::native
