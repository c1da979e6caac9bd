#pragma once

#include <chrono>
#include <string>

namespace flotilla::controller {

// What is known of the lease in the repository.
struct LeaseNews {
  std::chrono::steady_clock::time_point until;  // it is held until then; a past time: it is not
  std::string holder;                           // another replica that holds it; empty: none known
  std::string trouble;                          // why nobody can say who holds it
};

}  // namespace flotilla::controller
