#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

// Spreads what many clusters or calls would do at the same moment, without random numbers: the same
// name and count give the same time.
namespace flotilla::kube {

// A number that name and count determine, evenly over all 64 bits.
std::uint64_t mixed(std::string_view name, std::uint64_t count);

// `wait` with up to 20 % added or taken away.
std::chrono::milliseconds spread(std::chrono::milliseconds wait, std::string_view name, int count);

}  // namespace flotilla::kube
