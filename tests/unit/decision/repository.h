#pragma once

#include "reconciler/decision/decide.h"

#include <map>
#include <string>

// Small repositories for the tests of the decision.
namespace flotilla::tests {

using Files = std::map<std::string, std::string>;

std::string config_map(const std::string& name, const std::string& value = "1");
std::string cluster(const std::string& name, const std::string& environment = "production");
// A policy that sends every ConfigMap of namespace shop to clusters labelled `environment` (empty:
// to all).
std::string policy(const std::string& name, const std::string& environment = "",
                   const std::string& object = "");
// An OverridePolicy that labels every ConfigMap of namespace shop.
std::string labelling(const std::string& name, const std::string& value);

// Two clusters (eu in production, ap in staging), ConfigMaps a and b, a policy for both, a
// labelling override.
Files shop();

decision::Snapshot read(const Files& files);
decision::Decision decide(const Files& files, const decision::Previous& previous = {});
// What the status branch would remember of a decision.
decision::Previous remember(const decision::Decision& decision);

const decision::Binding* binding_of(const decision::Decision& decision, const std::string& name);
// "eu,us": the clusters of a ConfigMap's binding; "-" if there is no binding.
std::string clusters_of(const decision::Decision& decision, const std::string& name);
const manifest::Manifest* manifest_of(const decision::Decision& decision,
                                      const std::string& cluster, const std::string& name);
ObjectKey key(const std::string& name);

}  // namespace flotilla::tests
