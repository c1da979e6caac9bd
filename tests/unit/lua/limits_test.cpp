#include "tests/unit/lua/scripts.h"

using namespace flotilla;
using test::outcome;

namespace {

lua::Surroundings small() {
  lua::Surroundings around;
  around.instructions = 2'000'000;
  around.memory = 4U << 20U;
  return around;
}

const std::string stopped = "error: the script was stopped: more than 2000000 instructions";
const std::string too_big = "error: the script was stopped: more than 4194304 bytes of memory";

}  // namespace

TEST_CASE("scripts that do not end are stopped") {
  const std::string script = GENERATE(values<std::string>({
      "while true do end",
      "function f() while true do end end",
      "function f() while true do pcall(f) end end",
      "function g() while true do end end function f() return pcall(g) end",
      "function f() local s = 'x' for i = 1, 18 do s = s .. s end while true do local t = s .. "
      "'y' end end",
      "function f() local s = 'x' for i = 1, 18 do s = s .. s end while true do s:lower() end "
      "end",
      "function f() local t = {} for i = 1, 1e9 do table.insert(t, 1, 1) table.remove(t) end "
      "end",
  }));
  CHECK(outcome(script, {}, small()) == stopped);
}

TEST_CASE("patterns that would take for ever are stopped") {
  const std::string subject = "local s = 'a' for i = 1, 12 do s = s .. s end ";
  CHECK(outcome("function f() " + subject + "return s:find('.-.-.-.-.-b') end", {}, small()) ==
        stopped);
  CHECK(outcome("function f() " + subject + "return s:match('(a*)(a*)(a*)(a*)%1%2%3b') end", {},
                small()) == stopped);
  CHECK(outcome("function f() local p = 'a?' for i = 1, 12 do p = p .. p end " + subject +
                    "return s:find(p) end",
                {}, small()) == "error: script:1: pattern too complex");
}

TEST_CASE("scripts that take too much memory are stopped") {
  CHECK(outcome("function f() local t = {} for i = 1, 1e9 do t[i] = i end end", {}, small()) ==
        too_big);
  CHECK(outcome("function f() local s = 'x' while true do s = s .. s end end", {}, small()) ==
        too_big);
  CHECK(outcome("function f() local t = {} local function g() t[#t + 1] = {} end while true do "
                "pcall(g) end end",
                {}, small()) == stopped);
}

TEST_CASE("lists grow and shrink at their end for nothing") {
  CHECK(outcome("function f() local t = {} for i = 1, 50000 do table.insert(t, i) end "
                "for i = 1, 49999 do table.remove(t) end return t end",
                {}, small()) == "[1]");
}

TEST_CASE("garbage does not count as memory") {
  CHECK(outcome("function f() for i = 1, 50000 do local t = {i, i, i} end return 1 end", {},
                small()) == "1");
}

TEST_CASE("endless recursion is an error of the script") {
  CHECK(outcome("function f() return 1 + f() end").find("stack overflow") != std::string::npos);
  CHECK(outcome("function f() return pcall(f) end", {}, small()) == "true");
}

TEST_CASE("texts of more than a million characters are refused") {
  const std::string grow = "function f() local s = ('x') for i = 1, 20 do s = s .. s end ";
  const std::string refused =
      "error: script:1: a text of more than 1000000 characters is refused here";
  for (const std::string call :
       {"s:byte()", "s:find('x')", "('x'):find(s)", "s:format()", "('%s'):format(s)",
        "s:gmatch('x')", "s:lower()", "s:match('x')", "s:reverse()", "s:sub(1, 2)", "s:upper()"})
    CHECK(outcome(grow + "return " + call + " end") == refused);
  CHECK(outcome(grow + "return s:len() end") == "1048576");
}

TEST_CASE("no room at all") {
  lua::Surroundings around;
  around.memory = 100;
  CHECK(outcome("function f() end", {}, around) ==
        "error: the memory limit leaves no room for Lua");
}

TEST_CASE("a long set costs what it is long") {
  const std::string script =
      "function f() local p = 'a' for i = 1, 16 do p = p .. p end "
      "local s = 'b' for i = 1, 8 do s = s .. s end return s:find('[' .. p .. ']') end";
  CHECK(outcome(script, {}, small()) == stopped);
  CHECK(outcome(script) == "null");
}

TEST_CASE("a position that is no int is refused before the library walks to it") {
  const std::string refused =
      "error: script:1: bad argument #2 to 'insert' (position is out of range)";
  for (const std::string position : {"4294967296", "-4294967296", "0/0", "1/0", "-1/0"})
    CHECK(outcome("function f() local t = {} table.insert(t, " + position + ", 1) end", {},
                  small()) == refused);
  CHECK(outcome("function f() local t = {} table.insert(t, -2147483647, 1) end", {}, small()) ==
        stopped);
}

TEST_CASE("what a script raises is cut to a readable length") {
  const std::string grow = "function f() local s = '\xC3\xA9' for i = 1, 12 do s = s .. s end ";
  const std::string message = outcome(grow + "error('x' .. s, 0) end");
  CHECK(message.size() == std::string("error: ").size() + 4095 + 3);
  CHECK(message.ends_with("\xC3\xA9..."));
}

TEST_CASE("a range that is too wide to unpack is refused") {
  for (const std::string range :
       {"1, 1e8", "-2147483648, 2147483647", "-2147483647, 2147483647", "-1, 2147483647",
        "-4294967296, 4294967296", "0/0", "1, 0/0", "-1/0, 1/0"})
    CHECK(outcome("function f() return {unpack({}, " + range + ")} end") ==
          "error: script:1: too many results to unpack");
  CHECK(outcome("function f() return {unpack({1, 2, 3}, 2)} end") == "[2,3]");
  CHECK(outcome("function f() return {unpack({1, 2}, 2, 1)} end") == "[]");
  CHECK(outcome("function f() return {unpack({1, 2, nil, 4}, 1, 2)} end") == "[1,2]");
}

TEST_CASE("a script that piles up arguments comes to its end") {
  lua::Surroundings around;  // as in use
  const std::string answer = outcome("function f(...) return f(1, ...) end", {}, around);
  INFO(answer);
  CHECK(answer.starts_with("error: "));
}
