#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Times as people write and read them. No clock is read here: `now` is seconds since 1970.
namespace flotilla::cli {

// "45s", "3m20s", "2h", "5d": as kubectl shows ages.
std::string age_text(std::int64_t seconds);

// The age of an RFC 3339 time; empty if `time` is none.
std::string age_of(std::string_view time, std::int64_t now);

// A time as RFC 3339, as "2026-11-20" (the end of that day), "2026-11-20 14:00" or
// "2026-11-20T14:00:05" (UTC), or as a time ago: "90s", "2h", "1h30m", "3d", "2w", each also with
// " ago". nullopt for anything else.
std::optional<std::int64_t> parse_when(std::string_view text, std::int64_t now);

}  // namespace flotilla::cli
