#include "render/base/duration.h"

#include <catch2/catch.hpp>

#include <limits>
#include <string>

using flotilla::parse_duration;

namespace {

constexpr std::int64_t second = 1'000'000'000;

}  // namespace

TEST_CASE("durations as Go writes them") {
  using Row = std::tuple<std::string, std::int64_t>;
  const auto [text, nanoseconds] = GENERATE(table<std::string, std::int64_t>({
      Row{"0", 0},
      Row{"-0", 0},
      Row{"0s", 0},
      Row{"30s", 30 * second},
      Row{"+5s", 5 * second},
      Row{"-5s", -5 * second},
      Row{"1h30m", 5400 * second},
      Row{"1h2m3s4ms5us6ns", 3723 * second + 4'005'006},
      Row{"30s1h", 3630 * second},  // any order
      Row{"1.5h", 5400 * second},
      Row{"100.00100s", 100 * second + 1'000'000},
      Row{".5s", second / 2},
      Row{"5.s", 5 * second},
      Row{"1.9ns", 1},
      Row{"0.3333333333333333333h", 1'199'999'999'999},
      Row{"0.12345678901234567890123456789s", 123'456'789},
      Row{"12\u00b5s", 12'000},
      Row{"12\u03bcs", 12'000},
      Row{"9223372036854775807ns", std::numeric_limits<std::int64_t>::max()},
      Row{"-9223372036854775807ns", -std::numeric_limits<std::int64_t>::max()},
      Row{"2562047h47m16.854775807s", std::numeric_limits<std::int64_t>::max()},
  }));
  INFO(text);
  CHECK(parse_duration(text) == nanoseconds);
}

TEST_CASE("what is no duration") {
  const std::string text =
      GENERATE(as<std::string>(), "", "+", "-", "3", "1.5", "00", "s", ".s", ".", "-.s", "1s2",
               "1d", "30S", " 30s", "30s ", "30 s", "1,5s", "--5s", "+-5s", "1e3s", "0x5s",
               "1\u00b5", "30sec", "9223372036854775808ns", "2562047h47m16.854775808s",
               "9223372036s9223372036s", "99999999999999999999h", "2562048h");
  INFO(text);
  CHECK_FALSE(parse_duration(text));
}
