#include "reconciler/cli/when.h"

#include "render/base/text.h"
#include "render/interpreter/timestamp.h"

#include <algorithm>

namespace flotilla::cli {
namespace {

constexpr std::int64_t minute = 60;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t day = 24 * hour;
constexpr std::int64_t year = 365 * day;

std::string two(std::int64_t big, char unit, std::int64_t small, char small_unit) {
  std::string text = std::to_string(big) + unit;
  if (small > 0) text += std::to_string(small) + small_unit;
  return text;
}

std::optional<std::int64_t> seconds_of(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return minute;
    case 'h':
      return hour;
    case 'd':
      return day;
    case 'w':
      return 7 * day;
    default:
      return std::nullopt;
  }
}

// "1h30m" in seconds.
std::optional<std::int64_t> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  while (!text.empty()) {
    const std::size_t digits = text.find_first_not_of("0123456789");
    if (digits == 0 || digits == std::string_view::npos || digits > 9) return std::nullopt;
    const auto unit = seconds_of(text[digits]);
    if (!unit) return std::nullopt;
    total += std::stoll(std::string(text.substr(0, digits))) * *unit;
    text.remove_prefix(digits + 1);
  }
  return total;
}

}  // namespace

std::string age_text(std::int64_t seconds) {
  const std::int64_t s = std::max<std::int64_t>(0, seconds);
  if (s < 2 * minute) return std::to_string(s) + "s";
  if (s < 10 * minute) return two(s / minute, 'm', s % minute, 's');
  if (s < 3 * hour) return std::to_string(s / minute) + "m";
  if (s < 8 * hour) return two(s / hour, 'h', s / minute % 60, 'm');
  if (s < 2 * day) return std::to_string(s / hour) + "h";
  if (s < 8 * day) return two(s / day, 'd', s / hour % 24, 'h');
  if (s < 2 * year) return std::to_string(s / day) + "d";
  if (s < 8 * year) return two(s / year, 'y', s / day % 365, 'd');
  return std::to_string(s / year) + "y";
}

std::string age_of(std::string_view time, std::int64_t now) {
  const auto then = interpreter::parse_timestamp(time);
  return then ? age_text(now - *then) : std::string();
}

std::optional<std::int64_t> parse_when(std::string_view text, std::int64_t now) {
  text = trim(text);
  std::string_view ago = text;
  if (ago.ends_with(" ago")) ago = trim(ago.substr(0, ago.size() - 4));
  if (const auto seconds = parse_duration(ago)) return now - *seconds;
  std::string time(text);
  constexpr std::size_t date_size = 10;
  if (time.size() == date_size) time += "T23:59:59Z";
  if (time.size() > date_size && time[date_size] == ' ') time[date_size] = 'T';
  constexpr std::size_t to_minutes = 16;
  constexpr std::size_t to_seconds = 19;
  if (time.size() == to_minutes) time += ":00Z";
  if (time.size() == to_seconds) time += "Z";
  return interpreter::parse_timestamp(time);
}

}  // namespace flotilla::cli
