#pragma once

#include "overrides/policy.h"

#include <optional>

namespace flotilla::overrides {

// An entry of labelsOverrider or annotationsOverrider (karmada-semantics 16.5); nullopt if it has
// an error.
std::optional<Overrider> read_labels_overrider(const Json::Value& value, const Reading& reading);
std::optional<Overrider> read_annotations_overrider(const Json::Value& value,
                                                    const Reading& reading);

}  // namespace flotilla::overrides
