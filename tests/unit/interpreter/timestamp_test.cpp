#include "render/interpreter/timestamp.h"

#include <catch2/catch.hpp>

using namespace flotilla::interpreter;

TEST_CASE("times of Kubernetes objects") {
  const auto [text, written] = GENERATE(table<const char*, const char*>({
      {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
      {"2026-11-21T12:55:01Z", "2026-11-21T12:55:01Z"},
      {"2026-11-21T12:55:01.987654Z", "2026-11-21T12:55:01Z"},
      {"2026-11-21T00:30:00+02:00", "2026-11-20T22:30:00Z"},
      {"2026-12-31T23:30:00-01:30", "2027-01-01T01:00:00Z"},
      {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"},
      {"2024-03-01T00:00:00+00:01", "2024-02-29T23:59:00Z"},
      {"2000-02-29T00:00:00Z", "2000-02-29T00:00:00Z"},
      {"1900-03-01T00:00:00+01:00", "1900-02-28T23:00:00Z"},
      {"1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"},
      {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
      {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
  }));
  const auto seconds = parse_timestamp(text);
  INFO(text);
  REQUIRE(seconds);
  CHECK(format_timestamp(*seconds) == written);
}

TEST_CASE("seconds since 1970") {
  CHECK(parse_timestamp("1970-01-02T00:00:01Z") == 86401);
  CHECK(parse_timestamp("2000-03-01T00:00:00Z") == 951868800);
  CHECK(parse_timestamp("2026-11-21T12:55:01Z") == 1795265701);
}

TEST_CASE("texts that are no times") {
  const char* text =
      GENERATE("", "yesterday", "2026-11-21", "2026-11-21T12:55:01", "2026-11-21 12:55:01Z",
               "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z",
               "1900-02-29T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
               "2026-01-01T00:00:60Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Zx",
               "2026-01-01T00:00:00+2:00", "2026-1-01T00:00:00Z", "+026-01-01T00:00:00Z");
  INFO(text);
  CHECK(!parse_timestamp(text));
}
