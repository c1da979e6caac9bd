#pragma once

#include "render/lua/script.h"

namespace flotilla::interpreter {

// What scripts reach through require("kube") (karmada-semantics 14.3): accuratePodRequirements,
// getPodDependencies, resourceAdd, getResourceQuantity.
lua::Module kube_module();

}  // namespace flotilla::interpreter
