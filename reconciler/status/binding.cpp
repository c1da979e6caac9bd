#include "reconciler/status/documents.h"
#include "render/document/json.h"

#include <limits>

// ResourceBinding and ClusterResourceBinding as files: karmada-semantics 6.
namespace flotilla::status {
namespace {

constexpr const char* binding_api = "work.karmada.io/v1alpha2";
constexpr const char* applied_placement_annotation = "policy.karmada.io/applied-placement";
constexpr const char* dependencies_annotation = "resourcebinding.karmada.io/dependencies";
constexpr const char* sources_annotation = "flotilla.dev/sources";
constexpr const char* policy_source_annotation = "flotilla.dev/policy-source";
constexpr const char* template_annotation = "flotilla.dev/template-digest";
constexpr const char* kept_annotation = "flotilla.dev/kept";

Json::Value strings(const std::vector<std::string>& texts) {
  Json::Value list(Json::arrayValue);
  for (const std::string& text : texts) list.append(text);
  return list;
}

Json::Value cluster_list(const std::vector<placement::TargetCluster>& clusters) {
  Json::Value list(Json::arrayValue);
  for (const placement::TargetCluster& target : clusters) {
    Json::Value item(Json::objectValue);
    item["name"] = target.name;
    if (target.replicas) item["replicas"] = Json::Int64(*target.replicas);
    for (const auto& [name, replicas] : target.components) {
      Json::Value component(Json::objectValue);
      component["name"] = name;
      component["replicas"] = Json::Int64(replicas);
      item["components"].append(std::move(component));
    }
    list.append(std::move(item));
  }
  return list;
}

// An int32, whose sums cannot overflow; whatever else stands there is none.
std::optional<std::int64_t> replicas_in(const Json::Value& map) {
  const std::optional<std::int64_t> number = get_int(map, "replicas");
  using Limits = std::numeric_limits<std::int32_t>;
  return number && *number >= Limits::min() && *number <= Limits::max() ? number : std::nullopt;
}

std::vector<placement::TargetCluster> read_clusters(const Json::Value& parent) {
  std::vector<placement::TargetCluster> clusters;
  const Json::Value* list = find(parent, "clusters");
  if (list == nullptr || !list->isArray()) return clusters;
  for (const Json::Value& item : *list) {
    placement::TargetCluster target{get_string(item, "name"), replicas_in(item)};
    if (const Json::Value* components = find(item, "components");
        components != nullptr && components->isArray())
      for (const Json::Value& component : *components)
        target.components.emplace_back(get_string(component, "name"),
                                       replicas_in(component).value_or(0));
    clusters.push_back(std::move(target));
  }
  return clusters;
}

void set_if(Json::Value& spec, const char* name, const Json::Value& value) {
  if (!value.isNull()) spec[name] = value;
}

void set_if(Json::Value& spec, const char* name, const std::string& text) {
  if (!text.empty()) spec[name] = text;
}

Json::Value resource_of(const decision::Binding& binding) {
  Json::Value resource(Json::objectValue);
  resource["apiVersion"] = binding.api_version;
  resource["kind"] = binding.object.kind;
  resource["name"] = binding.object.name;
  set_if(resource, "namespace", binding.object.namespace_);
  set_if(resource, "uid", binding.uid);
  return resource;
}

// What the interpreter found in the template.
void set_workload(Json::Value& spec, const decision::Binding& binding) {
  if (binding.replicas) spec["replicas"] = Json::Int64(*binding.replicas);
  set_if(spec, "replicaRequirements", binding.requirements);
  for (const interpreter::Component& component : binding.components) {
    Json::Value item(Json::objectValue);
    item["name"] = component.name;
    item["replicas"] = Json::Int64(component.replicas);
    set_if(item, "replicaRequirements", component.requirements);
    spec["components"].append(std::move(item));
  }
}

Json::Value spec_of(const decision::Binding& binding) {
  Json::Value spec(Json::objectValue);
  spec["resource"] = resource_of(binding);
  set_workload(spec, binding);
  spec["clusters"] = cluster_list(binding.schedule.clusters);
  set_if(spec, "placement", binding.placement);
  spec["conflictResolution"] =
      binding.conflict_resolution == placement::ConflictResolution::overwrite ? "Overwrite"
                                                                              : "Abort";
  if (binding.preserve_on_deletion) spec["preserveResourcesOnDeletion"] = true;
  if (binding.propagate_deps) spec["propagateDeps"] = true;
  set_if(spec, "suspension", binding.suspension_tree);
  set_if(spec, "failover", binding.failover);
  set_if(spec, "gracefulEvictionTasks", binding.eviction_tasks);
  set_if(spec, "rescheduleTriggeredAt", binding.reschedule_triggered_at);
  if (binding.priority) spec["schedulePriority"]["priority"] = Json::Int64(*binding.priority);
  if (!binding.affinity_group.empty())
    spec["workloadAffinityGroups"]["affinityGroup"] = binding.affinity_group;
  if (!binding.anti_affinity_group.empty())
    spec["workloadAffinityGroups"]["antiAffinityGroup"] = binding.anti_affinity_group;
  for (const decision::RequiredBy& requirer : binding.required_by) {
    Json::Value item(Json::objectValue);
    set_if(item, "namespace", requirer.namespace_);
    item["name"] = requirer.name;
    item["clusters"] = cluster_list(requirer.clusters);
    spec["requiredBy"].append(std::move(item));
  }
  spec["schedulerName"] = binding.scheduler_name;
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
  if (policy.name.empty()) return;
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

// As Karmada keeps them on the binding whose template has them.
Json::Value reference_list(const std::vector<interpreter::Reference>& references) {
  Json::Value list(Json::arrayValue);
  for (const interpreter::Reference& reference : references) {
    Json::Value item(Json::objectValue);
    item["apiVersion"] = reference.api_version;
    item["kind"] = reference.kind;
    set_if(item, "namespace", reference.namespace_);
    set_if(item, "name", reference.name);
    set_if(item, "labelSelector", reference.label_selector);
    list.append(std::move(item));
  }
  return list;
}

std::vector<interpreter::Reference> read_references(const Json::Value& object) {
  std::vector<interpreter::Reference> references;
  const auto list = parse_json(annotation(object, dependencies_annotation));
  if (!list || !list->isArray()) return references;
  for (const Json::Value& item : *list) {
    const Json::Value* selector = find(item, "labelSelector");
    references.push_back({get_string(item, "apiVersion"), get_string(item, "kind"),
                          get_string(item, "namespace"), get_string(item, "name"),
                          selector == nullptr ? Json::Value() : *selector});
  }
  return references;
}

void read_required_by(const Json::Value& spec, decision::Binding& binding) {
  const Json::Value* list = find(spec, "requiredBy");
  if (list == nullptr || !list->isArray()) return;
  for (const Json::Value& item : *list)
    binding.required_by.push_back(
        {get_string(item, "namespace"), get_string(item, "name"), read_clusters(item)});
}

Json::Value tree_at(const Json::Value& map, const char* name) {
  const Json::Value* value = find(map, name);
  return value == nullptr ? Json::Value() : *value;
}

void read_spec(const Json::Value& spec, decision::Binding& binding) {
  binding.uid = get_string(spec, {"resource", "uid"});
  binding.replicas = replicas_in(spec);
  binding.requirements = tree_at(spec, "replicaRequirements");
  if (const Json::Value* components = find(spec, "components");
      components != nullptr && components->isArray())
    for (const Json::Value& item : *components)
      binding.components.push_back({get_string(item, "name"), replicas_in(item).value_or(0),
                                    tree_at(item, "replicaRequirements")});
  binding.placement = tree_at(spec, "placement");
  if (get_string(spec, "conflictResolution") == "Overwrite")
    binding.conflict_resolution = placement::ConflictResolution::overwrite;
  binding.preserve_on_deletion = get_bool(spec, "preserveResourcesOnDeletion", false);
  binding.propagate_deps = get_bool(spec, "propagateDeps", false);
  binding.suspension_tree = tree_at(spec, "suspension");
  binding.suspension.everywhere = get_bool(binding.suspension_tree, "dispatching", false);
  if (const Json::Value* some = find(binding.suspension_tree, "dispatchingOnClusters"))
    binding.suspension.clusters = get_strings(*some, "clusterNames");
  binding.failover = tree_at(spec, "failover");
  if (std::string name = get_string(spec, "schedulerName"); !name.empty())
    binding.scheduler_name = std::move(name);
  binding.eviction_tasks = tree_at(spec, "gracefulEvictionTasks");
  binding.reschedule_triggered_at = get_string(spec, "rescheduleTriggeredAt");
  if (const Json::Value* priority = find(spec, "schedulePriority"))
    binding.priority = get_int(*priority, "priority");
  binding.affinity_group = get_string(spec, {"workloadAffinityGroups", "affinityGroup"});
  binding.anti_affinity_group = get_string(spec, {"workloadAffinityGroups", "antiAffinityGroup"});
  binding.schedule.clusters = read_clusters(spec);
  read_required_by(spec, binding);
}

void read_schedule(const Json::Value& object, placement::Schedule& schedule) {
  schedule.affinity_name = get_string(object, {"status", "schedulerObservingAffinityName"});
  schedule.last_scheduled_time = get_string(object, {"status", "lastScheduledTime"});
  if (auto applied = parse_json(annotation(object, applied_placement_annotation)))
    schedule.applied_placement = std::move(*applied);
  for (const Condition& condition : read_conditions(find_path(object, {"status", "conditions"}))) {
    if (condition.type != "Scheduled") continue;
    schedule.scheduled = condition.status;
    schedule.reason = condition.reason;
    schedule.message = condition.message;
  }
}

}  // namespace

Json::Value binding_object(const decision::Binding& binding,
                           const std::vector<Condition>& conditions,
                           const std::vector<AggregatedItem>& items,
                           const Json::Value& template_status) {
  Json::Value object(Json::objectValue);
  object["apiVersion"] = binding_api;
  object["kind"] = binding.object.namespace_.empty() ? "ClusterResourceBinding" : "ResourceBinding";
  object["metadata"]["name"] = binding.name;
  if (!binding.object.namespace_.empty())
    object["metadata"]["namespace"] = binding.object.namespace_;
  set_claim(object, binding.policy);
  const placement::Schedule& schedule = binding.schedule;
  if (!schedule.applied_placement.isNull())
    set_annotation(object, applied_placement_annotation,
                   canonical_json(schedule.applied_placement));
  if (!binding.dependencies.empty())
    set_annotation(object, dependencies_annotation,
                   canonical_json(reference_list(binding.dependencies)));
  if (!binding.template_digest.empty())
    set_annotation(object, template_annotation, binding.template_digest);
  set_annotation(object, sources_annotation, canonical_json(strings(binding.sources)));
  if (binding.kept) set_annotation(object, kept_annotation, "true");
  object["spec"] = spec_of(binding);
  Json::Value& status = object["status"];
  set_if(status, "schedulerObservingAffinityName", schedule.affinity_name);
  set_if(status, "lastScheduledTime", schedule.last_scheduled_time);
  std::vector<Condition> all = conditions;
  // A binding without a policy is not scheduled: it follows those that require it. One whose
  // scheduling is suspended may never have been.
  if (all.empty() && !binding.policy.name.empty() && !schedule.reason.empty())
    all.push_back({"Scheduled", schedule.scheduled, schedule.reason, schedule.message, ""});
  status["conditions"] = condition_list(all);
  if (!items.empty()) status["aggregatedStatus"] = aggregated_list(items);
  set_if(status, "templateStatus", template_status);
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
  read_spec(spec, binding);
  read_schedule(object, binding.schedule);
  binding.dependencies = read_references(object);
  binding.template_digest = annotation(object, template_annotation);
  binding.kept = annotation(object, kept_annotation) == "true";
  if (auto sources = parse_json(annotation(object, sources_annotation));
      sources && sources->isArray())
    for (const Json::Value& source : *sources)
      if (source.isString()) binding.sources.push_back(source.asString());
  return binding;
}

}  // namespace flotilla::status
