#include "render/lua/pattern.h"
#include "render/lua/sandbox.h"

#include <cstring>

// string.*: Karmada's "safe" string library, which refuses texts over a million characters and has
// no gsub, rep and dump.
namespace flotilla::lua {
namespace {

constexpr std::size_t length_limit = 1'000'000;
constexpr std::size_t bytes_per_instruction = 64;

void check_length(lua_State* state, int index) {
  if (lua_type(state, index) != LUA_TSTRING) return;
  const std::size_t size = lua_objlen(state, index);
  if (size > length_limit)
    luaL_error(state, "a text of more than 1000000 characters is refused here");
  charge(state, size / bytes_per_instruction);
}

int limited(lua_State* state) {
  for (int i = 1; i <= lua_gettop(state); ++i) check_length(state, i);
  return call_original(state);
}

std::string_view text_at(lua_State* state, int index) {
  check_length(state, index);
  std::size_t size = 0;
  const char* text = luaL_checklstring(state, index, &size);
  return {text, size};
}

// The place where the search begins, from the optional argument 3.
const char* start_of(lua_State* state, std::string_view subject) {
  const auto size = static_cast<std::ptrdiff_t>(subject.size());
  std::ptrdiff_t start = luaL_optinteger(state, 3, 1);
  if (start < 0) start += size + 1;
  start = start < 1 ? 1 : start;
  return subject.data() + (start > size + 1 ? size : start - 1);
}

int push_span(lua_State* state, std::string_view subject, const char* begin, const char* end) {
  lua_pushinteger(state, begin - subject.data() + 1);
  lua_pushinteger(state, end - subject.data());
  return 2;
}

int find_plain(lua_State* state, std::string_view subject, std::string_view text) {
  const char* start = start_of(state, subject);
  const auto left = static_cast<std::size_t>(subject.data() + subject.size() - start);
  const void* found = text.empty() ? start : memmem(start, left, text.data(), text.size());
  if (found == nullptr) {
    lua_pushnil(state);
    return 1;
  }
  const char* begin = static_cast<const char*>(found);
  return push_span(state, subject, begin, begin + text.size());
}

// string.find if `span`, string.match otherwise.
int search(lua_State* state, bool span) {
  const std::string_view subject = text_at(state, 1);
  std::string_view text = text_at(state, 2);
  if (span && (lua_toboolean(state, 4) != 0 || text.find_first_of("^$*+?.([%-") == text.npos))
    return find_plain(state, subject, text);
  const bool anchored = text.starts_with('^');
  if (anchored) text.remove_prefix(1);
  Pattern pattern(state, subject, text);
  const char* last = subject.data() + subject.size();
  for (const char* begin = start_of(state, subject); begin <= last; ++begin) {
    if (const char* end = pattern.match_at(begin)) {
      const int places = span ? push_span(state, subject, begin, end) : 0;
      return places + pattern.push_captures(begin, end, !span);
    }
    if (anchored) break;
  }
  lua_pushnil(state);
  return 1;
}

int find(lua_State* state) { return search(state, true); }
int match(lua_State* state) { return search(state, false); }

// Upvalues: subject, pattern, the offset to go on at.
int next_match(lua_State* state) {
  std::size_t size = 0;
  const char* text = lua_tolstring(state, lua_upvalueindex(1), &size);
  const std::string_view subject(text, size);
  text = lua_tolstring(state, lua_upvalueindex(2), &size);
  Pattern pattern(state, subject, {text, size});
  const char* last = subject.data() + subject.size();
  for (const char* begin = subject.data() + lua_tointeger(state, lua_upvalueindex(3));
       begin <= last; ++begin) {
    const char* end = pattern.match_at(begin);
    if (end == nullptr) continue;
    // After an empty match the next one begins a character later.
    lua_pushinteger(state, (end == begin ? end + 1 : end) - subject.data());
    lua_replace(state, lua_upvalueindex(3));
    return pattern.push_captures(begin, end, true);
  }
  return 0;
}

int gmatch(lua_State* state) {
  text_at(state, 1);
  text_at(state, 2);
  lua_settop(state, 2);
  lua_pushinteger(state, 0);
  lua_pushcclosure(state, next_match, 3);
  return 1;
}

// gopher-lua formats any value with %s, and numbers as tostring does.
int format(lua_State* state) {
  const std::string_view text = text_at(state, 1);
  int argument = 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') continue;
    i = text.find_first_not_of("-+ #0123456789.", i + 1);
    if (i == text.npos) break;
    if (text[i] == '%') continue;
    ++argument;
    if (text[i] != 's' || argument > lua_gettop(state)) continue;
    push_text_of(state, argument);
    lua_replace(state, argument);
    check_length(state, argument);
  }
  return call_original(state);
}

void set(lua_State* state, const char* name, lua_CFunction function) {
  lua_pushcfunction(state, function);
  lua_setfield(state, -2, name);
}

}  // namespace

void open_strings(lua_State* state) {
  lua_getglobal(state, LUA_STRLIBNAME);
  for (const char* name : {"byte", "lower", "reverse", "sub", "upper"}) wrap(state, name, limited);
  wrap(state, "format", format);
  set(state, "find", find);
  set(state, "match", match);
  set(state, "gmatch", gmatch);
  set(state, "gfind", gmatch);
  for (const char* name : {"gsub", "rep", "dump"}) {
    push_raising(state, name);
    lua_setfield(state, -2, name);
  }
  lua_pop(state, 1);
}

}  // namespace flotilla::lua
