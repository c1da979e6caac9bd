#include "render/lua/sandbox.h"

// table.*: its functions walk over a table without an instruction being counted.
namespace flotilla::lua {
namespace {

constexpr std::size_t entries_per_instruction = 8;

int over_length(lua_State* state) {
  if (lua_istable(state, 1)) charge(state, lua_objlen(state, 1) / entries_per_instruction);
  return call_original(state);
}

// The highest index is found by a walk over every slot that the table has; all that is known of
// their number is the memory in use.
int over_everything(lua_State* state) {
  charge(state, machine_of(state).used / sizeof(double) / 4 / entries_per_instruction);
  return call_original(state);
}

}  // namespace

void open_tables(lua_State* state) {
  lua_getglobal(state, LUA_TABLIBNAME);
  for (const char* name : {"insert", "remove", "concat", "sort"}) wrap(state, name, over_length);
  wrap(state, "maxn", over_everything);
  for (const char* name : {"foreach", "foreachi", "setn"}) {
    lua_pushnil(state);
    lua_setfield(state, -2, name);
  }
  lua_pop(state, 1);
}

}  // namespace flotilla::lua
