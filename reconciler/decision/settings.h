#pragma once

#include "overrides/resolve.h"
#include "reconciler/decision/decide.h"
#include "reconciler/decision/fleet_settings.h"
#include "reconciler/decision/service_settings.h"
#include "reconciler/placement/match.h"
#include "render/interpreter/interpreter.h"

#include <memory>
#include <set>
#include <string>
#include <utility>
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

// False if something that steers may stand in the file and was not read: its fault lies neither in
// templates nor in a policy that is listed as faulty by itself.
bool is_read_whole(const catalog::Catalog& catalog, const std::string& file);

bool may_select(const FaultyPolicy& policy, const Object& object);

// The same of a PropagationPolicy or ClusterPropagationPolicy as it is written.
bool might_select(const Object& policy, const Object& object);

// The kinds Flotilla reads itself, read and validated.
struct Settings {
  std::string owner = "flotilla";
  std::string owner_source;
  std::string fleet_fault;                // why what the Fleet says is not known
  bool karmada = false;                   // Fleet.spec.compatibility: karmada
  bool namespaces_everywhere = false;     // Fleet.spec.namespaces: Everywhere (20.1)
  interpreter::ReadinessRules readiness;  // Fleet.spec.health
  std::int64_t readiness_timeout = 60;    // seconds; Fleet.spec.readinessTimeout
  FleetSettings fleet;
  ServiceSettings service;
  std::vector<overrides::Cluster> clusters;  // sorted by name
  std::set<std::string> faulty_clusters;
  placement::PolicyIndex policies;
  overrides::OverrideIndex overrides;
  std::vector<FaultyPolicy> faulty_policies;                     // propagation
  std::vector<FaultyPolicy> faulty_overrides;                    // and customizations
  std::set<std::pair<std::string, std::string>> policy_names;    // namespace, name
  std::set<std::pair<std::string, std::string>> override_names;  // namespace, name
  // flotilla.dev/drift of policies that say it, by namespace and name.
  std::map<std::pair<std::string, std::string>, manifest::Drift> policy_drift;
  // The same of what suspends a policy's objects.
  struct PolicySuspension {
    std::string mark;  // why, by flotilla.dev/suspend; empty: it has none
    placement::Suspension dispatching;
  };
  std::map<std::pair<std::string, std::string>, PolicySuspension> policy_suspensions;
  std::shared_ptr<const interpreter::Interpreter> interpreter;
  std::vector<interpreter::Customization> customizations;  // sorted by name
};

// nullptr if there is no cluster of that name, or its file is in error.
const overrides::Cluster* find_cluster(const Settings& settings, const std::string& name);

// Faults are added to `problems`. What was observed of the clusters is not looked at. `time` is
// what scripts of customizations take for the present, seconds since 1970.
Settings read_settings(const catalog::Catalog& catalog, const Previous& previous, std::int64_t time,
                       Problems& problems);

}  // namespace flotilla::decision
