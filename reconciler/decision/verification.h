#pragma once

#include "reconciler/decision/service_settings.h"
#include "render/catalog/catalog.h"

namespace flotilla::decision {

// What the Fleet of a commit says of signatures; nullopt if no Fleet can be read. An error if it
// says something and that is not clear: a fault in spec.verify, or several Fleets.
Result<std::optional<Verification>> verification_in(const catalog::Catalog& catalog);

}  // namespace flotilla::decision
