#pragma once

#include "reconciler/decision/entry.h"
#include "reconciler/decision/settings.h"

namespace flotilla::decision {

struct Rendering {
  const Settings& settings;
  manifest::Marks marks;
  Explanation* explanation = nullptr;  // of this very object, or null
};

// Builds the manifests of `entry` for `clusters`, in the order of karmada-semantics 15.2: replicas,
// completions, overrides, bookkeeping. Clusters for which all of that is alike share one. A cluster
// for which it fails, or on which the binding is suspended, is held; a failure is added to the
// entry's problems.
void render(Entry& entry, const Binding& binding,
            const std::vector<placement::TargetCluster>& clusters, const Rendering& rendering);

}  // namespace flotilla::decision
