#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace flotilla::tests {

// Asks until `why_not` has no reason left; throws std::runtime_error with the last one otherwise.
void eventually(std::chrono::steady_clock::duration limit, const std::string& what,
                const std::function<std::string()>& why_not);

}  // namespace flotilla::tests
