#include "tests/integration/fleet/eventually.h"

#include <stdexcept>
#include <thread>

namespace flotilla::tests {

void eventually(std::chrono::steady_clock::duration limit, const std::string& what,
                const std::function<std::string()>& why_not) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const std::string reason = why_not();
    if (reason.empty()) return;
    if (std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error("not in time: " + what + "; " + reason);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace flotilla::tests
