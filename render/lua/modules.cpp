#include "render/lua/modules.h"

#include "render/lua/convert.h"
#include "render/lua/empties.h"
#include "render/lua/sandbox.h"

#include <type_traits>

namespace flotilla::lua {
namespace {

static_assert(std::is_trivially_destructible_v<Module::const_iterator>);

// True if the host function answered; the machine holds the answer or the refusal.
bool answer(Machine& machine, const HostFunction& function) {
  auto result = function(machine.arguments);
  if (result)
    machine.answer = std::move(*result);
  else
    machine.refusal = to_string(result.error());
  return result.has_value();
}

int call_host(lua_State* state) {
  const auto* function =
      static_cast<const HostFunction*>(lua_touserdata(state, lua_upvalueindex(1)));
  Machine& machine = machine_of(state);
  const int count = lua_gettop(state);
  machine.arguments.assign(static_cast<std::size_t>(count), Json::Value());
  for (int i = 0; i < count; ++i) {
    read(state, i + 1, machine.arguments[static_cast<std::size_t>(i)]);
    settle_empties(machine.arguments[static_cast<std::size_t>(i)], {});
  }
  if (!answer(machine, *function)) {
    luaL_where(state, 1);
    lua_pushlstring(state, machine.refusal.data(), machine.refusal.size());
    lua_concat(state, 2);
    return lua_error(state);
  }
  push(state, machine.answer);
  return 1;
}

int load_module(lua_State* state) {
  const auto* module = static_cast<const Module*>(lua_touserdata(state, lua_upvalueindex(1)));
  lua_createtable(state, 0, static_cast<int>(module->size()));
  for (const auto& [name, function] : *module) {
    lua_pushlstring(state, name.data(), name.size());
    lua_pushlightuserdata(state, const_cast<HostFunction*>(&function));
    lua_pushcclosure(state, call_host, 1);
    lua_rawset(state, -3);
  }
  return 1;
}

// Upvalues: package.loaded and package.preload as they were made.
int require_module(lua_State* state) {
  const char* name = luaL_checkstring(state, 1);
  lua_settop(state, 1);
  lua_getfield(state, lua_upvalueindex(1), name);
  if (!lua_isnil(state, -1)) return 1;
  lua_getfield(state, lua_upvalueindex(2), name);
  if (lua_isnil(state, -1)) return luaL_error(state, "module '%s' not found", name);
  lua_pushvalue(state, 1);
  lua_call(state, 1, 1);
  if (lua_isnil(state, -1)) lua_pushboolean(state, 1);
  lua_pushvalue(state, -1);
  lua_setfield(state, lua_upvalueindex(1), name);
  return 1;
}

void push_preload(lua_State* state) {
  const auto& modules = machine_of(state).surroundings.modules;
  lua_createtable(state, 0, static_cast<int>(modules.size()));
  for (const auto& [name, module] : modules) {
    lua_pushlstring(state, name.data(), name.size());
    lua_pushlightuserdata(state, const_cast<Module*>(&module));
    lua_pushcclosure(state, load_module, 1);
    lua_rawset(state, -3);
  }
}

}  // namespace

void open_modules(lua_State* state) {
  lua_createtable(state, 0, 3);
  const int package = lua_gettop(state);
  lua_newtable(state);
  lua_setfield(state, package, "loaded");
  push_preload(state);
  lua_setfield(state, package, "preload");
  push_raising(state, "loadlib");
  lua_setfield(state, package, "loadlib");
  lua_getfield(state, package, "loaded");
  lua_getfield(state, package, "preload");
  lua_pushcclosure(state, require_module, 2);
  lua_setglobal(state, "require");
  lua_setglobal(state, "package");
}

}  // namespace flotilla::lua
