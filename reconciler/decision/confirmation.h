#pragma once

#include "reconciler/decision/decide.h"
#include "reconciler/decision/fleet_settings.h"
#include "reconciler/decision/plan.h"

#include <optional>
#include <set>
#include <string>

namespace flotilla::decision {

// Confirmations that name nothing: no commit of this history, and nothing that a digest could be.
void say_what_confirms_nothing(const FleetSettings& fleet,
                               const std::vector<Confirmation>& confirmations, Problems& problems);

// What confirms that a cluster goes.
std::string digest_of_cluster(const std::string& cluster);

// True if a person confirmed that a cluster goes, by its digest or by the commit that removed its
// file.
bool confirms_cluster(const Confirmation& confirmation, const LeavingCluster& cluster);

// True if the item was applied by a pass for the confirming commit or for one after it: then that
// commit cannot have meant its deletion.
bool is_older_than(const Confirmation& confirmation, const InventoryItem& item);

// Looks at what the commits among the confirmations changed.
class Confirmed {
 public:
  Confirmed(const Decision& decision, const Inventory& inventory)
      : decision_(decision), inventory_(inventory) {}

  bool by_commit(const InventoryItem& item);
  // By the digest of a held set, as it is now or as it was when the item was first held.
  bool by_digest(const std::string& digest) const;

 private:
  bool touched_settings(const Confirmation& confirmation);

  const Decision& decision_;
  const Inventory& inventory_;
  std::optional<std::set<std::string>> sources_;  // of templates and items; found when needed
};

}  // namespace flotilla::decision
