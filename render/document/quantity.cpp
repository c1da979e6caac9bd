#include "render/document/quantity.h"

#include "render/document/json.h"

#include <json/value.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

namespace flotilla {

namespace {

__extension__ typedef __int128 Nano;

constexpr Nano nano_per_unit = 1'000'000'000;
constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
// 10^28 units: sums of two such values still fit.
constexpr Nano limit = nano_per_unit * nano_per_unit * nano_per_unit * nano_per_unit * 10;

constexpr std::array<std::string_view, 10> decimal_suffixes{"n", "u", "m", "",  "k",
                                                            "M", "G", "T", "P", "E"};
constexpr std::array<std::string_view, 7> binary_suffixes{"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view take_digits(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_digit) - text.begin();
  const std::string_view digits = text.substr(0, static_cast<std::size_t>(end));
  text.remove_prefix(digits.size());
  return digits;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

struct Suffix {
  Quantity::Format format = Quantity::Format::decimal_si;
  std::int64_t exponent = 0;  // of 10, or of 2 for binary_si
};

std::optional<Suffix> read_exponent(std::string_view text) {
  if (text.starts_with("+-")) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  Suffix suffix{Quantity::Format::decimal_exponent, 0};
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), suffix.exponent);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return suffix;
}

std::optional<Suffix> read_suffix(std::string_view text) {
  if (const auto* at = std::ranges::find(decimal_suffixes, text); at != decimal_suffixes.end())
    return Suffix{Quantity::Format::decimal_si, 3 * (at - decimal_suffixes.begin()) - 9};
  if (const auto* at = std::ranges::find(binary_suffixes, text); at != binary_suffixes.end())
    return Suffix{Quantity::Format::binary_si, 10 * (at - binary_suffixes.begin())};
  if (text.front() != 'e' && text.front() != 'E') return std::nullopt;
  return read_exponent(text.substr(1));
}

bool any_digit(std::string_view digits) {
  return digits.find_first_not_of('0') != std::string_view::npos;
}

// The whole number that `digits` write, at most `limit`.
Nano whole_number(std::string_view digits) {
  Nano number = 0;
  for (const char c : digits) {
    if (number >= limit / 10) return limit;
    number = number * 10 + (c - '0');
  }
  return number;
}

// whole.fraction * 10^exponent.
Nano decimal(std::string_view whole, std::string_view fraction, std::int64_t exponent) {
  const std::string digits = std::string(whole).append(fraction);
  if (!any_digit(digits)) return 0;
  // No text is as long as this, and nothing overflows below.
  exponent = std::clamp(exponent, -highest / 2, highest / 2);
  // How many digits stand before the point when counting nanos.
  const std::int64_t point = static_cast<std::int64_t>(whole.size()) + exponent + 9;
  if (point <= 0) return 1;
  const auto length = static_cast<std::int64_t>(digits.size());
  const auto kept = static_cast<std::size_t>(std::min(point, length));
  Nano number = whole_number(std::string_view(digits).substr(0, kept));
  for (std::int64_t i = length; i < point && number < limit; ++i)
    number = number >= limit / 10 ? limit : number * 10;
  if (any_digit(std::string_view(digits).substr(kept))) number = std::min(number + 1, limit);
  return number;
}

// whole.fraction * 2^exponent, at most int64.
Nano binary(std::string_view whole, std::string_view fraction, std::int64_t exponent) {
  const Nano factor = nano_per_unit << exponent;
  const Nano most = highest * nano_per_unit;
  const Nano units = std::min<Nano>(whole_number(whole), highest);
  if (units >= most / factor + 1) return most;
  // From the last digit to the first; a remainder anywhere means that the fraction is not exact.
  Nano part = 0;
  bool exact = true;
  for (auto digit = fraction.rbegin(); digit != fraction.rend(); ++digit) {
    part += factor * (*digit - '0');
    exact = exact && part % 10 == 0;
    part /= 10;
  }
  return std::min(units * factor + part + (exact ? 0 : 1), most);
}

std::string digits_of(Nano number) {
  std::string digits;
  const bool negative = number < 0;
  for (; number != 0; number /= 10)
    digits.push_back(
        static_cast<char>('0' + static_cast<int>(negative ? -(number % 10) : number % 10)));
  if (negative) digits.push_back('-');
  std::ranges::reverse(digits);
  return digits;
}

// Away from zero, within int64.
std::int64_t round_up(Nano nano, std::int64_t step) {
  Nano number = nano / step;
  if (nano % step != 0) number += nano > 0 ? 1 : -1;
  return static_cast<std::int64_t>(std::clamp<Nano>(number, lowest, highest));
}

std::string binary_text(Nano units) {
  std::size_t suffix = 0;
  for (; units % 1024 == 0 && suffix + 1 < binary_suffixes.size(); ++suffix) units /= 1024;
  return digits_of(units).append(binary_suffixes[suffix]);
}

std::string decimal_text(Nano nano) {
  std::size_t suffix = 0;
  for (; nano % 1000 == 0 && suffix + 1 < decimal_suffixes.size(); ++suffix) nano /= 1000;
  return digits_of(nano).append(decimal_suffixes[suffix]);
}

std::string exponent_text(Nano nano) {
  int exponent = -9;
  for (; nano % 1000 == 0; exponent += 3) nano /= 1000;
  std::string text = digits_of(nano);
  return exponent == 0 ? text : text.append("e").append(std::to_string(exponent));
}

tl::unexpected<Error> no_quantity(std::string_view text) {
  return fail(Code::invalid, std::string("\"").append(text).append(
                                 "\" is no quantity, want a number with a suffix such as 500m, 2, "
                                 "1.5Gi or 12e6"));
}

}  // namespace

Quantity::Quantity(std::int64_t units, Format format)
    : nano_(units * nano_per_unit), format_(format) {}

Quantity Quantity::from_milli(std::int64_t milli, Format format) {
  Quantity quantity(0, format);
  quantity.nano_ = milli * (nano_per_unit / 1000);
  return quantity;
}

Result<Quantity> Quantity::parse(std::string_view text) {
  std::string_view rest = text;
  const bool negative = take(rest, '-');
  if (!negative) take(rest, '+');
  const std::string_view whole = take_digits(rest);
  const std::string_view fraction = take(rest, '.') ? take_digits(rest) : std::string_view();
  if (whole.empty() && fraction.empty()) return no_quantity(text);
  const auto suffix = read_suffix(rest);
  if (!suffix) return no_quantity(text);

  Quantity quantity;
  quantity.format_ = suffix->format;
  quantity.nano_ = suffix->format == Format::binary_si ? binary(whole, fraction, suffix->exponent)
                                                       : decimal(whole, fraction, suffix->exponent);
  if (suffix->format == Format::binary_si && quantity.nano_ > 0 && quantity.nano_ < nano_per_unit)
    quantity.format_ = Format::decimal_si;
  if (negative) quantity.nano_ = -quantity.nano_;
  return quantity;
}

std::string Quantity::text() const {
  if (nano_ == 0) return "0";
  if (format_ == Format::decimal_exponent) return exponent_text(nano_);
  const Nano kibi = 1024 * nano_per_unit;
  const bool small = nano_ > -kibi && nano_ < kibi;
  if (format_ == Format::binary_si && !small && nano_ % nano_per_unit == 0)
    return binary_text(nano_ / nano_per_unit);
  return decimal_text(nano_);
}

std::int64_t Quantity::value() const { return round_up(nano_, 1'000'000'000); }

std::int64_t Quantity::milli_value() const { return round_up(nano_, 1'000'000); }

double Quantity::approximate() const {
  constexpr Nano exact_in_double = Nano{1} << 53;
  if (nano_ > -exact_in_double && nano_ < exact_in_double) return static_cast<double>(nano_) / 1e9;
  return static_cast<double>(nano_ / nano_per_unit) +
         static_cast<double>(nano_ % nano_per_unit) / 1e9;
}

Quantity Quantity::operator+(const Quantity& other) const {
  Quantity sum;
  sum.format_ = is_zero() ? other.format_ : format_;
  sum.nano_ = std::clamp<Nano>(nano_ + other.nano_, -limit, limit);
  return sum;
}

Quantity Quantity::operator-(const Quantity& other) const {
  Quantity difference;
  difference.format_ = is_zero() ? other.format_ : format_;
  difference.nano_ = std::clamp<Nano>(nano_ - other.nano_, -limit, limit);
  return difference;
}

Result<Quantity> quantity_of(const Json::Value& value) {
  if (value.isNumeric()) return Quantity::parse(number_text(value));
  if (value.isString()) return Quantity::parse(value.asString());
  return fail(Code::invalid, std::string("found ")
                                 .append(type_name(value))
                                 .append(", want a quantity such as 500m or 1.5Gi"));
}

}  // namespace flotilla
