#include "overrides/selector.h"

#include "overrides/fields.h"

#include <algorithm>

namespace flotilla::overrides {

namespace {

// `value_of` gives the value of a label, or nullopt.
template <class ValueOf>
bool holds(const LabelRequirement& requirement, const ValueOf& value_of) {
  const std::optional<std::string> value = value_of(requirement.key);
  const auto listed = [&] {
    return std::find(requirement.values.begin(), requirement.values.end(), *value) !=
           requirement.values.end();
  };
  if (requirement.op == "Exists") return value.has_value();
  if (requirement.op == "DoesNotExist") return !value;
  if (requirement.values.empty())
    return false;  // Kubernetes cannot parse such a selector, and what it cannot parse selects
                   // nothing
  if (requirement.op == "In") return value && listed();
  if (requirement.op == "NotIn") return !value || !listed();
  return false;
}

template <class ValueOf>
bool selects(const LabelSelector& selector, const ValueOf& value_of) {
  for (const auto& [key, wanted] : selector.match_labels)
    if (value_of(key) != wanted) return false;
  return std::all_of(
      selector.match_expressions.begin(), selector.match_expressions.end(),
      [&](const LabelRequirement& requirement) { return holds(requirement, value_of); });
}

bool selects_labels_of(const LabelSelector& selector, const Json::Value& object) {
  const Json::Value* labels = labels_of(object);
  return selects(selector, [&](const std::string& key) -> std::optional<std::string> {
    const Json::Value* value = labels == nullptr ? nullptr : find(*labels, key);
    if (value == nullptr || !value->isString()) return std::nullopt;
    return value->asString();
  });
}

void read_requirement(const Json::Value& value, const Reading& reading, LabelSelector& selector) {
  Fields fields(value, reading);
  LabelRequirement requirement;
  requirement.key = fields.required_text("key");
  requirement.op = fields.choice("operator", {"In", "NotIn", "Exists", "DoesNotExist"}, "");
  requirement.values = fields.texts("values");
  const Json::Value* values = fields.any("values");
  fields.say_unknown();

  if (!requirement.key.empty())
    if (const std::string fault = label_key_fault(requirement.key); !fault.empty())
      fields.at("key").error(*fields.any("key"), "invalid-value",
                             "is \"" + requirement.key + "\": " + fault);
  const bool takes_values = requirement.op == "In" || requirement.op == "NotIn";
  if (takes_values && (values == nullptr || (values->isArray() && values->empty())))
    reading.below("values").error(
        values == nullptr ? value : *values, "invalid-value",
        "is empty, want at least one value for operator " + requirement.op);
  if (!takes_values && !requirement.op.empty() && !requirement.values.empty())
    reading.below("values").error(*values, "invalid-value",
                                  "has values, want none for operator " + requirement.op);
  for (const std::string& text : requirement.values)
    if (const std::string fault = label_value_fault(text); !fault.empty())
      reading.below("values").error(*values, "invalid-value", "has \"" + text + "\": " + fault);
  selector.match_expressions.push_back(std::move(requirement));
}

}  // namespace

bool matches(const LabelSelector& selector, const std::map<std::string, std::string>& labels) {
  return selects(selector, [&](const std::string& key) -> std::optional<std::string> {
    const auto found = labels.find(key);
    return found == labels.end() ? std::nullopt : std::optional(found->second);
  });
}

std::map<std::string, std::string> label_map(const Json::Value* labels) {
  std::map<std::string, std::string> map;
  if (labels == nullptr || !labels->isObject()) return map;
  for (auto it = labels->begin(); it != labels->end(); ++it)
    if (it->isString()) map.emplace(it.name(), it->asString());
  return map;
}

int match(const ResourceSelector& selector, const Json::Value& object) {
  if (get_string(object, "apiVersion") != selector.api_version ||
      get_string(object, "kind") != selector.kind)
    return 0;
  if (!selector.namespace_.empty() &&
      get_string(object, {"metadata", "namespace"}) != selector.namespace_)
    return 0;
  if (!selector.name.empty())
    return get_string(object, {"metadata", "name"}) == selector.name ? 3 : 0;
  if (!selector.label_selector) return 1;
  return selects_labels_of(*selector.label_selector, object) ? 2 : 0;
}

int best_match(const std::vector<ResourceSelector>& selectors, const Json::Value& object) {
  int best = 0;
  for (const ResourceSelector& selector : selectors) best = std::max(best, match(selector, object));
  return best;
}

bool could_match(const ResourceSelector& selector, const Object& object) {
  return selector.api_version == object.api_version && selector.kind == object.key.kind &&
         (selector.namespace_.empty() || selector.namespace_ == object.key.namespace_) &&
         (selector.name.empty() || selector.name == object.key.name);
}

std::optional<LabelSelector> read_label_selector(const Json::Value& value, const Reading& reading) {
  const std::size_t errors = error_count(reading.problems);
  Fields fields(value, reading);
  LabelSelector selector;
  selector.match_labels = fields.text_map("matchLabels");
  const Json::Value* labels = fields.any("matchLabels");
  for (const auto& [key, text] : selector.match_labels) {
    const Reading entry = fields.at("matchLabels");
    const Json::Value& place = *find(*labels, key);
    if (const std::string fault = label_key_fault(key); !fault.empty())
      entry.error(place, "invalid-value", "has the key \"" + key + "\": " + fault);
    if (const std::string fault = label_value_fault(text); !fault.empty())
      entry.error(place, "invalid-value", "has the value \"" + text + "\": " + fault);
  }
  fields.each("matchExpressions", [&](const Json::Value& entry, const Reading& below) {
    read_requirement(entry, below, selector);
  });
  fields.say_unknown();
  if (error_count(reading.problems) > errors) return std::nullopt;
  return selector;
}

std::optional<ResourceSelector> read_resource_selector(const Json::Value& value,
                                                       const std::string& policy_namespace,
                                                       const Reading& reading) {
  const std::size_t errors = error_count(reading.problems);
  Fields fields(value, reading);
  ResourceSelector selector;
  selector.api_version = fields.required_text("apiVersion");
  selector.kind = fields.required_text("kind");
  selector.namespace_ = fields.text("namespace");
  selector.name = fields.text("name");
  if (const Json::Value* labels = fields.any("labelSelector"))
    selector.label_selector = read_label_selector(*labels, fields.at("labelSelector"));
  if (!policy_namespace.empty()) {
    if (selector.namespace_.empty()) selector.namespace_ = policy_namespace;
    if (selector.namespace_ != policy_namespace)
      fields.at("namespace")
          .error(*fields.any("namespace"), "invalid-value",
                 "is \"" + selector.namespace_ + "\", want the policy's own namespace \"" +
                     policy_namespace + "\"");
  }
  fields.say_unknown();
  if (error_count(reading.problems) > errors) return std::nullopt;
  return selector;
}

}  // namespace flotilla::overrides
