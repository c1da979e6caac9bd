#include "reconciler/decision/bind.h"

#include "render/base/digest.h"
#include "render/base/text.h"
#include "render/document/json.h"

#include <algorithm>

namespace flotilla::decision {

namespace {

using placement::PropagationPolicy;

std::string group_of_label(const Object& object, const std::string& key) {
  if (key.empty()) return "";
  const Json::Value* labels = labels_of(object.tree);
  const Json::Value* value = labels == nullptr ? nullptr : find(*labels, key);
  return value == nullptr || !value->isString() ? "" : key + "=" + value->asString();
}

// What others write on it: a change of that is none of the template (9.6).
bool is_bookkeeping(const std::string& key) {
  return key.find(".karmada.io") != std::string::npos &&
         key != "namespace.karmada.io/skip-auto-propagation";
}

std::string digest_of_template(Json::Value tree) {
  tree.removeMember("status");
  if (Json::Value* metadata = find_path(tree, {"metadata"});
      metadata != nullptr && metadata->isObject()) {
    for (const char* field : {"managedFields", "resourceVersion", "generation"})
      metadata->removeMember(field);
    for (const char* field : {"labels", "annotations"}) {
      Json::Value* map = find_path(*metadata, {field});
      if (map == nullptr || !map->isObject()) continue;
      for (const std::string& key : map->getMemberNames())
        if (is_bookkeeping(key)) map->removeMember(key);
      if (map->empty()) metadata->removeMember(field);
    }
  }
  return sha256_hex(canonical_json(tree));
}

void stay_lazy(Binding& binding, const Binding& previous) {
  binding.placement = previous.placement;
  binding.conflict_resolution = previous.conflict_resolution;
  binding.preserve_on_deletion = previous.preserve_on_deletion;
  binding.propagate_deps = previous.propagate_deps;
  binding.suspension = previous.suspension;
  binding.suspension_tree = previous.suspension_tree;
  binding.failover = previous.failover;
  binding.priority = previous.priority;
  binding.affinity_group = previous.affinity_group;
  binding.anti_affinity_group = previous.anti_affinity_group;
}

void take_policy(Binding& binding, const Object& object, const PropagationPolicy& policy) {
  binding.policy = {policy.namespace_, policy.name, policy.source.file};
  binding.placement = policy.placement.tree;
  binding.conflict_resolution = policy.conflict_resolution;
  binding.preserve_on_deletion = policy.preserve_on_deletion;
  binding.propagate_deps = policy.propagate_deps;
  binding.suspension = policy.suspension;
  binding.suspension_tree = policy.suspension_tree;
  binding.failover = policy.failover;
  binding.affinity_group = group_of_label(object, policy.placement.affinity_label);
  binding.anti_affinity_group = group_of_label(object, policy.placement.anti_affinity_label);
  if (policy.lazy) binding.template_digest = digest_of_template(object.tree);
}

}  // namespace

std::string binding_name(const ObjectKey& object) {
  return lower(replace_all(object.name, ":", ".") + "-" + object.kind);
}

std::vector<placement::TargetCluster> targets(const Binding& binding) {
  std::vector<placement::TargetCluster> all = binding.schedule.clusters;
  if (binding.required_by.empty()) return all;
  std::set<std::string> names;
  for (const placement::TargetCluster& target : all) names.insert(target.name);
  for (const RequiredBy& requirer : binding.required_by)
    for (const placement::TargetCluster& target : requirer.clusters)
      if (names.insert(target.name).second) all.push_back(target);
  std::sort(all.begin(), all.end(),
            [](const placement::TargetCluster& a, const placement::TargetCluster& b) {
              return a.name < b.name;
            });
  return all;
}

Result<Binding> bind(const Object& object, const PropagationPolicy* policy,
                     const interpreter::Interpreter& interpreter, const Binding* previous) {
  Binding binding;
  binding.object = object.key;
  binding.api_version = object.api_version;
  binding.uid = get_string(object.tree, {"metadata", "uid"});
  binding.name = binding_name(object.key);
  if (policy == nullptr) return binding;
  take_policy(binding, object, *policy);
  TRY_ASSIGN(const auto replicas, interpreter.replicas(object.tree));
  if (replicas) {
    binding.replicas = replicas->count;
    binding.requirements = replicas->requirements;
  }
  if (interpreter.has(interpreter::Operation::components, object.api_version, object.key.kind)) {
    TRY_ASSIGN(binding.components, interpreter.components(object.tree));
  }
  if (previous == nullptr) return binding;
  binding.eviction_tasks = previous->eviction_tasks;
  binding.reschedule_triggered_at = previous->reschedule_triggered_at;
  binding.schedule = previous->schedule;
  if (stays_lazy(binding, *policy, previous)) stay_lazy(binding, *previous);
  return binding;
}

bool stays_lazy(const Binding& binding, const PropagationPolicy& policy, const Binding* previous) {
  return policy.lazy && previous != nullptr && previous->template_digest == binding.template_digest;
}

Result<Scheduling> scheduling_of(const Binding& binding, const std::set<GroupKind>& defined) {
  Scheduling scheduling;
  placement::Subject& subject = scheduling.subject;
  subject.api_version = binding.api_version;
  subject.key = binding.object;
  subject.uid = binding.uid;
  subject.replicas = binding.replicas.value_or(0);
  subject.has_requirements = !binding.requirements.isNull();
  TRY_ASSIGN(subject.demand, placement::demand_of(binding.requirements, binding.object.namespace_));
  subject.components = binding.components;
  for (const interpreter::Component& component : binding.components) {
    TRY_ASSIGN(auto demand,
               placement::demand_of(component.requirements, binding.object.namespace_));
    subject.component_demands.push_back({component.replicas, std::move(demand)});
  }
  subject.affinity_group = binding.affinity_group;
  subject.anti_affinity_group = binding.anti_affinity_group;
  subject.brings_api = defined.contains(binding.object.group_kind());
  if (binding.eviction_tasks.isArray())
    for (const Json::Value& task : binding.eviction_tasks)
      scheduling.evicting.push_back(get_string(task, "fromCluster"));
  return scheduling;
}

std::optional<std::int64_t> priority_of(const std::string& priority_class,
                                        const catalog::Catalog& catalog) {
  if (priority_class.empty()) return std::nullopt;
  if (priority_class == "system-cluster-critical") return 2'000'000'000;
  if (priority_class == "system-node-critical") return 2'000'001'000;
  const catalog::ObjectPtr found =
      find_template(catalog, {"scheduling.k8s.io", "PriorityClass", "", priority_class});
  return found == nullptr ? std::nullopt : get_int(found->tree, "value");
}

catalog::ObjectPtr find_template(const catalog::Catalog& catalog, const ObjectKey& key) {
  const auto found = std::lower_bound(
      catalog.templates.begin(), catalog.templates.end(), key,
      [](const catalog::ObjectPtr& object, const ObjectKey& k) { return object->key < k; });
  return found != catalog.templates.end() && (*found)->key == key ? *found : nullptr;
}

}  // namespace flotilla::decision
