#include "reconciler/placement/companions.h"

namespace flotilla::placement {

void Companions::place(const Subject& subject, const std::vector<std::size_t>& clusters) {
  const bool is_member = !subject.affinity_group.empty() || !subject.anti_affinity_group.empty();
  if (!is_member && groups_of_.empty()) return;
  if (const auto before = groups_of_.find(subject.key); before != groups_of_.end()) {
    affinity_[{subject.key.namespace_, before->second.first}].erase(subject.key);
    anti_affinity_[{subject.key.namespace_, before->second.second}].erase(subject.key);
    groups_of_.erase(before);
  }
  if (!is_member || clusters.empty()) return;
  groups_of_[subject.key] = {subject.affinity_group, subject.anti_affinity_group};
  if (!subject.affinity_group.empty())
    affinity_[{subject.key.namespace_, subject.affinity_group}][subject.key] = clusters;
  if (!subject.anti_affinity_group.empty())
    anti_affinity_[{subject.key.namespace_, subject.anti_affinity_group}][subject.key] = clusters;
}

const Companions::Group* Companions::others(const Groups& groups, const Subject& subject,
                                            const std::string& name) {
  if (name.empty()) return nullptr;
  const auto found = groups.find({subject.key.namespace_, name});
  if (found == groups.end()) return nullptr;
  const Group& group = found->second;
  return group.size() > group.count(subject.key) ? &group : nullptr;
}

std::vector<char> Companions::joined(const Subject& subject, std::size_t fleet) const {
  const Group* group = others(affinity_, subject, subject.affinity_group);
  if (group == nullptr) return {};
  std::vector<std::size_t> members(fleet);
  for (const auto& [key, clusters] : *group) {
    if (key == subject.key) continue;
    for (const std::size_t cluster : clusters) ++members[cluster];
  }
  const std::size_t all = group->size() - group->count(subject.key);
  std::vector<char> joined(fleet);
  for (std::size_t i = 0; i < fleet; ++i) joined[i] = members[i] == all;
  return joined;
}

std::vector<char> Companions::avoided(const Subject& subject, std::size_t fleet) const {
  const Group* group = others(anti_affinity_, subject, subject.anti_affinity_group);
  if (group == nullptr) return {};
  std::vector<char> avoided(fleet);
  for (const auto& [key, clusters] : *group) {
    if (key == subject.key) continue;
    for (const std::size_t cluster : clusters) avoided[cluster] = 1;
  }
  return avoided;
}

}  // namespace flotilla::placement
