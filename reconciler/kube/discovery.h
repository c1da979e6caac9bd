#pragma once

#include "reconciler/kube/client.h"

#include <string>
#include <vector>

// Reading discovery documents, aggregated (apidiscovery.k8s.io) and classic.
namespace flotilla::kube {

// One group and version whose resources a classic server lists at `path`.
struct GroupVersion {
  std::string group;
  std::string version;

  std::string path() const;
  std::string text() const;  // "apps/v1", "v1"
};

bool is_aggregated(const Json::Value& document);

// Adds what an APIGroupDiscoveryList says. Stale groups become faults.
void add_aggregated(Discovery& discovery, const Json::Value& document);

// The group versions of an APIVersions (/api) or APIGroupList (/apis), the preferred of each group
// first.
std::vector<GroupVersion> group_versions(const Json::Value& document);

// Adds what an APIResourceList says of a group version.
void add_classic(Discovery& discovery, const GroupVersion& of, const Json::Value& document);

void add_fault(Discovery& discovery, const GroupVersion& of, std::string_view why);

}  // namespace flotilla::kube
