#pragma once

#include "reconciler/placement/policy.h"
#include "tests/support/documents.h"
#include "tests/support/problems.h"

namespace flotilla::placement {

// A PropagationPolicy (with a namespace) or ClusterPropagationPolicy (without) with that spec.
inline Object policy_file(const std::string& place, const std::string& name,
                          const std::string& spec) {
  const std::string kind = place.empty() ? "ClusterPropagationPolicy" : "PropagationPolicy";
  const std::string where = place.empty() ? "" : "'namespace': '" + place + "', ";
  return test::object("{'apiVersion': 'policy.karmada.io/v1alpha1', 'kind': '" + kind +
                      "', 'metadata': {" + where + "'name': '" + name + "'}, 'spec': " + spec +
                      "}");
}

inline PropagationPolicy policy(const std::string& place, const std::string& name,
                                const std::string& spec) {
  Problems problems;
  const auto read = read_propagation_policy(policy_file(place, name, spec), problems);
  for (const std::string& line : test::lines(problems)) UNSCOPED_INFO(line);
  INFO(spec);
  REQUIRE(read);
  return *read;
}

inline const std::string every_config =
    "'resourceSelectors': [{'apiVersion': 'v1', 'kind': 'ConfigMap'}]";

// "code message" of each problem of one severity, sorted by place.
using Lines = std::vector<std::string>;

inline Lines lines_of(const Problems& problems, Severity severity) {
  Lines lines;
  for (const Problem& p : sorted(problems))
    if (p.severity == severity) lines.push_back(p.code + " " + p.message);
  return lines;
}

// The errors (or warnings) of a policy in namespace shop that selects every ConfigMap and has
// those fields.
inline Problems problems_of(const std::string& fields) {
  Problems problems;
  const auto read = read_propagation_policy(
      policy_file("shop", "p", "{" + every_config + ", " + fields + "}"), problems);
  CHECK(read.has_value() == !has_error(problems));
  return problems;
}
inline Lines faults(const std::string& fields) {
  return lines_of(problems_of(fields), Severity::error);
}
inline Lines warnings(const std::string& fields) {
  return lines_of(problems_of(fields), Severity::warning);
}

}  // namespace flotilla::placement
