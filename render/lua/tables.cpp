#include "render/lua/sandbox.h"

// table.*: its functions walk over a table without an instruction being counted.
namespace flotilla::lua {
namespace {

constexpr std::size_t entries_per_instruction = 8;

int over_length(lua_State* state) {
  if (lua_istable(state, 1)) charge(state, lua_objlen(state, 1) / entries_per_instruction);
  return call_original(state);
}

// table.concat, with numbers as tostring prints them.
int concat(lua_State* state) {
  luaL_checktype(state, 1, LUA_TTABLE);
  const char* separator = luaL_optstring(state, 2, "");
  const auto length = static_cast<lua_Integer>(lua_objlen(state, 1));
  const int last = static_cast<int>(luaL_optinteger(state, 4, length));
  luaL_Buffer buffer;
  luaL_buffinit(state, &buffer);
  for (int i = static_cast<int>(luaL_optinteger(state, 3, 1)); i <= last; ++i) {
    charge(state, 1);
    lua_rawgeti(state, 1, i);
    if (lua_isstring(state, -1) == 0)
      return luaL_error(state, "invalid value (%s) at index %d in table for 'concat'",
                        luaL_typename(state, -1), i);
    push_text_of(state, -1);
    lua_remove(state, -2);
    luaL_addvalue(&buffer);
    if (i == last) break;  // the next number may be none
    luaL_addstring(&buffer, separator);
  }
  luaL_pushresult(&buffer);
  return 1;
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
  for (const char* name : {"insert", "remove", "sort"}) wrap(state, name, over_length);
  wrap(state, "maxn", over_everything);
  lua_pushcfunction(state, concat);
  lua_setfield(state, -2, "concat");
  for (const char* name : {"foreach", "foreachi", "setn"}) {
    lua_pushnil(state);
    lua_setfield(state, -2, name);
  }
  lua_pop(state, 1);
}

}  // namespace flotilla::lua
