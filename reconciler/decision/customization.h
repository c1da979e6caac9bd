#pragma once

#include "render/base/problem.h"
#include "render/document/object.h"
#include "render/interpreter/customization.h"

#include <optional>
#include <vector>

namespace flotilla::decision {

// A ResourceInterpreterCustomization as Karmada's webhook admits it (karmada-semantics 7): a
// target, scripts that compile. nullopt if there is an error; all are added to `problems`, those of
// a script with the line in the file. Scripts that are empty are left out.
std::optional<interpreter::Customization> read_customization(const Object& object,
                                                             Problems& problems);

// Those that may stand together: of two for one target that define the same operation, the later by
// name is an error and left out (dependencyInterpretation excepted). Sorted by name.
std::vector<interpreter::Customization> without_conflicts(
    std::vector<interpreter::Customization> customizations, Problems& problems);

// A ResourceInterpreterWebhookConfiguration: its faults as Karmada's webhook says them, and a
// warning that it has no effect ("not-supported-yet").
void check_webhook_configuration(const Object& object, Problems& problems);

}  // namespace flotilla::decision
