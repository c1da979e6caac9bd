#include "render/base/duration.h"

#include <algorithm>
#include <array>
#include <limits>

namespace flotilla {

namespace {

constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();

struct Unit {
  std::string_view name;
  std::uint64_t nanoseconds;
};

// No name but "m" begins another one: "ms" comes before it.
constexpr std::array<Unit, 8> units = {{{"ns", 1},
                                        {"us", 1'000},
                                        {"\u00b5s", 1'000},
                                        {"\u03bcs", 1'000},
                                        {"ms", 1'000'000},
                                        {"s", 1'000'000'000},
                                        {"m", 60'000'000'000},
                                        {"h", 3'600'000'000'000}}};

std::string_view take_digits(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view digits = text.substr(0, end);
  text.remove_prefix(end);
  return digits;
}

// digits * unit, if that is not too much.
std::optional<std::uint64_t> times(std::string_view digits, std::uint64_t unit) {
  std::uint64_t number = 0;
  for (const char digit : digits) {
    const auto value = static_cast<std::uint64_t>(digit - '0');
    if (number > (most - value) / 10) return std::nullopt;
    number = number * 10 + value;
  }
  if (number > most / unit) return std::nullopt;
  return number * unit;
}

// 0.digits * unit; what is less than a nanosecond is dropped.
std::uint64_t fraction(std::string_view digits, std::uint64_t unit) {
  std::uint64_t tenth = 0;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit)
    tenth = (static_cast<std::uint64_t>(*digit - '0') * unit + tenth) / 10;
  return tenth;
}

// One number with its unit.
std::optional<std::uint64_t> take_part(std::string_view& text) {
  const std::string_view whole = take_digits(text);
  std::string_view rest;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    rest = take_digits(text);
  }
  if (whole.empty() && rest.empty()) return std::nullopt;
  for (const Unit& unit : units) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    const auto found = times(whole, unit.nanoseconds);
    if (!found) return std::nullopt;
    return *found + fraction(rest, unit.nanoseconds);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> parse_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  std::uint64_t sum = 0;
  while (!text.empty()) {
    const auto part = take_part(text);
    if (!part || *part > most - sum) return std::nullopt;
    sum += *part;
  }
  const auto found = static_cast<std::int64_t>(sum);
  return negative ? -found : found;
}

}  // namespace flotilla
