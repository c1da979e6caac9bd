#pragma once

#include "reconciler/decision/settings.h"

namespace flotilla::decision {

// Clusters that the status branch knows, that hold something of ours, and whose file left: into
// decision.leaving, with a warning each; a confirmed one gets (empty) work.
void find_leaving(const Settings& settings, const Previous& previous, Decision& decision);

}  // namespace flotilla::decision
