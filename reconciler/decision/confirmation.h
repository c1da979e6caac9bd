#pragma once

#include "reconciler/decision/decide.h"
#include "reconciler/decision/fleet_settings.h"
#include "reconciler/decision/plan.h"

#include <string>

namespace flotilla::decision {

// Confirmations that name nothing: no commit of this history, and nothing that a digest could be.
void say_what_confirms_nothing(const FleetSettings& fleet,
                               const std::vector<Confirmation>& confirmations, Problems& problems);

// What confirms that a cluster goes which is of the fleet since that revision: should one of its
// name come and go again, that is another matter.
std::string digest_of_cluster(const std::string& cluster, const std::string& since);

// True if a person confirmed that a cluster goes, by its digest or by the commit that removed its
// file.
bool confirms_cluster(const Confirmation& confirmation, const LeavingCluster& cluster);

// True if the item was applied by a pass for the confirming commit or for one after it: then that
// commit cannot have meant its deletion.
bool is_older_than(const Confirmation& confirmation, const InventoryItem& item);

// Looks at what the confirmations meant on one cluster.
class Confirmed {
 public:
  Confirmed(const Decision& decision, const std::string& cluster)
      : decision_(decision), cluster_(cluster) {}

  bool by_commit(const InventoryItem& item) const;
  // By the digest of a held set, as it is now or as it was when the item was first held.
  bool by_digest(const std::string& digest) const;

 private:
  bool took_its_place(const Confirmation& confirmation, const ObjectKey& key) const;

  const Decision& decision_;
  const std::string& cluster_;
};

}  // namespace flotilla::decision
