#include "reconciler/status/documents.h"

#include "render/document/json.h"

namespace flotilla::status {
namespace {

constexpr const char* binding_api = "work.karmada.io/v1alpha2";
constexpr const char* sources_annotation = "flotilla.dev/sources";
constexpr const char* policy_source_annotation = "flotilla.dev/policy-source";
constexpr const char* kept_annotation = "flotilla.dev/kept";

Json::Value strings(const std::vector<std::string>& texts) {
  Json::Value list(Json::arrayValue);
  for (const std::string& text : texts) list.append(text);
  return list;
}

Json::Value spec_of(const decision::Binding& binding) {
  Json::Value spec(Json::objectValue);
  Json::Value& resource = spec["resource"];
  resource["apiVersion"] = binding.api_version;
  resource["kind"] = binding.object.kind;
  resource["name"] = binding.object.name;
  if (!binding.object.namespace_.empty()) resource["namespace"] = binding.object.namespace_;
  if (binding.replicas) spec["replicas"] = Json::Int64(*binding.replicas);
  Json::Value& clusters = spec["clusters"] = Json::Value(Json::arrayValue);
  for (const placement::TargetCluster& target : binding.schedule.clusters) {
    Json::Value item(Json::objectValue);
    item["name"] = target.name;
    if (target.replicas) item["replicas"] = Json::Int64(*target.replicas);
    clusters.append(std::move(item));
  }
  if (!binding.placement.isNull()) spec["placement"] = binding.placement;
  spec["conflictResolution"] =
      binding.conflict_resolution == placement::ConflictResolution::overwrite ? "Overwrite"
                                                                              : "Abort";
  if (binding.preserve_on_deletion) spec["preserveResourcesOnDeletion"] = true;
  spec["schedulerName"] = "default-scheduler";
  return spec;
}

Json::Value aggregated_list(const std::vector<AggregatedItem>& items) {
  Json::Value list(Json::arrayValue);
  for (const AggregatedItem& item : items) {
    Json::Value entry(Json::objectValue);
    entry["clusterName"] = item.cluster;
    if (!item.status.isNull()) entry["status"] = item.status;
    entry["applied"] = item.applied;
    if (!item.message.empty()) entry["appliedMessage"] = item.message;
    entry["health"] = item.health;
    list.append(std::move(entry));
  }
  return list;
}

void set_claim(Json::Value& object, const decision::PolicyRef& policy) {
  if (policy.namespace_.empty()) {
    set_annotation(object, "clusterpropagationpolicy.karmada.io/name", policy.name);
  } else {
    set_annotation(object, "propagationpolicy.karmada.io/name", policy.name);
    set_annotation(object, "propagationpolicy.karmada.io/namespace", policy.namespace_);
  }
  set_annotation(object, policy_source_annotation, policy.source);
}

decision::PolicyRef read_claim(const Json::Value& object) {
  decision::PolicyRef policy;
  policy.source = annotation(object, policy_source_annotation);
  policy.name = annotation(object, "propagationpolicy.karmada.io/name");
  policy.namespace_ = annotation(object, "propagationpolicy.karmada.io/namespace");
  if (policy.name.empty())
    policy.name = annotation(object, "clusterpropagationpolicy.karmada.io/name");
  return policy;
}

}  // namespace

Json::Value condition_list(const std::vector<Condition>& conditions) {
  Json::Value list(Json::arrayValue);
  for (const Condition& condition : conditions) {
    Json::Value entry(Json::objectValue);
    entry["type"] = condition.type;
    entry["status"] = condition.status ? "True" : "False";
    entry["reason"] = condition.reason;
    entry["message"] = condition.message;
    if (!condition.since.empty()) entry["lastTransitionTime"] = condition.since;
    list.append(std::move(entry));
  }
  return list;
}

std::vector<Condition> read_conditions(const Json::Value* list) {
  std::vector<Condition> conditions;
  if (list == nullptr || !list->isArray()) return conditions;
  for (const Json::Value& entry : *list)
    conditions.push_back({get_string(entry, "type"), get_string(entry, "status") == "True",
                          get_string(entry, "reason"), get_string(entry, "message"),
                          get_string(entry, "lastTransitionTime")});
  return conditions;
}

Json::Value binding_object(const decision::Binding& binding,
                           const std::vector<Condition>& conditions,
                           const std::vector<AggregatedItem>& items) {
  Json::Value object(Json::objectValue);
  object["apiVersion"] = binding_api;
  object["kind"] = binding.object.namespace_.empty() ? "ClusterResourceBinding" : "ResourceBinding";
  object["metadata"]["name"] = binding.name;
  if (!binding.object.namespace_.empty())
    object["metadata"]["namespace"] = binding.object.namespace_;
  set_claim(object, binding.policy);
  set_annotation(object, "policy.karmada.io/applied-placement", canonical_json(binding.placement));
  set_annotation(object, sources_annotation, canonical_json(strings(binding.sources)));
  if (binding.kept) set_annotation(object, kept_annotation, "true");
  object["spec"] = spec_of(binding);
  Json::Value& status = object["status"];
  if (!binding.schedule.affinity_name.empty())
    status["schedulerObservingAffinityName"] = binding.schedule.affinity_name;
  std::vector<Condition> all = conditions;
  if (all.empty())
    all.push_back({"Scheduled", binding.schedule.scheduled, binding.schedule.reason,
                   binding.schedule.message, ""});
  status["conditions"] = condition_list(all);
  if (!items.empty()) status["aggregatedStatus"] = aggregated_list(items);
  return object;
}

std::optional<decision::Binding> read_binding(const Json::Value& object) {
  const std::string kind = get_string(object, "kind");
  if (kind != "ResourceBinding" && kind != "ClusterResourceBinding") return std::nullopt;
  const Json::Value* resource = find_path(object, {"spec", "resource"});
  if (resource == nullptr) return std::nullopt;
  decision::Binding binding;
  binding.api_version = get_string(*resource, "apiVersion");
  binding.object = {group_of(binding.api_version), get_string(*resource, "kind"),
                    get_string(*resource, "namespace"), get_string(*resource, "name")};
  if (binding.object.kind.empty() || binding.object.name.empty()) return std::nullopt;
  binding.name = get_string(object, {"metadata", "name"});
  binding.policy = read_claim(object);
  const Json::Value& spec = *find(object, "spec");
  binding.replicas = get_int(spec, "replicas");
  if (const Json::Value* tree = find(spec, "placement")) binding.placement = *tree;
  if (get_string(spec, "conflictResolution") == "Overwrite")
    binding.conflict_resolution = placement::ConflictResolution::overwrite;
  binding.preserve_on_deletion = get_bool(spec, "preserveResourcesOnDeletion", false);
  if (const Json::Value* clusters = find(spec, "clusters");
      clusters != nullptr && clusters->isArray())
    for (const Json::Value& item : *clusters)
      binding.schedule.clusters.push_back({get_string(item, "name"), get_int(item, "replicas")});
  binding.schedule.affinity_name = get_string(object, {"status", "schedulerObservingAffinityName"});
  for (const Condition& condition : read_conditions(find_path(object, {"status", "conditions"}))) {
    if (condition.type != "Scheduled") continue;
    binding.schedule.scheduled = condition.status;
    binding.schedule.reason = condition.reason;
    binding.schedule.message = condition.message;
  }
  if (auto sources = parse_json(annotation(object, sources_annotation));
      sources && sources->isArray())
    for (const Json::Value& source : *sources)
      if (source.isString()) binding.sources.push_back(source.asString());
  return binding;
}

std::string binding_path(const decision::Binding& binding) {
  const std::string folder =
      binding.object.namespace_.empty() ? "_cluster" : binding.object.namespace_;
  return "bindings/" + folder + "/" + binding.name + ".yaml";
}

Json::Value inventory_object(const std::string& cluster,
                             const std::vector<InventoryEntry>& entries) {
  Json::Value object(Json::objectValue);
  object["apiVersion"] = "flotilla.dev/v1alpha1";
  object["kind"] = "Inventory";
  object["metadata"]["name"] = cluster;
  Json::Value& items = object["items"] = Json::Value(Json::arrayValue);
  for (const InventoryEntry& entry : entries) {
    Json::Value item(Json::objectValue);
    item["apiVersion"] = entry.item.api_version;
    item["kind"] = entry.item.key.kind;
    if (!entry.item.key.namespace_.empty()) item["namespace"] = entry.item.key.namespace_;
    item["name"] = entry.item.key.name;
    item["uid"] = entry.item.uid;
    item["digest"] = entry.item.digest;
    item["source"] = entry.item.source;
    item["revision"] = entry.item.revision;
    item["origin"] = entry.item.origin;
    item["state"] = entry.state;
    if (!entry.message.empty()) item["message"] = entry.message;
    items.append(std::move(item));
  }
  return object;
}

std::string short_revision(const std::string& revision) {
  const auto at = revision.find("@sha1:");
  if (at == std::string::npos) return revision.empty() ? "an uncommitted folder" : revision;
  return revision.substr(0, at) + "@" + revision.substr(at + 6, 7);
}

}  // namespace flotilla::status
