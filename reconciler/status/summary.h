#pragma once

#include "reconciler/status/write.h"

#include <string>
#include <vector>

namespace flotilla::status {

struct ClusterSummary {
  std::string name;
  bool ready = false;
  std::string trouble;  // why it is not, in words
  std::size_t wanted = 0;
  std::size_t applied = 0;
  std::size_t healthy = 0;
};

// The fleet at a glance.
struct Summary {
  std::vector<ClusterSummary> clusters;  // sorted by name
  std::size_t ready_clusters = 0;
  std::size_t wanted = 0;  // (cluster, object) pairs
  std::size_t applied = 0;
  std::size_t healthy = 0;
  std::size_t errors = 0;  // in the repository
  struct Trouble {
    std::string cluster;
    std::string object;
    std::string message;
    bool mend = false;  // only a person can change it
  };
  std::vector<Trouble> troubles;  // objects that could not be applied, or are kept or being deleted
};

Summary summarize(const Input& input, const Memory& memory);

// Ready, Reconciling and Stalled as kstatus reads them.
std::vector<Condition> fleet_conditions(const Summary& summary);

// README.md of the branch.
std::string readme(const Input& input, const Summary& summary);

}  // namespace flotilla::status
