#pragma once

#include "reconciler/status/attention.h"
#include "reconciler/status/write.h"

#include <string>
#include <vector>

namespace flotilla::status {

struct ClusterSummary {
  std::string name;
  bool ready = false;
  std::string trouble;  // why it is not, in words
  std::string since;    // when that began, RFC 3339; empty: it is ready, or that is not known
  std::size_t wanted = 0;
  std::size_t applied = 0;
  std::size_t healthy = 0;
  std::size_t drifted = 0;
  std::size_t held = 0;
};

// The fleet at a glance.
struct Summary {
  std::vector<ClusterSummary> clusters;  // sorted by name
  std::size_t ready_clusters = 0;
  std::size_t wanted = 0;  // (cluster, object) pairs
  std::size_t applied = 0;
  std::size_t healthy = 0;
  std::size_t drifted = 0;  // and not corrected
  std::size_t held = 0;     // deletions that wait for a person
  std::size_t leaving = 0;  // clusters that left the repository, which nobody has confirmed
  std::size_t errors = 0;   // in the repository
  struct Trouble {
    std::string cluster;
    std::string object;
    std::string message;
    std::string since;  // RFC 3339
    bool mend = false;  // only a person can change it
    bool conflict = false;
  };
  // Objects that could not be applied, or are kept or being deleted. Not those that drifted or are
  // held.
  std::vector<Trouble> troubles;
  std::string rewritten_from;  // commit that was followed before the history was rewritten
  bool suspended = false;      // the whole fleet
  std::string suspended_why;
  std::string source_trouble;  // why the repository's newest state is not followed
};

Summary summarize(const Input& input, const Memory& memory);

// Ready, Reconciling and Stalled as kstatus reads them.
std::vector<Condition> fleet_conditions(const Summary& summary);

// README.md of the branch. `conditions` are those of the fleet, dated.
std::string readme(const Input& input, const Summary& summary, const Attention& attention,
                   const std::vector<Condition>& conditions);

}  // namespace flotilla::status
