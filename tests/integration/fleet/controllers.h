#pragma once

#include "tests/integration/fleet/members.h"

#include <thread>

namespace flotilla::tests {

// API servers alone make no Deployment ready. As long as this lives every Deployment of the members
// gets the status that its controllers would write, soon after each change; embedded members do
// that themselves.
class Controllers {
 public:
  explicit Controllers(const Members& members);

 private:
  std::jthread thread_;
};

}  // namespace flotilla::tests
