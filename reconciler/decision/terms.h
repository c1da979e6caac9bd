#pragma once

#include "reconciler/decision/binding.h"
#include "reconciler/decision/settings.h"

#include <optional>
#include <string>

namespace flotilla::decision {

inline constexpr std::string_view drift_annotation = "flotilla.dev/drift";
inline constexpr std::string_view depends_on_annotations[] = {"config.kubernetes.io/depends-on",
                                                              "flotilla.dev/depends-on"};

// On what terms `tree`, the object as `cluster` shall have it, is kept there: by its annotations,
// the policy that placed it and the Fleet. `takes_over` is the caller's. All faults in one error,
// which stands where the first of them does if `object`, the template, has it.
Result<manifest::Terms> read_terms(const Json::Value& tree, const Object& object,
                                   const Binding& binding, const std::string& cluster,
                                   const Settings& settings);

// "PropagationPolicy shop/x", "ClusterPropagationPolicy x", empty for no policy.
std::string unit_of(const PolicyRef& policy);

// flotilla.dev/drift of a policy, nullopt if it has none. A wrong one is added to `problems`.
std::optional<manifest::Drift> read_policy_drift(const Object& policy, Problems& problems);

}  // namespace flotilla::decision
