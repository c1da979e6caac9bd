#pragma once

#include "reconciler/kube/client.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

// What people call kinds.
namespace flotilla::kube {

// Adds what a discovery document (aggregated, or the APIResourceList of one group) says.
void add_names(std::map<GroupKind, Names>& names, std::string_view group,
               const Json::Value& document);

// The kinds that `text` means, as kubectl reads it: Deployment, deployment, deployments, deploy,
// deployments.apps, deployments.v1.apps, or a category (all), which alone may mean several. Of
// kinds in several groups the core group's, else the first by group. Empty if none is served. Kinds
// that cannot be listed do not count. The pointers are into `discovery`.
std::vector<const Resource*> find_kinds(const NamedDiscovery& discovery, std::string_view text);

}  // namespace flotilla::kube
