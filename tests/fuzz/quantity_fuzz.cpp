#include "render/document/quantity.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>

using namespace flotilla;

namespace {

void require(bool truth, const char* what) {
  if (truth) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

Quantity read_back(const Quantity& quantity) {
  const auto parsed = Quantity::parse(quantity.text());
  require(parsed.has_value(), "our own text is a quantity");
  return *parsed;
}

void require_stable(const Quantity& quantity) {
  const Quantity again = read_back(quantity);
  // Quantities of bytes beyond int64 are sums; a text of them is capped.
  const bool capped = quantity.value() == std::numeric_limits<std::int64_t>::max() ||
                      quantity.value() <= -std::numeric_limits<std::int64_t>::max();
  require(capped || again == quantity, "reading our text gives the same amount");
  // A number of bytes without a suffix ("2000") is read as a plain number, whose text is "2k".
  if (again.format() != quantity.format()) return;
  require(capped || again.text() == quantity.text(), "our text is canonical");
  require(again.value() == quantity.value() || capped, "the same value");
}

bool moderate(const Quantity& quantity) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 4;
  return quantity.milli_value() < most && quantity.milli_value() > -most;
}

}  // namespace

// Two quantities, separated by a line end: texts are read back as they were written, and sums can
// be taken apart again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto end = input.find('\n');
  const auto a = Quantity::parse(input.substr(0, end));
  if (!a) return 0;
  require_stable(*a);
  require(a->is_zero() || a->is_negative() == (a->value() < 0), "values round away from zero");
  require(a->value() == Quantity(a->value()).value(), "whole units stay");
  if (end == std::string_view::npos) return 0;
  const auto b = Quantity::parse(input.substr(end + 1));
  if (!b) return 0;
  require_stable(*a + *b);
  require(*a + *b == *b + *a, "a + b = b + a");
  require((*a < *b) == (*b > *a), "comparison is antisymmetric");
  if (!moderate(*a) || !moderate(*b)) return 0;
  require(*a + *b - *b == *a, "a + b - b = a");
  require((*a - *b).is_negative() == (*a < *b), "differences and comparisons agree");
  return 0;
}
