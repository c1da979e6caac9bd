#include "render/lua/sandbox.h"

#include "render/lua/modules.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace flotilla::lua {
namespace {

constexpr std::array raising = {
    "collectgarbage", "dofile", "getfenv", "getmetatable", "load",         "loadfile", "loadstring",
    "rawequal",       "rawget", "rawset",  "setfenv",      "setmetatable", "module",   "newproxy"};

int raise(lua_State* state) {
  return luaL_error(state,
                    "call function %s is not supported in karmada customized resourceinterpreter.",
                    lua_tostring(state, lua_upvalueindex(1)));
}

int print_nothing(lua_State*) { return 0; }

int text_of(lua_State* state) {
  luaL_checkany(state, 1);
  push_text_of(state, 1);
  return 1;
}

// The digits that Go's %v prints.
void push_number_text(lua_State* state, double number) {
  constexpr double limit = 9223372036854775808.0;
  std::array<char, 64> digits{};
  if (std::isnan(number)) return lua_pushliteral(state, "NaN"), void();
  if (std::isinf(number)) return lua_pushstring(state, number < 0 ? "-Inf" : "+Inf"), void();
  const bool whole = number == std::floor(number) && number >= -limit && number < limit;
  const auto end = whole ? std::to_chars(digits.data(), digits.data() + digits.size(),
                                         static_cast<std::int64_t>(number))
                               .ptr
                         : std::to_chars(digits.data(), digits.data() + digits.size(), number,
                                         std::chars_format::general)
                               .ptr;
  lua_pushlstring(state, digits.data(), static_cast<std::size_t>(end - digits.data()));
}

// Numbers that look random and are the same in every run.
double next_random(Machine& machine) {
  machine.random = machine.random * 6364136223846793005U + 1442695040888963407U;
  return static_cast<double>(machine.random >> 11U) / 9007199254740992.0;
}

int random(lua_State* state) {
  const double part = next_random(machine_of(state));
  if (lua_gettop(state) == 0) {
    lua_pushnumber(state, part);
    return 1;
  }
  const bool two = lua_gettop(state) > 1;
  const double least = two ? std::floor(luaL_checknumber(state, 1)) : 1;
  const double most = std::floor(luaL_checknumber(state, two ? 2 : 1));
  if (!(least <= most)) luaL_argerror(state, two ? 2 : 1, "interval is empty");
  lua_pushnumber(state, least + std::floor(part * (most - least + 1)));
  return 1;
}

int seed_random(lua_State* state) {
  const double seed = luaL_checknumber(state, 1);
  machine_of(state).random =
      std::fabs(seed) < 9e18 ? static_cast<std::uint64_t>(static_cast<std::int64_t>(seed)) : 1;
  return 0;
}

// The library counts the results in an int, which wraps over for a wide range: then it writes past
// its stack.
int unpack(lua_State* state) {
  constexpr double limit = std::numeric_limits<int>::max();
  luaL_checktype(state, 1, LUA_TTABLE);
  const double first = luaL_optnumber(state, 2, 1);
  const double last = luaL_optnumber(state, 3, static_cast<double>(lua_objlen(state, 1)));
  if (!(std::fabs(first) <= limit && std::fabs(last) <= limit && last - first < limit))
    return luaL_error(state, "too many results to unpack");
  return call_original(state);
}

void open_library(lua_State* state, lua_CFunction open, const char* name) {
  lua_pushcfunction(state, open);
  lua_pushstring(state, name);
  lua_call(state, 1, 0);
}

void set_function(lua_State* state, const char* name, lua_CFunction function) {
  lua_pushcfunction(state, function);
  lua_setglobal(state, name);
}

void open_base(lua_State* state) {
  open_library(state, luaopen_base, "");
  for (const char* name : raising) {
    push_raising(state, name);
    lua_setglobal(state, name);
  }
  for (const char* name : {"coroutine", "gcinfo"}) {
    lua_pushnil(state);
    lua_setglobal(state, name);
  }
  lua_getglobal(state, "unpack");
  lua_pushcclosure(state, unpack, 1);
  lua_setglobal(state, "unpack");
  set_function(state, "print", print_nothing);
  set_function(state, "tostring", text_of);
}

void open_math(lua_State* state) {
  open_library(state, luaopen_math, LUA_MATHLIBNAME);
  lua_getglobal(state, LUA_MATHLIBNAME);
  lua_pushcfunction(state, random);
  lua_setfield(state, -2, "random");
  lua_pushcfunction(state, seed_random);
  lua_setfield(state, -2, "randomseed");
  lua_pop(state, 1);
}

}  // namespace

void push_raising(lua_State* state, const char* name) {
  lua_pushstring(state, name);
  lua_pushcclosure(state, raise, 1);
}

void push_text_of(lua_State* state, int index) {
  switch (lua_type(state, index)) {
    case LUA_TNUMBER:
      return push_number_text(state, lua_tonumber(state, index));
    case LUA_TSTRING:
      return lua_pushvalue(state, index);
    case LUA_TBOOLEAN:
      return lua_pushstring(state, lua_toboolean(state, index) != 0 ? "true" : "false");
    default:
      return lua_pushstring(state, luaL_typename(state, index));
  }
}

void wrap(lua_State* state, const char* name, lua_CFunction wrapper) {
  lua_getfield(state, -1, name);
  lua_pushcclosure(state, wrapper, 1);
  lua_setfield(state, -2, name);
}

int call_original(lua_State* state) { return lua_tocfunction(state, lua_upvalueindex(1))(state); }

void open_sandbox(lua_State* state) {
  open_base(state);
  open_library(state, luaopen_table, LUA_TABLIBNAME);
  open_tables(state);
  open_library(state, luaopen_string, LUA_STRLIBNAME);
  open_strings(state);
  open_math(state);
  open_clock(state);
  open_modules(state);
  lua_settop(state, 1);
}

}  // namespace flotilla::lua
