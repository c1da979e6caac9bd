#pragma once

#include "overrides/overriders/containers.h"
#include "overrides/policy.h"

#include <optional>

namespace flotilla::overrides {

// An entry of commandOverrider or argsOverrider (karmada-semantics 16.4); nullopt if it has an
// error. An absent list is made, an empty one by `remove` too (quirk Q18, kept). Elements that are
// no texts stay as they are (quirk Q30, fixed).
std::optional<Overrider> read_command_overrider(const Json::Value& value, const Reading& reading,
                                                const ContainerReach& reach = {});
std::optional<Overrider> read_args_overrider(const Json::Value& value, const Reading& reading,
                                             const ContainerReach& reach = {});

}  // namespace flotilla::overrides
