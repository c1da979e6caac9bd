#include "render/lua/sandbox.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

// table.*: its functions walk over a table without an instruction being counted.
namespace flotilla::lua {
namespace {

// Moving or comparing an entry takes about as long as this many instructions.
constexpr std::size_t instructions_per_entry = 8;

// Every entry behind a place is moved when one is put there or taken away.
void charge_move(lua_State* state) {
  if (!lua_istable(state, 1) || lua_isnumber(state, 2) == 0) return;
  const double place = lua_tonumber(state, 2);
  // The library cuts other numbers down to an int, whichever that may be.
  if (!(std::fabs(place) <= std::numeric_limits<int>::max()))
    luaL_argerror(state, 2, "position is out of range");
  const double behind = static_cast<double>(lua_objlen(state, 1)) - place;
  if (behind > 0)
    charge(state, static_cast<std::size_t>(std::min(behind, 1e9)) * instructions_per_entry);
}

int insert(lua_State* state) {
  if (lua_gettop(state) > 2) charge_move(state);  // with two arguments, the second is the value
  return call_original(state);
}

int remove(lua_State* state) {
  charge_move(state);
  return call_original(state);
}

int sort(lua_State* state) {
  if (lua_istable(state, 1)) {
    const std::size_t size = lua_objlen(state, 1);
    charge(state, size * static_cast<std::size_t>(std::bit_width(size)) * instructions_per_entry);
  }
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

constexpr std::size_t bytes_per_slot = 16;

// The highest index is found by a walk over every slot that the table has; all that is known of
// their number is the memory in use.
int over_everything(lua_State* state) {
  charge(state, machine_of(state).used / bytes_per_slot);
  return call_original(state);
}

}  // namespace

void open_tables(lua_State* state) {
  lua_getglobal(state, LUA_TABLIBNAME);
  wrap(state, "insert", insert);
  wrap(state, "remove", remove);
  wrap(state, "sort", sort);
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
