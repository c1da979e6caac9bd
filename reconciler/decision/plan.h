#pragma once

#include "reconciler/decision/decide.h"

#include <map>
#include <string>
#include <vector>

namespace flotilla::decision {

// An object that is ours on a cluster, as the cluster itself says (or the status branch, for one
// that cannot be asked).
struct InventoryItem {
  ObjectKey key;
  std::string api_version;
  std::string uid;
  std::string digest;     // of the manifest that was applied last
  std::string source;     // file of the template
  std::string revision;   // commit whose pass applied it last
  std::string origin;     // created, adopted, implicit
  bool keep = false;      // an annotation on the live object says that it is never to be deleted
  bool deleting = false;  // has a deletionTimestamp
  // Somebody changed what we applied, and that is to be corrected.
  bool drifted = false;
  std::string held = {};  // digest of the held deletions that it was one of, by the status branch
};
using Inventory = std::map<ObjectKey, InventoryItem>;

// What has to be done on one cluster. Everything else there is as it shall be.
struct Plan {
  std::vector<const manifest::Manifest*> apply;  // in apply order; they belong to the ClusterWork
  std::vector<InventoryItem> prune;              // in deletion order
  // No longer wanted, and left all the same, each with the reason.
  struct Kept {
    InventoryItem item;
    std::string reason;
  };
  std::vector<Kept> kept;
  // No longer wanted, and not deleted before a person confirms it: "12 of 20 objects (60 %) would
  // be deleted, more than 10 and 30 %; confirm with Fleet.spec.confirmDeletions: <digest>".
  std::vector<Kept> held;
  std::string held_digest;  // "sha256:" and 12 digits of what is held and where; empty: nothing is
};

// Nothing is pruned that is held or undecided, implicit (a namespace made because it was missing),
// or marked to be kept. `cluster` is one of decision.work. The guard (contract.md, "Ownership,
// drift, deletion") looks at what is left: over its limits, or everything, all is held; else
// protected kinds (Namespace, CustomResourceDefinition, PersistentVolume, PersistentVolumeClaim,
// Cluster) and what vanished though nothing changed are held alone.
Plan make_plan(const Decision& decision, const std::string& cluster, const Inventory& inventory);

}  // namespace flotilla::decision
