#include "reconciler/decision/namespaces.h"

#include "render/base/text.h"

namespace flotilla::decision {

void Inhabitants::count(const ObjectKey& key, const Entry& entry, int step) {
  if (key.namespace_.empty()) return;
  const auto note = [&](const std::string& cluster) {
    const Place place{key.namespace_, cluster};
    const int now = counts_[place] += step;
    if (now == 0) counts_.erase(place);
    // The first one came, or the last one left.
    if (now == (step > 0 ? 1 : 0)) before_.try_emplace(place, step < 0);
  };
  for (const auto& [cluster, manifest] : entry.manifests) note(cluster);
  for (const std::string& cluster : entry.held) note(cluster);
}

std::vector<std::string> Inhabitants::clusters_of(const std::string& namespace_) const {
  std::vector<std::string> clusters;
  for (auto it = counts_.lower_bound({namespace_, ""});
       it != counts_.end() && it->first.first == namespace_; ++it)
    clusters.push_back(it->first.second);
  return clusters;
}

std::vector<std::string> Inhabitants::take_changed() {
  std::set<std::string> names;
  for (const auto& [place, inhabited] : before_)
    if (counts_.contains(place) != inhabited) names.insert(place.first);
  before_.clear();
  return {names.begin(), names.end()};
}

bool follows_inhabitants(const Object& object) {
  if (object.key.group_kind() != namespace_kind) return false;
  const std::string& name = object.key.name;
  if (name == "default" || name.starts_with("kube-")) return false;
  if (name == "karmada-system" || name == "karmada-cluster" || name.starts_with("karmada-es-"))
    return false;
  return lower(label(object.tree, "namespace.karmada.io/skip-auto-propagation")) != "true";
}

}  // namespace flotilla::decision
