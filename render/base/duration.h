#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace flotilla {

// A duration as Kubernetes and Go write it: "30s", "1h30m", "1.5h", "300ms", "-2m", "0". Gives
// nanoseconds; nullopt for anything else, and for more than 292 years. A number needs its unit (ns,
// us, ms, s, m, h).
std::optional<std::int64_t> parse_duration(std::string_view text);

}  // namespace flotilla
