#pragma once

#include "render/base/result.h"

#include <json/forwards.h>

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace flotilla {

// resource.Quantity of Kubernetes, exact: "100m", "1.5Gi", "12e6", ".5", "+3k". Every suffix (n u m
// "" k M G T P E, Ki Mi Gi Ti Pi Ei, e/E exponents). As there, digits below one nano are rounded
// away from zero, and binary values beyond int64 are capped at it; decimal ones are kept up to
// 10^28. A number without any digit ("m", "-"), which an API server takes for 0, is an error.
class Quantity {
 public:
  enum class Format { decimal_si, binary_si, decimal_exponent };

  Quantity() = default;  // 0
  explicit Quantity(std::int64_t units, Format format = Format::decimal_si);
  static Quantity from_milli(std::int64_t milli, Format format = Format::decimal_si);
  // The text of a quantity; the error quotes it and says what is wanted. No blanks around it.
  static Result<Quantity> parse(std::string_view text);

  // The canonical form, as an API server would write it: "1500m", "1536Mi", "2".
  std::string text() const;
  std::int64_t value() const;        // units, rounded up (away from zero), capped at int64
  std::int64_t milli_value() const;  // thousandths, rounded up, capped at int64
  double approximate() const;
  bool is_zero() const { return nano_ == 0; }
  bool is_negative() const { return nano_ < 0; }
  Format format() const { return format_; }

  // A zero on the left takes the format of the right, as Quantity.Add does.
  Quantity operator+(const Quantity& other) const;
  Quantity operator-(const Quantity& other) const;
  std::strong_ordering operator<=>(const Quantity& other) const { return nano_ <=> other.nano_; }
  bool operator==(const Quantity& other) const { return nano_ == other.nano_; }

 private:
  __extension__ typedef __int128 Nano;
  Nano nano_ = 0;
  Format format_ = Format::decimal_si;
};

// A quantity in a document: a text, or a number (`cpu: 2`). Other types are an error.
Result<Quantity> quantity_of(const Json::Value& value);

}  // namespace flotilla
