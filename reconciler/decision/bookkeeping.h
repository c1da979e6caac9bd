#pragma once

#include "reconciler/decision/binding.h"

#include <string>

namespace flotilla::decision {

// The labels and annotations with which Karmada's members and status aggregation find their way
// (karmada-semantics 15.2 steps 5 to 11, 2.3); set with `compatibility: karmada` only. Permanent
// ids are UUIDs of an API server and have no counterpart in git. A binding without a name stands
// for none: a namespace that goes along with what stands in it (20.1).
void keep_books(Json::Value& tree, const Object& object, const Binding& binding,
                const std::string& cluster, bool takes_over);

// Karmada's name of the Work of an object (2.1, 2.2).
std::string work_name(const ObjectKey& object);

// 2.2: FNV-1a of the text, written with the letters that are safe in names.
std::string safe_hash(const std::string& text);

}  // namespace flotilla::decision
