#include "render/lua/script.h"

#include "render/lua/convert.h"
#include "render/lua/empties.h"
#include "render/lua/machine.h"
#include "render/lua/sandbox.h"

#include <algorithm>
#include <charconv>

namespace flotilla::lua {
namespace {

constexpr std::string_view chunk = "script";

struct Task {
  std::string_view script;  // source, or byte code
  std::string* byte_code = nullptr;
  const Call* call = nullptr;
  std::vector<Json::Value>* results = nullptr;
};

void load(lua_State* state, const Task& task) {
  if (luaL_loadbuffer(state, task.script.data(), task.script.size(), "=script") != 0)
    lua_error(state);
}

int append(lua_State*, const void* bytes, std::size_t size, void* text) {
  static_cast<std::string*>(text)->append(static_cast<const char*>(bytes), size);
  return 0;
}

int translate(lua_State* state) {
  const Task& task = *static_cast<Task*>(lua_touserdata(state, 1));
  load(state, task);
  if (task.byte_code != nullptr) lua_dump(state, append, task.byte_code);
  return 0;
}

int execute(lua_State* state) {
  const Task& task = *static_cast<Task*>(lua_touserdata(state, 1));
  open_sandbox(state);
  load(state, task);
  lua_call(state, 0, 0);
  const Call& call = *task.call;
  lua_getglobal(state, call.function.c_str());
  if (!lua_isfunction(state, -1))
    return luaL_error(state, "not found function %s", call.function.c_str());
  for (const Json::Value& argument : call.arguments) push(state, argument);
  const int first = lua_gettop(state) - static_cast<int>(call.arguments.size());
  lua_call(state, static_cast<int>(call.arguments.size()), static_cast<int>(call.results));
  for (std::size_t i = 0; i < call.results; ++i)
    read(state, first + static_cast<int>(i), (*task.results)[i]);
  return 0;
}

// The parser says "script:3: '=' expected"; the line is put where lines belong.
Error located(Error error) {
  const std::string prefix = std::string(chunk) + ":";
  if (!error.message.starts_with(prefix)) return error;
  const char* begin = error.message.data() + prefix.size();
  const char* end = error.message.data() + error.message.size();
  int line = 0;
  const auto [rest, fault] = std::from_chars(begin, end, line);
  if (fault != std::errc() || !std::string_view(rest, end).starts_with(": ")) return error;
  error.where = {std::string(chunk), line, 0};
  error.message.erase(0, static_cast<std::size_t>(rest - error.message.data()) + 2);
  return error;
}

// The library would take byte code for its own, and trust it.
Result<void> want_source(std::string_view script) {
  if (!script.starts_with(LUA_SIGNATURE[0])) return {};
  return fail(Code::invalid, "the script is byte code, want Lua source");
}

Result<void> in_machine(const Surroundings& surroundings, lua_CFunction body, Task& task) {
  Machine machine(surroundings);
  const State state = open(machine);
  if (state == nullptr) return fail(Code::too_large, "the memory limit leaves no room for Lua");
  if (auto done = protect(state.get(), body, &task); !done)
    return fail(located(std::move(done).error()));
  return {};
}

Result<std::vector<Json::Value>> run_loaded(std::string_view script, const Call& call,
                                            const Surroundings& surroundings) {
  std::vector<Json::Value> results(call.results);
  Task task{script, nullptr, &call, &results};
  TRY(in_machine(surroundings, execute, task));
  for (Json::Value& result : results) {
    const bool first = &result == &results.front();
    settle_empties(result, first ? call.references : std::vector<const Json::Value*>());
  }
  return results;
}

}  // namespace

Result<void> check(std::string_view script) {
  TRY(want_source(script));
  Task task{script, nullptr, nullptr, nullptr};
  return in_machine({}, translate, task);
}

Result<Program> compile(std::string_view script) {
  TRY(want_source(script));
  Program program;
  Task task{script, &program.byte_code, nullptr, nullptr};
  TRY(in_machine({}, translate, task));
  return program;
}

Result<std::vector<Json::Value>> run(std::string_view script, const Call& call,
                                     const Surroundings& surroundings) {
  TRY(want_source(script));
  return run_loaded(script, call, surroundings);
}

Result<std::vector<Json::Value>> run(const Program& program, const Call& call,
                                     const Surroundings& surroundings) {
  return run_loaded(program.byte_code, call, surroundings);
}

}  // namespace flotilla::lua
