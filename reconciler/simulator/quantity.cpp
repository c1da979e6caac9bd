#include "reconciler/simulator/quantity.h"

#include "render/document/json.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace flotilla::simulator {

namespace {

__extension__ typedef __int128 Wide;

constexpr std::array<std::string_view, 7> binary{"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
constexpr std::array<std::string_view, 10> decimal{"n", "u", "m", "", "k", "M", "G", "T", "P", "E"};

template <std::size_t size>
int index_of(const std::array<std::string_view, size>& units, std::string_view unit) {
  for (std::size_t i = 0; i < size; ++i)
    if (units[i] == unit) return static_cast<int>(i);
  return -1;
}

// The largest unit that needs no fraction.
template <std::size_t size>
std::string in_largest(Wide value, int unit, std::int64_t step,
                       const std::array<std::string_view, size>& units) {
  while (value != 0 && value % step == 0 && unit + 1 < static_cast<int>(size)) {
    value /= step;
    ++unit;
  }
  std::string digits = std::to_string(static_cast<std::int64_t>(value));
  return digits.append(value == 0 ? std::string_view() : units[static_cast<std::size_t>(unit)]);
}

}  // namespace

std::string canonical_quantity(const Json::Value& quantity) {
  const std::string text = quantity.isString()    ? quantity.asString()
                           : quantity.isNumeric() ? number_text(quantity)
                                                  : "";
  const auto end = text.find_first_not_of("0123456789.");
  const std::string number = text.substr(0, end);
  const std::string unit = end == std::string::npos ? "" : text.substr(end);
  const auto dot = number.find('.');
  const std::string whole = number.substr(0, dot);
  const std::string fraction = dot == std::string::npos ? "" : number.substr(dot + 1);
  const int binary_unit = unit.empty() ? -1 : index_of(binary, unit);
  const int decimal_unit = index_of(decimal, unit);
  if (number.empty() || whole.size() + fraction.size() > 15 ||
      fraction.find('.') != std::string::npos)
    return text;
  if (binary_unit < 0 && decimal_unit < 0) return text;

  Wide value = std::stoll("0" + whole + fraction);
  if (binary_unit > 0 && fraction.empty()) return in_largest(value, binary_unit, 1024, binary);
  // A fraction of a binary unit is counted in bytes; of a decimal one in the smallest unit that
  // makes it whole.
  int at = binary_unit > 0 ? 0 : decimal_unit;
  for (int i = 0; i < binary_unit; ++i) value *= 1024;
  std::int64_t divisor = 1;
  for (std::size_t i = 0; i < fraction.size(); ++i) divisor *= 10;
  if (binary_unit > 0)
    return value % divisor == 0 ? in_largest(value / divisor, at, 1024, binary) : text;
  while (value % divisor != 0 && at > 0) {
    value *= 1000;
    --at;
  }
  if (value % divisor != 0) return text;
  return in_largest(value / divisor, at, 1000, decimal);
}

}  // namespace flotilla::simulator
