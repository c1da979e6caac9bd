#pragma once

#include <cstdint>
#include <limits>

// Amounts near the limits of int64 stay there instead of wrapping.
namespace flotilla::placement {

inline std::int64_t product(std::int64_t a, std::int64_t b) {
  using Limits = std::numeric_limits<std::int64_t>;
  std::int64_t result = 0;
  if (!__builtin_mul_overflow(a, b, &result)) return result;
  return (a < 0) == (b < 0) ? Limits::max() : Limits::min();
}

inline std::int64_t sum(std::int64_t a, std::int64_t b) {
  using Limits = std::numeric_limits<std::int64_t>;
  std::int64_t result = 0;
  if (!__builtin_add_overflow(a, b, &result)) return result;
  return a < 0 ? Limits::min() : Limits::max();
}

inline std::int64_t difference(std::int64_t a, std::int64_t b) {
  using Limits = std::numeric_limits<std::int64_t>;
  std::int64_t result = 0;
  if (!__builtin_sub_overflow(a, b, &result)) return result;
  return a < 0 ? Limits::min() : Limits::max();
}

}  // namespace flotilla::placement
