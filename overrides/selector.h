#pragma once

#include "render/base/problem.h"
#include "render/document/object.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::overrides {

// metav1.LabelSelector. Empty matches everything.
struct LabelRequirement {
  std::string key;
  std::string op;  // In, NotIn, Exists, DoesNotExist
  std::vector<std::string> values;
};
struct LabelSelector {
  std::map<std::string, std::string> match_labels;
  std::vector<LabelRequirement> match_expressions;
};
bool matches(const LabelSelector& selector, const std::map<std::string, std::string>& labels);
std::map<std::string, std::string> label_map(const Json::Value* labels);

// ResourceSelector of a policy (karmada-semantics 8.1).
struct ResourceSelector {
  std::string api_version;
  std::string kind;
  std::string namespace_;
  std::string name;
  std::optional<LabelSelector> label_selector;
};

// The implicit priority: 0 no match, 1 all of a kind, 2 by label, 3 by name.
int match(const ResourceSelector& selector, const Json::Value& object);
int best_match(const std::vector<ResourceSelector>& selectors, const Json::Value& object);
// False if the selector's kind, namespace or name rule the object out, whatever its labels are.
bool could_match(const ResourceSelector& selector, const Object& object);

// What the readers below need to say where a fault is: the policy's file, object and the collector.
struct Reading {
  std::string file;
  std::string object;
  Problems& problems;
  std::string path = {};  // "spec.resourceSelectors[0]": how messages name the value that is read
  bool admitted = false;  // Karmada takes what is read here without a look at its contents

  // The same for a part of the value: `name` is "kind" or "[2]".
  Reading below(std::string_view name) const;
  void error(const Json::Value& place, std::string code, std::string message) const;
  void warning(const Json::Value& place, std::string code, std::string message) const;
  // What Karmada's webhook refuses where it looks: else a warning, and rendering says the rest.
  void refuse(const Json::Value& place, std::string code, std::string message) const;
};

// Strict readers: wrong types and unknown operators are errors at their place; so are unknown
// fields, as an API server has it: a placement with a typo would match every cluster.
std::optional<LabelSelector> read_label_selector(const Json::Value& value, const Reading& reading);
// `policy_namespace` fills an empty namespace and must equal one that is given; empty for
// cluster-scoped policies.
std::optional<ResourceSelector> read_resource_selector(const Json::Value& value,
                                                       const std::string& policy_namespace,
                                                       const Reading& reading);
// metadata.labels rules of Kubernetes: empty if `key` (or `value`) is valid, else what is wrong
// with it.
std::string label_key_fault(std::string_view key);
std::string label_value_fault(std::string_view value);
// The same for a DNS-1123 label (the name of a cluster or namespace).
std::string dns_label_fault(std::string_view text, std::size_t longest = 63);

}  // namespace flotilla::overrides
