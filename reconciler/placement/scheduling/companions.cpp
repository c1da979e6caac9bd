#include "reconciler/placement/scheduling/companions.h"

namespace flotilla::placement {

void Companions::place(const Subject& subject, const std::vector<std::size_t>& clusters) {
  const bool is_member = !subject.affinity_group.empty() || !subject.anti_affinity_group.empty();
  if (!is_member && groups_of_.empty()) return;
  const std::string& where = subject.key.namespace_;
  if (const auto before = groups_of_.find(subject.key); before != groups_of_.end()) {
    leave(affinity_, {where, before->second.first}, subject.key);
    leave(anti_affinity_, {where, before->second.second}, subject.key);
    groups_of_.erase(before);
  }
  if (!is_member || clusters.empty()) return;
  groups_of_[subject.key] = {subject.affinity_group, subject.anti_affinity_group};
  join(affinity_, {where, subject.affinity_group}, subject.key, clusters);
  join(anti_affinity_, {where, subject.anti_affinity_group}, subject.key, clusters);
}

void Companions::join(Groups& groups, GroupName name, const ObjectKey& member,
                      const std::vector<std::size_t>& clusters) const {
  if (name.second.empty()) return;
  Group& group = groups[std::move(name)];
  group.count.resize(fleet_);
  for (const std::size_t cluster : clusters) ++group.count[cluster];
  group.members[member] = clusters;
}

void Companions::leave(Groups& groups, const GroupName& name, const ObjectKey& member) {
  const auto group = groups.find(name);
  if (group == groups.end()) return;
  const auto found = group->second.members.find(member);
  if (found == group->second.members.end()) return;
  for (const std::size_t cluster : found->second) --group->second.count[cluster];
  group->second.members.erase(found);
}

Companions::Others Companions::others(const Groups& groups, const Subject& subject,
                                      const std::string& name) {
  if (name.empty()) return {};
  const auto found = groups.find({subject.key.namespace_, name});
  if (found == groups.end()) return {};
  Others others{found->second.members.size(), found->second.count};
  const auto self = found->second.members.find(subject.key);
  if (self == found->second.members.end()) return others;
  --others.members;
  for (const std::size_t cluster : self->second) --others.count[cluster];
  return others;
}

std::vector<char> Companions::joined(const Subject& subject) const {
  const Others group = others(affinity_, subject, subject.affinity_group);
  if (group.members == 0) return {};
  std::vector<char> joined(fleet_);
  for (std::size_t i = 0; i < fleet_; ++i) joined[i] = group.count[i] == group.members;
  return joined;
}

std::vector<char> Companions::avoided(const Subject& subject) const {
  const Others group = others(anti_affinity_, subject, subject.anti_affinity_group);
  if (group.members == 0) return {};
  std::vector<char> avoided(fleet_);
  for (std::size_t i = 0; i < fleet_; ++i) avoided[i] = group.count[i] > 0;
  return avoided;
}

}  // namespace flotilla::placement
