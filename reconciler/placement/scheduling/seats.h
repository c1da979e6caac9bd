#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

// divide_by_weight without names, for callers that number their clusters in the order of the names.
namespace flotilla::placement {

// Which of two names comes first when all else is equal (karmada-semantics 11.9).
enum class TieOrder { ascending, descending };
// Ascending if `uid` is empty or its FNV-1a hash (32 bits) is even.
TieOrder tie_order(std::string_view uid);

struct Seat {
  std::size_t name = 0;     // its place in the order of the names
  std::int64_t weight = 0;  // >= 0
  std::int64_t seats = 0;   // the result
};

// Fills `seats` of each entry: `total` seats one at a time to the largest weight/(2*seats+1) in
// double. Entries of weight 0 get none; if all are 0, or `total` is not above 0, nobody gets any.
void divide_seats(std::int64_t total, TieOrder order, std::vector<Seat>& entries);

}  // namespace flotilla::placement
