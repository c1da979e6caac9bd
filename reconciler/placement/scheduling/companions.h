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
  explicit Companions(std::size_t fleet) : fleet_(fleet) {}

  // `clusters` by index; replaces what was told of the same object.
  void place(const Subject& subject, const std::vector<std::size_t>& clusters);

  // The clusters where every other member of the subject's affinity group is that is anywhere:
  // true by cluster; empty if there is none, or no group, so that every cluster is fine.
  std::vector<char> joined(const Subject& subject) const;
  // The clusters where some other member of its anti-affinity group is; empty if there is none.
  std::vector<char> avoided(const Subject& subject) const;

 private:
  struct Group {
    std::map<ObjectKey, std::vector<std::size_t>> members;  // those that are anywhere
    std::vector<std::size_t> count;                         // of members, by cluster
  };
  using GroupName = std::pair<std::string, std::string>;  // namespace, "<key>=<value>"
  using Groups = std::map<GroupName, Group>;

  void join(Groups& groups, GroupName name, const ObjectKey& member,
            const std::vector<std::size_t>& clusters) const;
  static void leave(Groups& groups, const GroupName& name, const ObjectKey& member);
  // The members but the subject itself, counted by cluster, and how many they are.
  struct Others {
    std::size_t members = 0;
    std::vector<std::size_t> count;
  };
  static Others others(const Groups& groups, const Subject& subject, const std::string& name);

  std::size_t fleet_;
  Groups affinity_;
  Groups anti_affinity_;
  std::map<ObjectKey, std::pair<std::string, std::string>> groups_of_;  // affinity, anti-affinity
};

}  // namespace flotilla::placement
