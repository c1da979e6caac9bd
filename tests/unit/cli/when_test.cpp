#include "reconciler/cli/when.h"

#include "render/interpreter/timestamp.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::cli;

namespace {

const std::int64_t now = *interpreter::parse_timestamp("2026-11-21T12:00:00Z");

std::string when(std::string_view text) {
  const auto time = parse_when(text, now);
  return time ? interpreter::format_timestamp(*time) : "none";
}

}  // namespace

TEST_CASE("ages are shown as kubectl shows them") {
  CHECK(age_text(-5) == "0s");
  CHECK(age_text(119) == "119s");
  CHECK(age_text(120) == "2m");
  CHECK(age_text(200) == "3m20s");
  CHECK(age_text(600) == "10m");
  CHECK(age_text(3 * 3600) == "3h");
  CHECK(age_text(3 * 3600 + 120) == "3h2m");
  CHECK(age_text(10 * 3600 + 120) == "10h");
  CHECK(age_text(2 * 86400 + 3600) == "2d1h");
  CHECK(age_text(30 * 86400) == "30d");
  CHECK(age_text(3 * 365 * 86400) == "3y");
  CHECK(age_of("2026-11-21T11:57:00Z", now) == "3m");
  CHECK(age_of("", now).empty());
}

TEST_CASE("a time is a date, a timestamp, or how long ago") {
  CHECK(when("2026-11-20") == "2026-11-20T23:59:59Z");
  CHECK(when("2026-11-20 14:00") == "2026-11-20T14:00:00Z");
  CHECK(when("2026-11-20T14:00:05") == "2026-11-20T14:00:05Z");
  CHECK(when("2026-11-20T14:00:05+02:00") == "2026-11-20T12:00:05Z");
  CHECK(when("2h") == "2026-11-21T10:00:00Z");
  CHECK(when("2h ago") == "2026-11-21T10:00:00Z");
  CHECK(when("1h30m") == "2026-11-21T10:30:00Z");
  CHECK(when("3d") == "2026-11-18T12:00:00Z");
  CHECK(when("1w") == "2026-11-14T12:00:00Z");
}

TEST_CASE("what is no time is none") {
  for (const char* text : {"", "h", "2", "2x", "2h3", "yesterday", "main", "2026-13-01",
                           "2026-02-30", "2026-11-20T25:00:00Z", "99999999999s"}) {
    INFO(text);
    CHECK(when(text) == "none");
  }
}
