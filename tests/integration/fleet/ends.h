#pragma once

#include "tests/integration/fleet/world.h"

#include <map>
#include <string>

// What a run leaves behind, compared with what it should. Texts are empty when all is well.
namespace flotilla::tests {

using Ends = std::map<std::string, std::map<std::string, std::string>>;  // member → comparable()

Ends end_state(const World& world);
std::string difference(const Ends& found, const Ends& wanted);

// What carries our label is of a kind that the parent names, so a controller without any memory
// finds it. Holds at every moment of a run.
std::string unaccounted(const World& world, const std::string& owner);
// After a run: what carries our label on a member is what its inventory lists.
std::string inventory_difference(const World& world);

// Member → name → uid: an object that was deleted and made again is another one.
using Identities = std::map<std::string, std::map<std::string, std::string>>;
Identities identities(const World& world);
// What was there before, is wanted, and is not there any more as the same object.
std::string lost(const Identities& before, const Identities& now, const Ends& wanted);

}  // namespace flotilla::tests
