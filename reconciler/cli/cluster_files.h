#pragma once

#include "overrides/cluster.h"
#include "reconciler/git/repository.h"

#include <string>
#include <vector>

namespace flotilla::cli {

struct ClusterFiles {
  std::vector<overrides::Cluster> clusters;  // sorted by name
  std::string owner;                         // name of the Fleet
  Problems problems;  // of Clusters that have an error and are not among them
};

// The Clusters of a repository: of its work tree, or of the commit that `ref` names, which may be
// on the status branch. Only files that speak of clusters are parsed.
Result<ClusterFiles> read_cluster_files(const std::string& repo, const std::string& ref,
                                        const git::Network& network);

}  // namespace flotilla::cli
