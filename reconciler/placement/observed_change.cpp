#include "reconciler/placement/observed_change.h"

#include "reconciler/placement/estimate/capacity_status.h"
#include "reconciler/placement/scheduling/fleet.h"
#include "render/document/tree.h"

#include <algorithm>
#include <vector>

namespace flotilla::placement {
namespace {

bool same_taints(const std::vector<overrides::Taint>& a, const std::vector<overrides::Taint>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const overrides::Taint& one, const overrides::Taint& other) {
                      return one.key == other.key && one.value == other.value &&
                             one.effect == other.effect;
                    });
}

bool same_part(const Json::Value& a, const Json::Value& b, std::string_view name) {
  const Json::Value* left = find(a, name);
  const Json::Value* right = find(b, name);
  return left == nullptr || right == nullptr ? left == right : *left == *right;
}

}  // namespace

struct ObservedChange::Sides {
  struct Side {
    explicit Side(const overrides::Cluster& cluster) : clusters{cluster}, fleet(clusters) {}
    Side(const Side&) = delete;
    Side& operator=(const Side&) = delete;
    bool has_api(const std::string& api_version, const std::string& kind) const {
      return fleet.having_api(api_version, kind).front() != 0;
    }
    std::vector<overrides::Cluster> clusters;  // that one
    Fleet fleet;
  };
  Side before;
  Side after;
};

ObservedChange::ObservedChange(const overrides::Cluster& before, const overrides::Cluster& after)
    : sides_(new Sides{Sides::Side(before), Sides::Side(after)}),
      of_room_(!same_part(before.status, after.status, "resourceSummary") &&
               read_room(before) != read_room(after)),
      of_taints_(!same_taints(before.taints, after.taints)),
      // That they were never observed is said by conditions as well.
      of_apis_(!same_part(before.status, after.status, "apiEnablements") ||
               sides_->before.has_api({}, {}) != sides_->after.has_api({}, {})) {}

ObservedChange::~ObservedChange() = default;
ObservedChange::ObservedChange(ObservedChange&&) noexcept = default;
ObservedChange& ObservedChange::operator=(ObservedChange&&) noexcept = default;

bool ObservedChange::of_filters(const std::string& api_version, const std::string& kind) const {
  if (of_taints_) return true;
  return of_apis_ &&
         sides_->before.has_api(api_version, kind) != sides_->after.has_api(api_version, kind);
}

const overrides::Cluster& ObservedChange::cluster() const { return sides_->after.clusters.front(); }

}  // namespace flotilla::placement
