#pragma once

#include "render/lua/script.h"

#include <lua.hpp>

#include <cstdint>
#include <memory>
#include <string>

// The Lua library reports errors by longjmp. It skips destructors, so functions that it calls hold
// nothing that needs one while they are in a Lua call: what they read and write lives in the
// Machine or behind a pointer of their caller.
namespace flotilla::lua {

// What one run may use and has used. Outlives its Lua state.
struct Machine {
  explicit Machine(const Surroundings& around) : surroundings(around) {}

  const Surroundings& surroundings;
  std::size_t used = 0;       // bytes of Lua's own values
  std::size_t converted = 0;  // bytes of the values that were read from it
  std::int64_t spent = 0;     // instructions, and library work counted as such
  std::uint64_t random = 1;   // state of math.random
  // The host call under way; these calls do not nest.
  std::vector<Json::Value> arguments;
  Json::Value answer;
  std::string refusal;
};

using State = std::unique_ptr<lua_State, decltype(&lua_close)>;

// An empty state under the machine's limits; nullptr if not even that fits.
State open(Machine& machine);

Machine& machine_of(lua_State* state);

// Calls `body` with `data` as its only argument; what it raises is the error.
Result<void> protect(lua_State* state, lua_CFunction body, void* data);

// Counts work of a library function that VM instructions do not show; raises at the limit.
void charge(lua_State* state, std::size_t amount);

}  // namespace flotilla::lua
