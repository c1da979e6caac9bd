#pragma once

#include "reconciler/decision/entry.h"
#include "reconciler/decision/settings.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace flotilla::decision {

// How many manifests of a cluster stand in a namespace: (namespace, cluster) → count.
class Inhabitants {
 public:
  // Counts the manifests and held copies of an entry, or takes them back.
  void add(const ObjectKey& key, const Entry& entry) { count(key, entry, 1); }
  void remove(const ObjectKey& key, const Entry& entry) { count(key, entry, -1); }
  // Sorted.
  std::vector<std::string> clusters_of(const std::string& namespace_) const;
  // Namespaces that came to a cluster or left it since the last call. Sorted.
  std::vector<std::string> take_changed();

 private:
  void count(const ObjectKey& key, const Entry& entry, int step);

  using Place = std::pair<std::string, std::string>;
  std::map<Place, int> counts_;
  std::map<Place, bool> before_;  // of those that changed: whether it was inhabited
};

inline const GroupKind namespace_kind = {"", "Namespace"};

// True for a Namespace that follows its inhabitants (karmada-semantics 20.1): not one of the
// system's, not `default`, and not labelled namespace.karmada.io/skip-auto-propagation=true.
bool follows_inhabitants(const Object& object);

}  // namespace flotilla::decision
