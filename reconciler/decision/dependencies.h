#pragma once

#include "reconciler/decision/entry.h"

#include <map>
#include <set>

namespace flotilla::decision {

// The templates that `references` mean (karmada-semantics 19): by name, or all that a label
// selector matches in its namespace. One that the repository does not have yet is among them too,
// by name. Sorted.
std::vector<ObjectKey> resolve(const std::vector<interpreter::Reference>& references,
                               const catalog::Catalog& catalog);

// dependency → the templates that depend on it.
using Requirers = std::map<ObjectKey, std::set<ObjectKey>>;

// spec.requiredBy of a dependency, from the bindings of its requirers.
std::vector<RequiredBy> required_by(const std::set<ObjectKey>& requirers, const Entries& entries);

// What a binding without a policy of its own takes over from its requirers: Overwrite and
// preserving if any of them has it.
void take_from_requirers(Binding& binding, const std::set<ObjectKey>& requirers,
                         const Entries& entries);

}  // namespace flotilla::decision
