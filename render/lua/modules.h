#pragma once

#include "render/lua/machine.h"

namespace flotilla::lua {

// `package` with what the surroundings give to preload, and `require`, which loads from there only.
void open_modules(lua_State* state);

}  // namespace flotilla::lua
