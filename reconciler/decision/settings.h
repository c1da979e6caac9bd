#pragma once

#include "overrides/resolve.h"
#include "reconciler/decision/decide.h"
#include "reconciler/placement/match.h"
#include "render/interpreter/customization.h"

#include <set>
#include <string>
#include <vector>

namespace flotilla::decision {

// A policy that could not be used. What it would have selected is guessed generously (labels are
// not looked at), because an object that might depend on it must be left as it is.
struct FaultyPolicy {
  std::string kind;
  std::string namespace_;
  std::string name;
  SourceRef source;
  std::vector<overrides::ResourceSelector> selectors;  // empty: everything in its scope
};

bool may_select(const FaultyPolicy& policy, const Object& object);

// The kinds Flotilla reads itself, read and validated.
struct Settings {
  std::string owner = "flotilla";
  std::string owner_source;
  std::vector<overrides::Cluster> clusters;  // sorted by name
  std::set<std::string> faulty_clusters;
  placement::PolicyIndex policies;
  overrides::OverrideIndex overrides;
  std::vector<FaultyPolicy> faulty_policies;  // propagation
  std::vector<FaultyPolicy> faulty_overrides;
  std::vector<interpreter::Customization> customizations;  // sorted by name
  // What could not be used of them: objects of that target have no rules that could be trusted.
  std::vector<FaultyPolicy> faulty_customizations;
};

// Faults are added to `problems`.
Settings read_settings(const catalog::Catalog& catalog, const Previous& previous,
                       Problems& problems);

}  // namespace flotilla::decision
