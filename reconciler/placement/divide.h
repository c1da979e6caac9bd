#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flotilla::placement {

struct Share {
  std::string name;
  std::int64_t value = 0;  // a weight going in, seats coming out
};

// Webster / Sainte-Laguë as Karmada has it since v1.16 (karmada-semantics 11.9): `total` seats over
// the weights, one at a time to the largest weight/(2*seats+1) in double; ties by fewer seats, then
// by name, ascending if `uid` is empty or its FNV-1a hash is even, else descending. Sorted by name;
// empty if all weights are 0.
std::vector<Share> divide_by_weight(std::int64_t total, const std::vector<Share>& weights,
                                    std::string_view uid);

}  // namespace flotilla::placement
