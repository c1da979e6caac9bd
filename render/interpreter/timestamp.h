#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Times as Kubernetes writes them (metav1.Time): RFC 3339, whole seconds, UTC. Arithmetic only: no
// clock is read here.
namespace flotilla::interpreter {

// Seconds since 1970; offsets are applied and fractions of a second dropped. nullopt: no time.
std::optional<std::int64_t> parse_timestamp(std::string_view text);

// "2026-11-21T12:55:01Z", for years 0 to 9999.
std::string format_timestamp(std::int64_t seconds);

}  // namespace flotilla::interpreter
