#pragma once

#include "render/base/result.h"
#include "render/document/tree.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

// Lua 5.1 as Karmada's interpreter scripts have it (karmada-semantics 14.3): a sandbox without I/O,
// with limits, values going in and out as JSON. Only this room sees the Lua library.
namespace flotilla::lua {

// A function that scripts reach through require("<module>"). nil arrives as null; the number of
// arguments is the script's. An error is raised in the script.
using HostFunction = std::function<Result<Json::Value>(const std::vector<Json::Value>& arguments)>;
using Module = std::map<std::string, HostFunction>;

struct Surroundings {
  std::map<std::string, Module> modules;  // "kube" → its functions
  std::int64_t now = 0;                   // what os.time() says, seconds since 1970
  // The count of VM instructions after which a call is stopped, and the bytes its values may take:
  // limits that fall alike on every machine.
  std::int64_t instructions = 50'000'000;
  std::size_t memory = 64U << 20U;
};

struct Call {
  std::string function;  // "GetReplicas"
  std::vector<Json::Value> arguments;
  // How many results the caller looks at; missing ones come back as null.
  std::size_t results = 1;
  // Empty tables of the first result become {} or [] as they were at the same path of one of these
  // (14.3), otherwise their field is deleted. nullptr or none: every empty table is deleted. A
  // result that is wholly empty comes back as [], whatever it is meant to be.
  std::vector<const Json::Value*> references;
};

// Says whether the script compiles; the error has its line in `where`, with the file "script".
Result<void> check(std::string_view script);

// Runs the script in an environment of its own and calls the function. Errors: "not found function
// <name>", what the script raised (with its line in `where` where it says one), a limit that was
// hit (too_large), a value that has no JSON form. Library functions that walk or copy count as
// instructions too. What no limit reaches: next() over a table that was emptied, comparing long
// texts with "<", reading long texts as numbers, and passing very many varargs on; they can be
// slow, within the memory limit, and without end in a loop. Numbers that `..` joins are printed
// with 14 digits, as Lua does; tostring() and %s print them as gopher-lua does.
Result<std::vector<Json::Value>> run(std::string_view script, const Call& call,
                                     const Surroundings& surroundings);

// A script that was compiled once, to be run often: loading it takes a fraction of the time.
struct Program {
  std::string byte_code;  // of this very library; it is trusted, so it comes from compile() alone
};
Result<Program> compile(std::string_view script);
Result<std::vector<Json::Value>> run(const Program& program, const Call& call,
                                     const Surroundings& surroundings);

}  // namespace flotilla::lua
