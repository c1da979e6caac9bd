#pragma once

#include "reconciler/placement/scheduler.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

// Which clusters the members of affinity and anti-affinity groups stand on (karmada-semantics
// 11.4, WorkloadAffinity and WorkloadAntiAffinity).
namespace flotilla::placement {

class Companions {
 public:
  // `clusters` by index; replaces what was told of the same object.
  void place(const Subject& subject, const std::vector<std::size_t>& clusters);

  // The clusters where every other member of the subject's affinity group is that is anywhere:
  // true by cluster; empty if there is none, or no group, so that every cluster is fine.
  std::vector<char> joined(const Subject& subject, std::size_t fleet) const;
  // The clusters where some other member of its anti-affinity group is; empty if there is none.
  std::vector<char> avoided(const Subject& subject, std::size_t fleet) const;

 private:
  using Group = std::map<ObjectKey, std::vector<std::size_t>>;  // never empty lists
  using GroupName = std::pair<std::string, std::string>;        // namespace, "<key>=<value>"
  using Groups = std::map<GroupName, Group>;
  static const Group* others(const Groups& groups, const Subject& subject, const std::string& name);

  Groups affinity_;
  Groups anti_affinity_;
  std::map<ObjectKey, std::pair<std::string, std::string>> groups_of_;  // affinity, anti-affinity
};

}  // namespace flotilla::placement
