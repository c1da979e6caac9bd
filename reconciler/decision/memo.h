#pragma once

#include "reconciler/decision/dependencies.h"
#include "reconciler/decision/entry.h"
#include "reconciler/decision/namespaces.h"
#include "reconciler/decision/order_cycles.h"
#include "reconciler/decision/settings.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace flotilla::decision {

// Everything that was decided about all templates, with the indexes that tell what a change
// touches, and the lists of the decision, which are patched and not made anew.
class Ledger {
 public:
  Entries entries;
  Requirers requirers;
  Inhabitants inhabitants;
  std::set<ObjectKey> unmatched;
  std::set<ObjectKey> troubled;      // entries with problems
  std::set<ObjectKey> room_seekers;  // entries that seek room in every pass
  std::unordered_map<std::string, std::set<ObjectKey>> names;  // "namespace/binding name"
  Dependants dependants;                    // templates with depends-on annotations
  std::map<ObjectKey, std::string> cyclic;  // those on a cycle, with its path

  // Takes an entry out of the indexes and lists, before it is decided anew or forgotten.
  void retire(const ObjectKey& key, const Entry& entry);
  // Puts it back in.
  void establish(const ObjectKey& key, const Entry& entry);

  // The lists as they are after the changes since the last call.
  SharedList<Binding> bindings();
  SharedList<manifest::Manifest> manifests(const std::string& cluster);
  const std::set<ObjectKey>& held(const std::string& cluster) { return clusters_[cluster].held; }
  const std::map<ObjectKey, std::string>& suspended(const std::string& cluster) {
    return clusters_[cluster].suspended;
  }

 private:
  template <class T>
  struct Patched {
    SharedList<T> list;
    std::vector<std::shared_ptr<const T>> gone;
    std::vector<std::shared_ptr<const T>> added;
  };
  struct Cluster {
    Patched<manifest::Manifest> manifests;
    std::set<ObjectKey> held;
    std::map<ObjectKey, std::string> suspended;
  };
  template <class T, class Before>
  static void patch(Patched<T>& patched, Before before);

  Patched<Binding> bindings_;
  std::map<std::string, Cluster> clusters_;
};

// What a pass hands to the next one.
struct Decider::Memo {
  // The inputs that every entry depends on. If one of them changes, all is decided anew; but of
  // what is observed of a cluster, only what can see the change.
  Chunked<catalog::ObjectPtr> settings_objects;
  std::map<std::string, Json::Value> cluster_status;                   // Previous::cluster_status
  std::map<std::string, std::shared_ptr<const Json::Value>> observed;  // Snapshot::observed
  std::map<ObjectKey, std::map<std::string, Json::Value>> quota_status;
  std::string owner;
  bool timed = false;  // the commit had a time

  bool reusable = false;  // the last pass met no fault
  std::shared_ptr<const Settings> settings;
  Problems settings_problems;
  std::string settings_digest;
  Ledger ledger;
  std::size_t decided_anew = 0;
};

}  // namespace flotilla::decision
