#pragma once

#include "render/lua/machine.h"

// Values between JSON and Lua (karmada-semantics 14.3). Both functions raise Lua errors.
namespace flotilla::lua {

// Pushes the value; null becomes nil, numbers become doubles, a text keeps its bytes.
void push(lua_State* state, const Json::Value& value);

// Reads the value at `index`. Empty tables become []; integral numbers become integers; invalid
// UTF-8 becomes U+FFFD as in Go. Raises for what has no JSON form, naming the path.
void read(lua_State* state, int index, Json::Value& value);

}  // namespace flotilla::lua
