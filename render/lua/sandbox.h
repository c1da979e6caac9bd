#pragma once

#include "render/lua/machine.h"

// The environment of a script (karmada-semantics 14.3). These functions raise Lua errors.
namespace flotilla::lua {

// Opens what scripts may use, and nothing else, in an empty state.
void open_sandbox(lua_State* state);

void open_strings(lua_State* state);  // strings.cpp
void open_tables(lua_State* state);   // tables.cpp
void open_clock(lua_State* state);    // clock.cpp

// Pushes a function that raises "call function <name> is not supported in karmada customized
// resourceinterpreter." `name` is a literal.
void push_raising(lua_State* state, const char* name);

// Pushes tostring() of the value at `index`: numbers as Go prints them, so 1e15 has no exponent;
// no addresses, which would differ from run to run.
void push_text_of(lua_State* state, int index);

// Replaces table[name] of the table on top by `wrapper`, with the original as its upvalue 1.
void wrap(lua_State* state, const char* name, lua_CFunction wrapper);
// Calls the original in the wrapper's own frame.
int call_original(lua_State* state);

}  // namespace flotilla::lua
