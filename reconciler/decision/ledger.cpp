#include "reconciler/decision/memo.h"

#include <algorithm>

namespace flotilla::decision {

void Ledger::retire(const ObjectKey& key, const Entry& entry) {
  inhabitants.remove(key, entry);
  unmatched.erase(key);
  troubled.erase(key);
  if (entry.binding != nullptr) bindings_.gone.push_back(entry.binding);
  room_seekers.erase(key);
  for (const auto& [cluster, manifest] : entry.manifests)
    clusters_[cluster].manifests.gone.push_back(manifest);
  for (const std::string& cluster : entry.held) clusters_[cluster].held.erase(key);
  for (const auto& [cluster, why] : entry.suspended) clusters_[cluster].suspended.erase(key);
  for (const ObjectKey& dependency : entry.dependencies) {
    const auto found = requirers.find(dependency);
    if (found == requirers.end()) continue;
    found->second.erase(key);
    if (found->second.empty()) requirers.erase(found);
  }
}

void Ledger::establish(const ObjectKey& key, const Entry& entry) {
  inhabitants.add(key, entry);
  if (!entry.problems.empty()) troubled.insert(key);
  if (entry.seeks_room) room_seekers.insert(key);
  if (entry.binding != nullptr) bindings_.added.push_back(entry.binding);
  if (entry.binding == nullptr && entry.manifests.empty() && entry.held.empty() &&
      entry.object != nullptr && !entry.undecided)
    unmatched.insert(key);
  for (const auto& [cluster, manifest] : entry.manifests)
    clusters_[cluster].manifests.added.push_back(manifest);
  for (const std::string& cluster : entry.held) clusters_[cluster].held.insert(key);
  for (const auto& [cluster, why] : entry.suspended) clusters_[cluster].suspended[key] = why;
}

template <class T, class Before>
void Ledger::patch(Patched<T>& patched, Before before) {
  if (patched.gone.empty() && patched.added.empty()) return;
  std::sort(patched.gone.begin(), patched.gone.end(), before);
  std::sort(patched.added.begin(), patched.added.end(), before);
  patched.list.pointers().patch(patched.gone, patched.added, before);
  patched.gone.clear();
  patched.added.clear();
}

SharedList<Binding> Ledger::bindings() {
  patch(bindings_, [](const BindingPtr& a, const BindingPtr& b) { return a->object < b->object; });
  return bindings_.list;
}

SharedList<manifest::Manifest> Ledger::manifests(const std::string& cluster) {
  Patched<manifest::Manifest>& manifests = clusters_[cluster].manifests;
  patch(manifests, [](const manifest::ManifestPtr& a, const manifest::ManifestPtr& b) {
    return manifest::applies_before(a->key, b->key);
  });
  return manifests.list;
}

}  // namespace flotilla::decision
