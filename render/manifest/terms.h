#pragma once

#include "render/document/object.h"

#include <cstdint>
#include <string>
#include <vector>

namespace flotilla::manifest {

enum class Drift { correct, report, ignore };

// On what terms an object is kept on a member. Not part of the object: a change of terms alone
// sends nothing.
struct Terms {
  // An object that exists on the cluster and is not ours is taken over, and so are fields that
  // another applier owns (Karmada's conflictResolution: Overwrite).
  bool takes_over = false;
  Drift drift = Drift::correct;
  // May be deleted and made anew when only an immutable field stands in the way.
  bool recreate = false;
  // JSON pointers into the manifest: neither reverted nor claimed (Fleet.spec.ignoreDifferences,
  // flotilla.dev/ignore-differences). Sorted.
  std::vector<std::string> ignored = {};
  // What belongs to one unit goes by waves: lower ones first. The unit is the policy that placed
  // it.
  std::string unit = {};
  std::int64_t wave = 0;  // argocd.argoproj.io/sync-wave, flotilla.dev/wave
  // What must be on the cluster and ready before (config.kubernetes.io/depends-on,
  // flotilla.dev/depends-on). Sorted.
  std::vector<ObjectKey> depends_on = {};
  bool operator==(const Terms&) const = default;
};

}  // namespace flotilla::manifest
