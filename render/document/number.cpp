#include "render/document/json.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>

namespace flotilla {

namespace {

// The fewest decimal digits that read back as the same double, and the power of ten of the first.
struct Shortest {
  std::string digits;
  int exponent = 0;
};

Shortest shortest(double magnitude) {
  std::array<char, 40> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), magnitude,
                                 std::chars_format::scientific)
                       .ptr;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const auto e = text.find('e');
  Shortest result;
  for (const char c : text.substr(0, e))
    if (c != '.') result.digits += c;
  result.exponent = std::atoi(std::string(text.substr(e + 1)).c_str());
  return result;
}

void append_with_exponent(std::string& text, const Shortest& number) {
  text += number.digits[0];
  if (number.digits.size() > 1) text.append(".").append(number.digits, 1);
  text.append(number.exponent < 0 ? "e-" : "e+").append(std::to_string(std::abs(number.exponent)));
}

void append_without_exponent(std::string& text, const Shortest& number) {
  if (number.exponent < 0) {
    text.append("0.")
        .append(static_cast<std::size_t>(-number.exponent - 1), '0')
        .append(number.digits);
    return;
  }
  const auto whole = static_cast<std::size_t>(number.exponent) + 1;
  text.append(number.digits, 0, whole);
  if (number.digits.size() < whole) text.append(whole - number.digits.size(), '0');
  if (number.digits.size() > whole) text.append(".").append(number.digits, whole);
}

// As Go's encoding/json prints a float64. Minus zero is zero: equal numbers have equal texts.
std::string double_text(double value) {
  if (!std::isfinite(value)) return "null";  // no reader lets one in; JSON has no word for it
  if (value == 0) return "0";
  const double magnitude = std::fabs(value);
  const Shortest number = shortest(magnitude);
  std::string text;
  if (value < 0) text += '-';
  if (magnitude < 1e-6 || magnitude >= 1e21) {
    append_with_exponent(text, number);
  } else {
    append_without_exponent(text, number);
  }
  return text;
}

}  // namespace

std::string number_text(const Json::Value& number) {
  switch (number.type()) {
    case Json::intValue:
      return std::to_string(number.asInt64());
    case Json::uintValue:
      return std::to_string(number.asUInt64());
    case Json::realValue:
      return double_text(number.asDouble());
    default:
      return "null";
  }
}

}  // namespace flotilla
