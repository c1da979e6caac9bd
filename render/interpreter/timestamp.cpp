#include "render/interpreter/timestamp.h"

#include <array>
#include <cstdio>

namespace flotilla::interpreter {

namespace {

constexpr std::int64_t day = 86400;

struct Date {
  std::int64_t year = 0;
  std::int64_t month = 0;  // from 1
  std::int64_t day = 0;    // from 1
};

bool leap(std::int64_t year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

std::int64_t days_in(std::int64_t year, std::int64_t month) {
  constexpr std::array<std::int64_t, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && leap(year) ? 29 : days.at(static_cast<std::size_t>(month - 1));
}

// Years are counted from March, so that a leap day is the last of its year.
constexpr std::int64_t days_of_400_years = 146097;
constexpr std::int64_t days_from_march_of_0_to_1970 = 719468;

std::int64_t days_since_1970(const Date& date) {
  const std::int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t of_era = year - era * 400;
  const std::int64_t month = (date.month + 9) % 12;  // March is 0
  const std::int64_t of_year = (153 * month + 2) / 5 + date.day - 1;
  return era * days_of_400_years + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
         days_from_march_of_0_to_1970;
}

Date date_of(std::int64_t days) {
  days += days_from_march_of_0_to_1970;
  const std::int64_t era = (days >= 0 ? days : days - (days_of_400_years - 1)) / days_of_400_years;
  const std::int64_t of_era = days - era * days_of_400_years;
  const std::int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const std::int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
  const std::int64_t month = (5 * of_year + 2) / 153;
  Date date;
  date.day = of_year - (153 * month + 2) / 5 + 1;
  date.month = month < 10 ? month + 3 : month - 9;
  date.year = year + era * 400 + (date.month <= 2 ? 1 : 0);
  return date;
}

// Takes text from the front; any mismatch sticks.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::int64_t digits(std::size_t count, std::int64_t least, std::int64_t most) {
    std::int64_t number = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!next_is_digit()) return fault();
      number = number * 10 + (text_[0] - '0');
      text_.remove_prefix(1);
    }
    return number < least || number > most ? fault() : number;
  }
  bool take(char wanted) {
    if (text_.empty() || text_[0] != wanted) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char wanted) {
    if (!take(wanted)) fault();
  }
  void fraction() {
    if (!take('.')) return;
    if (!next_is_digit()) fault();
    while (next_is_digit()) text_.remove_prefix(1);
  }
  // Seconds that local time is ahead of UTC.
  std::int64_t offset() {
    if (take('Z')) return 0;
    const bool ahead = take('+');
    if (!ahead) expect('-');
    const std::int64_t hours = digits(2, 0, 23);
    expect(':');
    const std::int64_t seconds = hours * 3600 + digits(2, 0, 59) * 60;
    return ahead ? seconds : -seconds;
  }
  bool good() const { return good_ && text_.empty(); }

 private:
  bool next_is_digit() const { return !text_.empty() && text_[0] >= '0' && text_[0] <= '9'; }
  std::int64_t fault() {
    good_ = false;
    return 1;
  }

  std::string_view text_;
  bool good_ = true;
};

}  // namespace

std::optional<std::int64_t> parse_timestamp(std::string_view text) {
  Scanner scanner(text);
  Date date;
  date.year = scanner.digits(4, 0, 9999);
  scanner.expect('-');
  date.month = scanner.digits(2, 1, 12);
  scanner.expect('-');
  date.day = scanner.digits(2, 1, days_in(date.year, date.month));
  scanner.expect('T');
  std::int64_t seconds = scanner.digits(2, 0, 23) * 3600;
  scanner.expect(':');
  seconds += scanner.digits(2, 0, 59) * 60;
  scanner.expect(':');
  seconds += scanner.digits(2, 0, 59);
  scanner.fraction();
  seconds -= scanner.offset();
  if (!scanner.good()) return std::nullopt;
  return days_since_1970(date) * day + seconds;
}

std::string format_timestamp(std::int64_t seconds) {
  std::int64_t days = seconds / day;
  std::int64_t rest = seconds % day;
  if (rest < 0) {
    rest += day;
    --days;
  }
  const Date date = date_of(days);
  std::array<char, 48> text{};
  const int length =
      std::snprintf(text.data(), text.size(), "%04lld-%02lld-%02lldT%02lld:%02lld:%02lldZ",
                    static_cast<long long>(date.year), static_cast<long long>(date.month),
                    static_cast<long long>(date.day), static_cast<long long>(rest / 3600),
                    static_cast<long long>(rest / 60 % 60), static_cast<long long>(rest % 60));
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace flotilla::interpreter
