#pragma once

#include "reconciler/placement/policy.h"
#include "reconciler/placement/scheduling/fleet.h"

#include <limits>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

// Placements against a fleet: everything that does not depend on the object, worked out once for
// all bindings with the same placement.
namespace flotilla::placement {

struct Bounds {
  std::int64_t min = 1;
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
};

// Which clusters are chosen among the feasible ones (karmada-semantics 11.7).
enum class Selection { all, by_cluster, by_group, unsupported };

struct Spread {
  Selection selection = Selection::all;
  Bounds clusters;
  // by_group:
  Bounds groups;
  std::string field;                         // "region", "zone", "provider", "label"
  std::vector<std::string> names;            // of the groups, sorted
  std::vector<std::vector<std::size_t>> of;  // cluster -> its groups, by index into `names`
};

struct Rules {
  // [term][cluster]: 0 the term itself matches, i+1 its overflow term i does, -1 neither. Without
  // terms there is one row of zeros.
  std::vector<std::vector<int>> tiers;
  std::vector<char> overflows;  // [term]: it has overflow terms
  // Reasons of filters (11.4), nullptr: the cluster passes.
  std::vector<const std::string*> untolerated;
  std::vector<const std::string*> unspread;
  Spread spread;
  std::vector<std::int64_t> weights;  // static weights by cluster (11.8); only for these
};

class RuleBook {
 public:
  // `karmada` as in SchedulerOptions.
  RuleBook(const Fleet& fleet, bool karmada) : fleet_(&fleet), karmada_(karmada) {}

  // Valid as long as the book.
  const Rules& of(const Placement& placement);

 private:
  const std::string* reason(std::string text);
  Rules read(const Placement& placement);
  void read_terms(const Placement& placement, Rules& rules) const;
  void read_taints(const Placement& placement, Rules& rules);
  void read_properties(const Placement& placement, Rules& rules);

  const Fleet* fleet_;
  bool karmada_;
  std::unordered_map<std::string, std::unique_ptr<const Rules>> known_;  // by signature
  std::string signature_;                                                // kept for its memory
  std::set<std::string> reasons_;
};

}  // namespace flotilla::placement
