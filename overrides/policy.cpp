#include "overrides/policy.h"

#include "overrides/fields.h"
#include "overrides/overriders/image.h"
#include "overrides/overriders/labels.h"
#include "overrides/overriders/plaintext.h"

namespace flotilla::overrides {

namespace {

using ReadOverrider = std::optional<Overrider> (*)(const Json::Value&, const Reading&);

void read_each(Fields& fields, const char* name, ReadOverrider read,
               std::vector<Overrider>& overriders) {
  fields.each(name, [&](const Json::Value& entry, const Reading& below) {
    if (auto overrider = read(entry, below)) overriders.push_back(std::move(*overrider));
  });
}

// A policy must not be half applied: what is not built yet stops it.
void refuse(Fields& fields, const char* name) {
  const Json::Value* entries = fields.list(name);
  if (entries == nullptr || entries->empty()) return;
  fields.at(name).error(*entries, "not-supported-yet",
                        "is not supported yet, so the policy cannot be applied");
}

// In the order in which Karmada runs them: karmada-semantics 16.1 rule 4.
std::vector<Overrider> read_overriders(const Json::Value& value, const Reading& reading) {
  Fields fields(value, reading);
  std::vector<Overrider> overriders;
  read_each(fields, "imageOverrider", read_image_overrider, overriders);
  refuse(fields, "commandOverrider");
  refuse(fields, "argsOverrider");
  read_each(fields, "labelsOverrider", read_labels_overrider, overriders);
  read_each(fields, "annotationsOverrider", read_annotations_overrider, overriders);
  refuse(fields, "fieldOverrider");
  if (const Json::Value* operations = fields.list("plaintext");
      operations != nullptr && !operations->empty())
    if (auto patch = read_plaintext(*operations, fields.at("plaintext")))
      overriders.push_back(std::move(*patch));
  fields.say_unknown();
  return overriders;
}

void read_target(Fields& fields, OverrideRule& rule) {
  if (const Json::Value* target = fields.any("targetCluster"))
    rule.target_cluster = read_cluster_affinity(*target, fields.at("targetCluster"));
}

void read_rule(const Json::Value& value, const Reading& reading, std::vector<OverrideRule>& rules) {
  Fields fields(value, reading);
  OverrideRule rule;
  read_target(fields, rule);
  if (const Json::Value* overriders = fields.any("overriders")) {
    rule.overriders = read_overriders(*overriders, fields.at("overriders"));
  } else if (value.isObject()) {
    fields.at("overriders").error(value, "missing-field", "is missing, want a map of overriders");
  }
  fields.say_unknown();
  rules.push_back(std::move(rule));
}

// The old form: one rule, spread over spec.targetCluster and spec.overriders.
void read_single_rule(Fields& spec, bool has_rules, std::vector<OverrideRule>& rules) {
  const Json::Value* target = spec.any("targetCluster");
  const Json::Value* overriders = spec.any("overriders");
  const bool has_overriders =
      overriders != nullptr && !(overriders->isObject() && overriders->empty());
  if (target == nullptr && !has_overriders) return;
  if (has_rules) {
    const char* name = target != nullptr ? "targetCluster" : "overriders";
    spec.at(name).error(target != nullptr ? *target : *overriders, "invalid-value",
                        "and spec.overrideRules are both set, want overrideRules alone");
    return;
  }
  OverrideRule rule;
  read_target(spec, rule);
  if (overriders != nullptr) rule.overriders = read_overriders(*overriders, spec.at("overriders"));
  rules.push_back(std::move(rule));
}

void read_spec(const Json::Value& value, const Reading& reading, OverridePolicy& policy) {
  Fields spec(value, reading);
  spec.each("resourceSelectors", [&](const Json::Value& entry, const Reading& below) {
    if (auto selector = read_resource_selector(entry, policy.namespace_, below))
      policy.selectors.push_back(std::move(*selector));
  });
  spec.each("overrideRules", [&](const Json::Value& entry, const Reading& below) {
    read_rule(entry, below, policy.rules);
  });
  read_single_rule(spec, !policy.rules.empty(), policy.rules);
  spec.say_unknown();
}

}  // namespace

std::optional<OverridePolicy> read_override_policy(const Object& object, Problems& problems) {
  const std::size_t errors = error_count(problems);
  const Reading reading{object.source.file, to_string(object.key), problems};
  OverridePolicy policy;
  policy.name = object.key.name;
  // As kubectl does with a namespaced object that names no namespace.
  if (object.key.kind == "OverridePolicy")
    policy.namespace_ = object.key.namespace_.empty() ? "default" : object.key.namespace_;
  policy.source = object.source;
  const Json::Value* spec = find(object.tree, "spec");
  if (spec == nullptr) {
    reading.below("spec").error(object.tree, "missing-field", "is missing, want a map");
  } else {
    read_spec(*spec, reading.below("spec"), policy);
  }
  if (error_count(problems) > errors) return std::nullopt;
  return policy;
}

}  // namespace flotilla::overrides
