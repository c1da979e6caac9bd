#include "reconciler/placement/policy.h"

#include "reconciler/placement/reading/failover_reader.h"
#include "reconciler/placement/reading/typed_fields.h"

#include <algorithm>

namespace flotilla::placement {

namespace {

using overrides::Fields;
using overrides::Reading;

constexpr const char* default_scheduler = "default-scheduler";
// Karmada's webhook has these follow the Services they belong to.
constexpr const char* service_import = "ServiceImport";

void read_selectors(Fields& spec, PropagationPolicy& policy) {
  const Json::Value* list = spec.any("resourceSelectors");
  if (list == nullptr || (list->isArray() && list->empty())) {
    if (!spec.map_value().isObject()) return;
    spec.at("resourceSelectors")
        .error(list == nullptr ? spec.map_value() : *list, "missing-field",
               "is empty, want at least one selector");
    return;
  }
  spec.each("resourceSelectors", [&](const Json::Value& entry, const Reading& below) {
    if (get_string(entry, "kind") == service_import) policy.propagate_deps = true;
    auto selector = overrides::read_resource_selector(entry, policy.namespace_, below);
    if (selector) policy.selectors.push_back(std::move(*selector));
  });
}

// After the selectors: preemption is for objects that are named.
void read_preemption(Fields& spec, PropagationPolicy& policy) {
  policy.preempts = choice_or_empty(spec, "preemption", {"Always", "Never"}, "Never") == "Always";
  if (!policy.preempts) return;
  const bool all_named =
      std::all_of(policy.selectors.begin(), policy.selectors.end(),
                  [](const overrides::ResourceSelector& s) { return !s.name.empty(); });
  if (!all_named)
    spec.at("preemption")
        .error(*spec.any("preemption"), "invalid-value",
               "is Always, want a name in every resource selector for that");
}

void read_suspension(Fields& spec, PropagationPolicy& policy) {
  const Json::Value* value = spec.any("suspension");
  if (value == nullptr) return;
  Fields fields(*value, spec.at("suspension"));
  Suspension& suspension = policy.suspension;
  suspension.everywhere = fields.truth("dispatching");
  if (const Json::Value* some = fields.any("dispatchingOnClusters")) {
    Fields inner(*some, fields.at("dispatchingOnClusters"));
    suspension.clusters = inner.texts("clusterNames");
    inner.say_unknown();
  }
  fields.say_unknown();
  if (suspension.everywhere && !suspension.clusters.empty())
    fields.at("dispatching")
        .error(*fields.any("dispatching"), "invalid-value",
               "is true and dispatchingOnClusters has names, want one of them");
  policy.suspension_tree = *value;
}

void read_schedule_priority(Fields& spec, PropagationPolicy& policy) {
  const Json::Value* value = spec.any("schedulePriority");
  if (value == nullptr) return;
  Fields fields(*value, spec.at("schedulePriority"));
  fields.choice("priorityClassSource", {"KubePriorityClass"}, "");
  policy.priority_class = fields.required_text("priorityClassName");
  fields.say_unknown();
}

void read_scheduler_name(Fields& spec, PropagationPolicy& policy) {
  const std::string name = spec.text("schedulerName");
  if (!name.empty()) policy.scheduler_name = name;
  if (policy.scheduler_name != default_scheduler)
    spec.at("schedulerName")
        .warning(*spec.any("schedulerName"), "no-effect-yet",
                 "is \"" + name + "\", want default-scheduler: there is no other scheduler here");
}

// After propagateDeps.
void read_policy_failover(Fields& spec, PropagationPolicy& policy) {
  const Json::Value* value = spec.any("failover");
  if (value == nullptr) return;
  const Reading reading = spec.at("failover");
  policy.failover = read_failover(*value, reading);
  if (!policy.failover.empty())
    reading.warning(*value, "no-effect-yet", "has no effect yet: nothing fails over by itself");
  if (policy.propagate_deps || !policy.failover.isMember("application")) return;
  const Json::Value* written = spec.any("propagateDeps");
  spec.at("propagateDeps")
      .error(written == nullptr ? *value : *written, "invalid-value",
             std::string(written == nullptr ? "is missing" : "is false") +
                 ", want true when failover.application is set");
}

void read_spec(const Json::Value& value, const Reading& reading, PropagationPolicy& policy) {
  Fields spec(value, reading);
  read_selectors(spec, policy);
  policy.priority = spec.whole("priority").value_or(0);
  read_preemption(spec, policy);
  if (const Json::Value* placement = spec.any("placement"))
    if (auto read = read_placement(*placement, spec.at("placement")))
      policy.placement = std::move(*read);
  if (spec.truth("propagateDeps")) policy.propagate_deps = true;
  policy.dependent_overrides = spec.texts("dependentOverrides");
  read_policy_failover(spec, policy);
  if (choice_or_empty(spec, "conflictResolution", {"Abort", "Overwrite"}, "Abort") == "Overwrite")
    policy.conflict_resolution = ConflictResolution::overwrite;
  policy.preserve_on_deletion = spec.truth("preserveResourcesOnDeletion");
  policy.lazy = choice_or_empty(spec, "activationPreference", {"Lazy"}, "Eager") == "Lazy";
  read_suspension(spec, policy);
  read_scheduler_name(spec, policy);
  read_schedule_priority(spec, policy);
  spec.truth("association");  // deprecated, and without effect in Karmada too
  spec.say_unknown();
}

}  // namespace

bool Suspension::holds(const std::string& cluster) const {
  return everywhere || std::find(clusters.begin(), clusters.end(), cluster) != clusters.end();
}

std::optional<PropagationPolicy> read_propagation_policy(const Object& object, Problems& problems) {
  const std::size_t errors = overrides::error_count(problems);
  const Reading reading{object.source.file, to_string(object.key), problems};
  PropagationPolicy policy;
  policy.name = object.key.name;
  // As kubectl does with a namespaced object that names no namespace.
  if (object.key.kind == "PropagationPolicy")
    policy.namespace_ = object.key.namespace_.empty() ? "default" : object.key.namespace_;
  policy.source = object.source;
  const Json::Value* spec = find(object.tree, "spec");
  if (spec == nullptr) {
    reading.below("spec").error(object.tree, "missing-field", "is missing, want a map");
  } else {
    read_spec(*spec, reading.below("spec"), policy);
  }
  if (overrides::error_count(problems) > errors) return std::nullopt;
  return policy;
}

}  // namespace flotilla::placement
