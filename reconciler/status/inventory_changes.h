#pragma once

#include "reconciler/status/documents.h"

#include <optional>
#include <string_view>
#include <vector>

namespace flotilla::status {

// What happened to an object between two versions of its cluster's inventory.
enum class Deed {
  created,
  adopted,     // it was there, and became ours
  configured,  // other content was applied
  recreated,   // it is another object of that name
  corrected,   // somebody's change of it was undone
  removed,
  released,  // it stays on the cluster and is not ours any more
  told,      // nothing was done to it: its state or what is said of it changed
};
std::string_view to_string(Deed deed);

struct InventoryChange {
  Deed deed = Deed::told;
  ObjectKey key;
  std::optional<InventoryEntry> before;
  std::optional<InventoryEntry> after;
};

// The entries in which two contents of inventory/<cluster>.yaml differ, sorted by object; an empty
// text has none. `name` not empty: only those of objects of that name. Lines that are the same in
// both are not parsed.
std::vector<InventoryChange> inventory_changes(std::string_view before, std::string_view after,
                                               std::string_view name = {});

}  // namespace flotilla::status
