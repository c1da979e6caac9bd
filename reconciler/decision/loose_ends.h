#pragma once

#include "reconciler/decision/decide.h"

namespace flotilla::decision {

// What policies refer to and the repository does not have. Nothing of it is an error, to Karmada
// neither: what it names may come later. But it is how a mistyped name looks, so `vet` warns.
//   unknown-cluster  a name in clusterNames or exclude that no Cluster has
//   selects-nothing  a policy that selects no object, or a selector with a name that selects none
//   no-capacity      a policy that counts what fits, on clusters without status.resourceSummary
// Policies in error are left out, and while a file cannot be read at all nothing is said: what is
// missing may stand in there. `decision` is the one about `snapshot`.
Problems loose_ends(const Snapshot& snapshot, const Decision& decision);

}  // namespace flotilla::decision
