#include "render/lua/machine.h"

#include "render/base/text.h"
#include "render/document/json.h"

#include <cstdlib>

namespace flotilla::lua {
namespace {

// How many VM instructions pass between two looks at the limit.
constexpr int instructions_per_look = 100;
// Copying this many bytes takes about as long as one instruction.
constexpr std::size_t bytes_per_instruction = 64;
// The stack of a script is one block, and one instruction may copy all of it; so a script that
// piles up arguments comes to its end. 131,072 values, or a text of 2 MiB, which no object holds.
constexpr std::size_t largest_block = 2U << 20U;
// A script can raise whatever fits into its memory; logs and bindings shall stay readable.
constexpr std::size_t longest_message = 4096;

bool over(const Machine& machine) { return machine.spent > machine.surroundings.instructions; }

void* allocate(void* data, void* block, std::size_t old_size, std::size_t size) {
  Machine& machine = *static_cast<Machine*>(data);
  if (size == 0) {
    std::free(block);
    machine.used -= old_size;
    return nullptr;
  }
  if (size > old_size) {
    machine.spent += static_cast<std::int64_t>(1 + size / bytes_per_instruction);
    // Shrinking must not fail, growing may.
    if (over(machine) || size > largest_block ||
        size - old_size > machine.surroundings.memory - machine.used)
      return nullptr;
  }
  void* moved = std::realloc(block, size);
  if (moved == nullptr) return size > old_size ? nullptr : block;
  machine.used = machine.used - old_size + size;
  return moved;
}

void count(lua_State* state, lua_Debug*) {
  Machine& machine = machine_of(state);
  machine.spent += instructions_per_look;
  if (!over(machine)) return;
  // A pcall of the script may catch this error; then the very next instruction raises it again.
  lua_sethook(state, count, LUA_MASKCOUNT, 1);
  luaL_error(state, "the script was stopped");
}

// Without the rest of a character that was cut.
std::string shortened(std::string_view text) {
  if (text.size() <= longest_message) return std::string(text);
  text = text.substr(0, longest_message);
  while (!is_utf8(text)) text.remove_suffix(1);
  return std::string(text) + "...";
}

// The error on top of the stack as text, without allocating: nothing protects us here.
std::string error_text(lua_State* state) {
  switch (lua_type(state, -1)) {
    case LUA_TSTRING: {
      std::size_t size = 0;
      const char* text = lua_tolstring(state, -1, &size);
      if (!is_utf8({text, size})) return "the script raised a text that is not UTF-8";
      return shortened({text, size});
    }
    case LUA_TNUMBER:
      return number_text(lua_tonumber(state, -1));
    default:
      return std::string("the script raised a ") + lua_typename(state, lua_type(state, -1)) +
             " value";
  }
}

}  // namespace

State open(Machine& machine) {
  State state(lua_newstate(allocate, &machine), &lua_close);
  if (state == nullptr) return state;
  lua_sethook(state.get(), count, LUA_MASKCOUNT, instructions_per_look);
  // Garbage counts against the limit until it is collected, so collect early.
  lua_gc(state.get(), LUA_GCSETPAUSE, 110);
  lua_gc(state.get(), LUA_GCSETSTEPMUL, 400);
  return state;
}

Machine& machine_of(lua_State* state) {
  void* data = nullptr;
  lua_getallocf(state, &data);
  return *static_cast<Machine*>(data);
}

Result<void> protect(lua_State* state, lua_CFunction body, void* data) {
  const Machine& machine = machine_of(state);
  const int status = lua_cpcall(state, body, data);
  if (over(machine))
    return fail(Code::too_large, "the script was stopped: more than " +
                                     std::to_string(machine.surroundings.instructions) +
                                     " instructions");
  if (status == 0) return {};
  if (status == LUA_ERRMEM)
    return fail(Code::too_large, "the script was stopped: more than " +
                                     std::to_string(machine.surroundings.memory) +
                                     " bytes of memory");
  std::string message = error_text(state);
  lua_settop(state, 0);
  return fail(Code::invalid, std::move(message));
}

void charge(lua_State* state, std::size_t amount) {
  Machine& machine = machine_of(state);
  machine.spent += static_cast<std::int64_t>(amount);
  if (over(machine)) luaL_error(state, "the script was stopped");
}

}  // namespace flotilla::lua
