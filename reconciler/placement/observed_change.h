#pragma once

#include "overrides/cluster.h"

#include <memory>
#include <string>

namespace flotilla::placement {

// What a new status of a cluster means for placements that stand: nothing at all for most of what
// is observed (its version, its nodes).
class ObservedChange {
 public:
  ObservedChange(const overrides::Cluster& before, const overrides::Cluster& after);
  ~ObservedChange();
  ObservedChange(ObservedChange&&) noexcept;
  ObservedChange& operator=(ObservedChange&&) noexcept;

  // What fits there is another amount (karmada-semantics 12).
  bool of_room() const { return of_room_; }
  // Nothing that a filter looks at changed (11.4): taints, and which APIs it serves.
  bool none_for_filters() const { return !of_taints_ && !of_apis_; }
  // A filter may say something else of the cluster for an object of that kind which is not there
  // yet. What is there stays, whatever the filters say of taints and APIs.
  bool of_filters(const std::string& api_version, const std::string& kind) const;
  const overrides::Cluster& cluster() const;  // as it is now

 private:
  struct Sides;
  std::unique_ptr<const Sides> sides_;
  bool of_room_ = false;
  bool of_taints_ = false;
  bool of_apis_ = false;
};

}  // namespace flotilla::placement
