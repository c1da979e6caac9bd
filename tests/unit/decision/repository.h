#pragma once

#include "reconciler/decision/decide.h"

#include <map>
#include <string>
#include <vector>

// Small repositories for the tests of the decision.
namespace flotilla::tests {

using Files = std::map<std::string, std::string>;

std::string config_map(const std::string& name, const std::string& value = "1");
std::string cluster(const std::string& name, const std::string& environment = "production");
// A policy that sends every ConfigMap of namespace shop to clusters labelled `environment` (empty:
// to all).
std::string policy(const std::string& name, const std::string& environment = "",
                   const std::string& object = "");
// A Deployment in namespace shop. `config`: a ConfigMap its pods take their environment from.
std::string deployment(const std::string& name, int replicas = 1, const std::string& config = "");
// A PropagationPolicy of namespace shop, or a ClusterPropagationPolicy. `kind`: "apps/v1
// Deployment", or "apps/v1 Deployment web" for the one of that name; `more`: lines of its spec,
// indented by two.
std::string policy_for(const std::string& name, const std::string& kind,
                       const std::string& more = "");
std::string cluster_policy_for(const std::string& name, const std::string& kind,
                               const std::string& more = "");
// Lines for `more`: goes to these clusters, "eu" or "eu, ap".
std::string to_clusters(const std::string& names);
std::string name_space(const std::string& name);
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
ObjectKey deployment_key(const std::string& name);

const decision::Binding* binding_of(const decision::Decision& decision, const ObjectKey& object);
// "ap:1 eu:2": where it goes, with replicas if it has them; its requirers' clusters included.
std::string places_of(const decision::Decision& decision, const ObjectKey& object);
const manifest::Manifest* manifest_of(const decision::Decision& decision,
                                      const std::string& cluster, const ObjectKey& object);
// "ap eu": the clusters that get a manifest of it.
std::string rendered_on(const decision::Decision& decision, const ObjectKey& object);
// "ap eu": the clusters where it stays as it is.
std::string held_on(const decision::Decision& decision, const ObjectKey& object);
// The codes of the problems of one object, in order.
std::vector<std::string> faults_of(const decision::Decision& decision, const ObjectKey& object);

}  // namespace flotilla::tests
