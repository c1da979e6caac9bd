#include "render/lua/convert.h"

#include "render/base/text.h"

#include <array>
#include <cmath>
#include <type_traits>

namespace flotilla::lua {
namespace {

constexpr int depth_limit = 500;
constexpr std::size_t bytes_per_value = 64;

static_assert(std::is_trivially_destructible_v<Json::Value::const_iterator>);

void push_list(lua_State* state, const Json::Value& list) {
  lua_createtable(state, static_cast<int>(list.size()), 0);
  int index = 0;
  for (const Json::Value& entry : list) {
    push(state, entry);
    lua_rawseti(state, -2, ++index);
  }
}

void push_map(lua_State* state, const Json::Value& map) {
  lua_createtable(state, 0, static_cast<int>(map.size()));
  for (auto entry = map.begin(); entry != map.end(); ++entry) {
    const char* end = nullptr;
    const char* name = entry.memberName(&end);
    lua_pushlstring(state, name, static_cast<std::size_t>(end - name));
    push(state, *entry);
    lua_rawset(state, -3);
  }
}

void push_text(lua_State* state, const Json::Value& text) {
  const char* begin = nullptr;
  const char* end = nullptr;
  text.getString(&begin, &end);
  lua_pushlstring(state, begin, static_cast<std::size_t>(end - begin));
}

// The length of the valid UTF-8 sequence at the front, 0 if there is none.
std::size_t sequence(std::string_view text) {
  for (std::size_t size = 1; size <= 4 && size <= text.size(); ++size)
    if (is_utf8(text.substr(0, size))) return size;
  return 0;
}

std::string valid_utf8(std::string_view text) {
  if (is_utf8(text)) return std::string(text);
  std::string valid;
  while (!text.empty()) {
    const std::size_t size = sequence(text);
    valid += size > 0 ? text.substr(0, size) : "\xEF\xBF\xBD";
    text.remove_prefix(size > 0 ? size : 1);
  }
  return valid;
}

// A way from the result down to the value that is read, in the frames of its readers.
struct Step {
  const Step* above = nullptr;
  const void* table = nullptr;
  const char* name = nullptr;  // of the field, nullptr for an entry of a list
  int index = 0;               // of the entry, from 1
};

void push_path(lua_State* state, const Step* step) {
  if (step->above == nullptr) {
    lua_pushliteral(state, "the result");
    return;
  }
  push_path(state, step->above);
  if (step->name != nullptr)
    lua_pushfstring(state, ".%s", step->name);
  else
    lua_pushfstring(state, "[%d]", step->index);
  lua_concat(state, 2);
}

void refuse(lua_State* state, const Step& step, const char* what) {
  push_path(state, &step);
  lua_pushfstring(state, "%s is %s, which has no JSON form", lua_tostring(state, -1), what);
  lua_error(state);
}

// Refuses values that would be far larger as JSON than they are in Lua: tables can be shared.
void take(lua_State* state, std::size_t bytes) {
  Machine& machine = machine_of(state);
  machine.converted += bytes;
  charge(state, 1 + bytes / bytes_per_value);
  if (machine.converted > machine.surroundings.memory)
    luaL_error(state, "the result is larger than the memory limit");
}

void read_value(lua_State* state, Step& step, Json::Value& value);

void read_number(lua_State* state, const Step& step, Json::Value& value) {
  const double number = lua_tonumber(state, -1);
  if (!std::isfinite(number)) refuse(state, step, std::isnan(number) ? "NaN" : "infinite");
  constexpr double limit = 9223372036854775808.0;
  if (number == std::floor(number) && number >= -limit && number < limit)
    value = static_cast<Json::Int64>(number);
  else
    value = number;
}

void read_text(lua_State* state, Json::Value& value) {
  std::size_t size = 0;
  const char* text = lua_tolstring(state, -1, &size);
  take(state, size);
  value = valid_utf8({text, size});
}

// How the keys of the table on top are: a number of entries 1..n, or texts alone.
struct Keys {
  std::size_t numbers = 0;
  std::size_t texts = 0;
  double highest = 0;
};

Keys look_at_keys(lua_State* state, const Step& step) {
  Keys keys;
  lua_pushnil(state);
  while (lua_next(state, -2) != 0) {
    take(state, 0);
    lua_pop(state, 1);
    if (lua_type(state, -1) == LUA_TSTRING) {
      ++keys.texts;
      continue;
    }
    const double number = lua_type(state, -1) == LUA_TNUMBER ? lua_tonumber(state, -1) : 0;
    if (number < 1 || number != std::floor(number))
      refuse(state, step, "a table with keys that are neither texts nor places of a list");
    ++keys.numbers;
    if (number > keys.highest) keys.highest = number;
  }
  if (keys.numbers > 0 && keys.texts > 0) refuse(state, step, "a mixture of a list and a map");
  if (keys.numbers > 0 && keys.highest != static_cast<double>(keys.numbers))
    refuse(state, step, "a list with a hole");
  return keys;
}

void read_list(lua_State* state, Step& step, std::size_t size, Json::Value& value) {
  value = Json::Value(Json::arrayValue);
  for (int i = 1; i <= static_cast<int>(size); ++i) {
    Step below{&step, nullptr, nullptr, i};
    lua_rawgeti(state, -1, i);
    read_value(state, below, value[static_cast<Json::ArrayIndex>(i - 1)]);
    lua_pop(state, 1);
  }
}

void read_map(lua_State* state, Step& step, Json::Value& value) {
  value = Json::Value(Json::objectValue);
  lua_pushnil(state);
  while (lua_next(state, -2) != 0) {
    std::size_t size = 0;
    const char* name = lua_tolstring(state, -2, &size);
    take(state, size);
    Step below{&step, nullptr, name, 0};
    Json::Value& field = value[valid_utf8({name, size})];  // no temporary may live in the next call
    read_value(state, below, field);
    lua_pop(state, 1);
  }
}

void read_table(lua_State* state, Step& step, Json::Value& value) {
  step.table = lua_topointer(state, -1);
  int depth = 0;
  for (const Step* above = step.above; above != nullptr; above = above->above) {
    if (above->table == step.table) refuse(state, step, "a table that contains itself");
    if (++depth > depth_limit) luaL_error(state, "the result is nested too deeply");
  }
  luaL_checkstack(state, 8, "the result is nested too deeply");
  const Keys keys = look_at_keys(state, step);
  if (keys.texts > 0)
    read_map(state, step, value);
  else
    read_list(state, step, keys.numbers, value);
}

// Reads what is on top of the stack.
void read_value(lua_State* state, Step& step, Json::Value& value) {
  take(state, bytes_per_value);
  switch (lua_type(state, -1)) {
    case LUA_TNIL:
      value = Json::Value();
      return;
    case LUA_TBOOLEAN:
      value = lua_toboolean(state, -1) != 0;
      return;
    case LUA_TNUMBER:
      return read_number(state, step, value);
    case LUA_TSTRING:
      return read_text(state, value);
    case LUA_TTABLE:
      return read_table(state, step, value);
    default:
      refuse(state, step, luaL_typename(state, -1));
  }
}

}  // namespace

void push(lua_State* state, const Json::Value& value) {
  luaL_checkstack(state, 8, "the argument is nested too deeply");
  switch (value.type()) {
    case Json::nullValue:
      return lua_pushnil(state);
    case Json::booleanValue:
      return lua_pushboolean(state, value.asBool() ? 1 : 0);
    case Json::intValue:
    case Json::uintValue:
    case Json::realValue:
      return lua_pushnumber(state, value.asDouble());
    case Json::stringValue:
      return push_text(state, value);
    case Json::arrayValue:
      return push_list(state, value);
    case Json::objectValue:
      return push_map(state, value);
  }
}

void read(lua_State* state, int index, Json::Value& value) {
  Step step;
  lua_pushvalue(state, index);
  read_value(state, step, value);
  lua_pop(state, 1);
}

}  // namespace flotilla::lua
