#include "overrides/policy.h"

#include "overrides/fields.h"
#include "overrides/overriders/command_args.h"
#include "overrides/overriders/containers.h"
#include "overrides/overriders/expand.h"
#include "overrides/overriders/field.h"
#include "overrides/overriders/image.h"
#include "overrides/overriders/labels.h"
#include "overrides/overriders/plaintext.h"

#include <algorithm>

namespace flotilla::overrides {

namespace {

using ReadOverrider = std::function<std::optional<Overrider>(const Json::Value&, const Reading&)>;

// What the annotations of a policy ask for beyond Karmada.
struct Extensions {
  ContainerReach reach;
  bool expand = false;
};

// An entry whose values hold facts of the cluster is read anew for each cluster, so that what comes
// out is held to the same rules as what a file says.
std::optional<Overrider> read_expanding(const Json::Value& entry, const Reading& reading,
                                        const ReadOverrider& read) {
  Json::Value sample = entry;
  const Expansion expansion = fill_in_samples(sample);
  auto overrider = read(sample, reading);
  if (!overrider || expansion == Expansion::none) return overrider;
  overrider->by_cluster = expansion == Expansion::facts;
  overrider->apply = [entry, read, file = reading.file, path = reading.path,
                      admitted = reading.admitted](Json::Value& object,
                                                   const Cluster& cluster) -> Result<void> {
    Json::Value expanded = entry;
    TRY(expand_values(expanded, cluster, file));
    Problems problems;
    const auto concrete = read(expanded, {file, "", problems, path, admitted});
    if (!concrete) {
      const auto first = std::ranges::find(problems, Severity::error, &Problem::severity);
      return fail(Code::invalid, first->message + " (after the cluster's facts were filled in)",
                  first->where);
    }
    return concrete->apply(object, cluster);
  };
  return overrider;
}

// In the order in which Karmada runs them: karmada-semantics 16.1 rule 4.
class OverridersReader {
 public:
  OverridersReader(const Json::Value& value, const Reading& reading, const Extensions& extensions)
      : fields_(value, reading), extensions_(extensions) {}

  std::vector<Overrider> read() {
    const auto reaching = [this](auto read_one) {
      return
          [read_one, reach = extensions_.reach](const Json::Value& entry, const Reading& reading) {
            return read_one(entry, reading, reach);
          };
    };
    each("imageOverrider", reaching(read_image_overrider));
    each("commandOverrider", reaching(read_command_overrider));
    each("argsOverrider", reaching(read_args_overrider));
    each("labelsOverrider", read_labels_overrider);
    each("annotationsOverrider", read_annotations_overrider);
    each("fieldOverrider", read_field_overrider);
    if (const Json::Value* operations = fields_.list("plaintext");
        operations != nullptr && !operations->empty())
      one(*operations, fields_.at("plaintext"), read_plaintext);
    fields_.say_unknown();
    return std::move(overriders_);
  }

 private:
  void each(const char* name, const ReadOverrider& read) {
    fields_.each(name,
                 [&](const Json::Value& entry, const Reading& below) { one(entry, below, read); });
  }
  void one(const Json::Value& entry, const Reading& reading, const ReadOverrider& read) {
    auto overrider =
        extensions_.expand ? read_expanding(entry, reading, read) : read(entry, reading);
    if (overrider) overriders_.push_back(std::move(*overrider));
  }

  Fields fields_;
  const Extensions& extensions_;
  std::vector<Overrider> overriders_;
};

void read_overriders(const Json::Value& value, const Reading& reading, const Extensions& extensions,
                     OverrideRule& rule) {
  rule.overriders = OverridersReader(value, reading, extensions).read();
}

void read_target(Fields& fields, OverrideRule& rule) {
  if (const Json::Value* target = fields.any("targetCluster"))
    rule.target_cluster = read_cluster_affinity(*target, fields.at("targetCluster"));
}

void read_rule(const Json::Value& value, const Reading& reading, const Extensions& extensions,
               std::vector<OverrideRule>& rules) {
  Fields fields(value, reading);
  OverrideRule rule;
  read_target(fields, rule);
  if (const Json::Value* overriders = fields.any("overriders")) {
    read_overriders(*overriders, fields.at("overriders"), extensions, rule);
  } else if (value.isObject()) {
    fields.at("overriders").error(value, "missing-field", "is missing, want a map of overriders");
  }
  fields.say_unknown();
  rules.push_back(std::move(rule));
}

// The old form: one rule, spread over spec.targetCluster and spec.overriders.
void read_single_rule(Fields& spec, bool has_rules, const Extensions& extensions,
                      std::vector<OverrideRule>& rules) {
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
  if (overriders != nullptr) {
    Reading reading = spec.at("overriders");
    reading.admitted = true;
    read_overriders(*overriders, reading, extensions, rule);
  }
  rules.push_back(std::move(rule));
}

void read_spec(const Json::Value& value, const Reading& reading, const Extensions& extensions,
               OverridePolicy& policy) {
  Fields spec(value, reading);
  spec.each("resourceSelectors", [&](const Json::Value& entry, const Reading& below) {
    if (auto selector = read_resource_selector(entry, policy.namespace_, below))
      policy.selectors.push_back(std::move(*selector));
  });
  spec.each("overrideRules", [&](const Json::Value& entry, const Reading& below) {
    read_rule(entry, below, extensions, policy.rules);
  });
  read_single_rule(spec, !policy.rules.empty(), extensions, policy.rules);
  spec.say_unknown();
}

Extensions read_extensions(const Json::Value& policy, const Reading& reading) {
  Extensions extensions;
  extensions.reach = read_container_reach(policy, reading);
  const Json::Value* annotations = annotations_of(policy);
  const Json::Value* expand =
      annotations == nullptr ? nullptr : find(*annotations, expand_annotation);
  if (expand == nullptr) return extensions;
  const std::string text = expand->isString() ? expand->asString() : "";
  extensions.expand = text == "true";
  if (text != "true" && text != "false")
    reading.below("metadata.annotations")
        .below("[\"" + std::string(expand_annotation) + "\"]")
        .error(*expand, "invalid-value",
               "is " + (text.empty() ? std::string(type_name(*expand)) : "\"" + text + "\"") +
                   ", want \"true\" or \"false\"");
  return extensions;
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
  const Extensions extensions = read_extensions(object.tree, reading);
  const Json::Value* spec = find(object.tree, "spec");
  if (spec == nullptr) {
    reading.below("spec").error(object.tree, "missing-field", "is missing, want a map");
  } else {
    read_spec(*spec, reading.below("spec"), extensions, policy);
  }
  if (error_count(problems) > errors) return std::nullopt;
  return policy;
}

}  // namespace flotilla::overrides
