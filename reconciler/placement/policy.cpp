#include "reconciler/placement/policy.h"

#include "overrides/fields.h"

#include <algorithm>
#include <limits>

namespace flotilla::placement {

namespace {

using overrides::Fields;
using overrides::Reading;

constexpr std::size_t longest_affinity_name = 32;

void not_supported(const Reading& reading, const Json::Value& place, const std::string& what) {
  reading.error(place, "not-supported-yet",
                what + " not supported yet, so the policy cannot be applied");
}

void no_effect(Fields& fields, const char* name, const std::string& what) {
  fields.at(name).warning(*fields.any(name), "no-effect-yet", what);
}

bool is_empty(const Json::Value& value) {
  return (value.isObject() || value.isArray()) && value.empty();
}

// A field whose being ignored would put objects where they must not be.
void refuse(Fields& fields, const char* name) {
  const Json::Value* value = fields.any(name);
  if (value != nullptr && !is_empty(*value)) not_supported(fields.at(name), *value, "is");
}

// ---- placement

void read_term(const Json::Value& value, const Reading& reading, std::vector<AffinityTerm>& terms) {
  Fields fields(value, reading);
  AffinityTerm term;
  term.name = fields.required_text("affinityName");
  if (!term.name.empty()) {
    std::string fault = overrides::label_key_fault(term.name);
    if (term.name.size() > longest_affinity_name) fault = "it is longer than 32 characters";
    if (std::any_of(terms.begin(), terms.end(),
                    [&](const auto& other) { return other.name == term.name; }))
      fault = "it is used twice, want another name for each term";
    if (!fault.empty())
      fields.at("affinityName")
          .error(*fields.any("affinityName"), "invalid-value",
                 "is \"" + term.name + "\": " + fault);
  }
  refuse(fields, "overflowAffinities");
  auto affinity =
      overrides::read_cluster_affinity(value, reading, {"affinityName", "overflowAffinities"});
  if (affinity) term.affinity = std::move(*affinity);
  terms.push_back(std::move(term));
}

void read_affinities(Fields& fields, Placement& placement) {
  const Json::Value* single = fields.any("clusterAffinity");
  const Json::Value* several = fields.list("clusterAffinities");
  if (single != nullptr && several != nullptr && !several->empty())
    fields.at("clusterAffinities")
        .error(*several, "invalid-value", "and clusterAffinity are both set, want one of them");
  if (single != nullptr) {
    auto affinity = overrides::read_cluster_affinity(*single, fields.at("clusterAffinity"));
    if (affinity) placement.terms.push_back({"", std::move(*affinity), {}});
  }
  std::vector<AffinityTerm> terms;
  fields.each("clusterAffinities", [&](const Json::Value& entry, const Reading& below) {
    read_term(entry, below, terms);
  });
  if (single == nullptr) placement.terms = std::move(terms);
}

void read_toleration(const Json::Value& value, const Reading& reading,
                     std::vector<Toleration>& tolerations) {
  Fields fields(value, reading);
  Toleration toleration{fields.text("key"), fields.text("operator"), fields.text("value"),
                        fields.text("effect")};
  fields.whole("tolerationSeconds", std::numeric_limits<std::int64_t>::min(),
               std::numeric_limits<std::int64_t>::max());
  fields.say_unknown();
  if (toleration.op == "Lt" || toleration.op == "Gt")
    fields.at("operator")
        .error(*fields.any("operator"), "invalid-value",
               "is \"" + toleration.op + "\", want Equal or Exists");
  tolerations.push_back(std::move(toleration));
}

void read_replica_scheduling(Fields& fields) {
  const Json::Value* value = fields.any("replicaScheduling");
  if (value == nullptr) return;  // Duplicated
  const Reading reading = fields.at("replicaScheduling");
  Fields scheduling(*value, reading);
  // The default of the schema holds as soon as the object is there.
  const std::string type =
      scheduling.choice("replicaSchedulingType", {"Duplicated", "Divided"}, "Divided");
  scheduling.choice("replicaDivisionPreference", {"Aggregated", "Weighted"}, "Weighted");
  scheduling.map("weightPreference");
  scheduling.say_unknown();
  if (!value->isObject() || type == "Duplicated") return;
  const Json::Value* written = find(*value, "replicaSchedulingType");
  not_supported(scheduling.at("replicaSchedulingType"), written == nullptr ? *value : *written,
                written == nullptr ? "is missing, which means Divided, and Divided is"
                                   : "is Divided, which is");
}

Placement placement_of(const Json::Value& value, const Reading& reading) {
  Placement placement;
  placement.tree = value;
  Fields fields(value, reading);
  read_affinities(fields, placement);
  fields.each("clusterTolerations", [&](const Json::Value& entry, const Reading& below) {
    read_toleration(entry, below, placement.tolerations);
  });
  read_replica_scheduling(fields);
  if (const Json::Value* constraints = fields.list("spreadConstraints");
      constraints != nullptr && !constraints->empty())
    not_supported(fields.at("spreadConstraints"), *constraints, "is");
  refuse(fields, "workloadAffinity");
  fields.say_unknown();
  return placement;
}

// ---- the rest of the spec

void read_selectors(Fields& spec, PropagationPolicy& policy) {
  const Json::Value* list = spec.any("resourceSelectors");
  if (list == nullptr || is_empty(*list)) {
    spec.at("resourceSelectors")
        .error(list == nullptr ? spec.map_value() : *list, "missing-field",
               "is empty, want at least one selector");
  }
  spec.each("resourceSelectors", [&](const Json::Value& entry, const Reading& below) {
    auto selector = overrides::read_resource_selector(entry, policy.namespace_, below);
    if (!selector) return;
    // Karmada's webhook sets propagateDeps for it.
    if (selector->kind == "ServiceImport")
      not_supported(below, entry, "selects ServiceImport, which is");
    policy.selectors.push_back(std::move(*selector));
  });
}

void read_preemption(Fields& spec, const PropagationPolicy& policy) {
  if (spec.choice("preemption", {"Always", "Never"}, "Never") != "Always") return;
  no_effect(spec, "preemption", "is Always, which has no effect yet: the best policy always wins");
  for (const overrides::ResourceSelector& selector : policy.selectors) {
    if (!selector.name.empty()) continue;
    spec.at("preemption")
        .error(*spec.any("preemption"), "invalid-value",
               "is Always, want a name in every resource selector for that");
    return;
  }
}

void read_suspension(Fields& spec) {
  const Json::Value* value = spec.any("suspension");
  if (value == nullptr) return;
  Fields fields(*value, spec.at("suspension"));
  const bool all = fields.truth("dispatching");
  std::vector<std::string> names;
  if (const Json::Value* some = fields.any("dispatchingOnClusters")) {
    Fields inner(*some, fields.at("dispatchingOnClusters"));
    names = inner.texts("clusterNames");
    inner.say_unknown();
  }
  fields.say_unknown();
  if (all && !names.empty())
    fields.at("dispatching")
        .error(*fields.any("dispatching"), "invalid-value",
               "is true and dispatchingOnClusters has names, want one of them");
  if (all || !names.empty()) not_supported(spec.at("suspension"), *value, "is");
}

void read_schedule_priority(Fields& spec) {
  const Json::Value* value = spec.any("schedulePriority");
  if (value == nullptr) return;
  Fields fields(*value, spec.at("schedulePriority"));
  fields.choice("priorityClassSource", {"KubePriorityClass"}, "");
  fields.required_text("priorityClassName");
  fields.say_unknown();
  no_effect(spec, "schedulePriority", "has no effect yet: all objects are scheduled in every pass");
}

void read_inert(Fields& spec, PropagationPolicy& policy) {
  spec.truth("association");  // deprecated, and without effect in Karmada too
  const std::string scheduler = spec.text("schedulerName");
  if (!scheduler.empty()) policy.scheduler_name = scheduler;
  if (policy.scheduler_name != "default-scheduler")
    no_effect(spec, "schedulerName",
              "is \"" + scheduler + "\", which has no effect: there is one scheduler");
  if (spec.choice("activationPreference", {"Lazy"}, "Eager") == "Lazy")
    no_effect(spec, "activationPreference",
              "is Lazy, which has no effect yet: a changed policy acts at once");
  read_schedule_priority(spec);
  read_preemption(spec, policy);
}

void read_spec(const Json::Value& value, const Reading& reading, PropagationPolicy& policy) {
  Fields spec(value, reading);
  read_selectors(spec, policy);
  policy.priority = spec.whole("priority").value_or(0);
  if (spec.choice("conflictResolution", {"Abort", "Overwrite"}, "Abort") == "Overwrite")
    policy.conflict_resolution = ConflictResolution::overwrite;
  policy.preserve_on_deletion = spec.truth("preserveResourcesOnDeletion");
  if (const Json::Value* placement = spec.any("placement"))
    policy.placement = placement_of(*placement, spec.at("placement"));
  else
    policy.placement.tree = Json::Value(Json::objectValue);
  if (spec.truth("propagateDeps"))
    not_supported(spec.at("propagateDeps"), *spec.any("propagateDeps"), "is");
  if (!spec.texts("dependentOverrides").empty())
    not_supported(spec.at("dependentOverrides"), *spec.any("dependentOverrides"), "is");
  refuse(spec, "failover");
  read_suspension(spec);
  read_inert(spec, policy);
  spec.say_unknown();
}

}  // namespace

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
