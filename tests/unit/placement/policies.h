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

}  // namespace flotilla::placement
