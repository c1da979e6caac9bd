#pragma once

#include "reconciler/decision/plan.h"

namespace flotilla::decision {

// Moves what is not to be deleted before a person confirms it from plan.prune to plan.held, and
// names it with plan.held_digest.
void guard_deletions(Plan& plan, const Decision& decision, const std::string& cluster,
                     const Inventory& inventory);

}  // namespace flotilla::decision
