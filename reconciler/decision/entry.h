#pragma once

#include "reconciler/decision/decide.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace flotilla::decision {

// Everything that was decided about one template. Kept from pass to pass, so that a pass looks at
// those alone whose inputs changed.
struct Entry {
  catalog::ObjectPtr object;
  BindingPtr seen;     // what had been decided before, as this entry saw it; nullptr: nothing
  BindingPtr binding;  // nullptr: none
  // One for each cluster that gets the object, by name.
  std::vector<std::pair<std::string, manifest::ManifestPtr>> manifests;
  std::vector<std::string> held;                      // clusters where it stays as it is
  std::map<std::string, std::string> suspended = {};  // those of `held` where it is, and why
  std::vector<ObjectKey> dependencies;                // what the binding's references mean
  Problems problems;
  bool undecided = false;
  // Deciding again from the same inputs, or from its own result, would give the same and take
  // nothing from others.
  bool settled = false;
  // It is scheduled in every pass, and what others take in the same pass may move it.
  bool seeks_room = false;
};

using Entries = std::map<ObjectKey, Entry>;

}  // namespace flotilla::decision
