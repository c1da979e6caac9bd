#pragma once

#include "render/document/object.h"

namespace flotilla::catalog {

// True for the namespaced kinds that every API server has, and Karmada's namespaced policies:
// without metadata.namespace they are in "default", as kubectl reads them. Of other kinds only a
// server knows.
bool is_in_default_without_namespace(const GroupKind& kind);

}  // namespace flotilla::catalog
