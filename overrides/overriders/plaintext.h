#pragma once

#include "overrides/policy.h"

#include <optional>

namespace flotilla::overrides {

// All entries of one rule's plaintext list: they form one JSON patch (karmada-semantics 16.2).
// nullopt if one has an error.
std::optional<Overrider> read_plaintext(const Json::Value& list, const Reading& reading);

}  // namespace flotilla::overrides
