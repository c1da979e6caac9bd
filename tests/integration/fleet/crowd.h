#pragma once

#include "tests/integration/fleet/ends.h"

#include <cstddef>
#include <string>

namespace flotilla::tests {

// A fleet named "crowd" with many objects on its three members, whose repository goes to and fro
// between two sides. From one to the other a third of the objects changes, a third goes and others
// come in its place, some move from one member to another, and one goes that asks to be kept. On
// the members there are also objects of somebody else, in the same namespace and of the same kinds.
enum class Side { left, right };
Side other(Side side);
std::string to_string(Side side);

struct Crowd {
  explicit Crowd(std::size_t objects);  // about so many on each member

  World world;
  std::size_t objects;

  std::string commit(Side side);  // gives the commit's id

  // What went from the repository and asked to be kept: it stands on every member and is not ours
  // any longer. Deletes it then, so that it can come again.
  std::string take_away_kept(Side side);
};

// The ends of undisturbed runs, and what they cost in requests.
struct CrowdEnds {
  Ends left, right;
  std::size_t from_nothing = 0;
  std::size_t to_left = 0;
  std::size_t to_right = 0;

  const Ends& of(Side side) const { return side == Side::left ? left : right; }
  std::size_t requests_to(Side side) const { return side == Side::left ? to_left : to_right; }
};
// Throws std::runtime_error if they already go wrong.
CrowdEnds undisturbed_ends(std::size_t objects);

}  // namespace flotilla::tests
