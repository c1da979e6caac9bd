#include "tests/unit/lua/scripts.h"

using namespace flotilla;
using test::outcome;
using test::value_of;

TEST_CASE("functions that Karmada takes away") {
  for (const std::string name :
       {"collectgarbage", "dofile", "getfenv", "getmetatable", "load", "loadfile", "loadstring",
        "rawequal", "rawget", "rawset", "setfenv", "setmetatable", "module", "newproxy"})
    CHECK(value_of(name + "()") == "error: script:1: call function " + name +
                                       " is not supported in karmada customized "
                                       "resourceinterpreter.");
  for (const std::string name : {"string.gsub", "string.rep", "string.dump", "package.loadlib"})
    CHECK(value_of(name + "('x', 'x', 'x')").find("is not supported") != std::string::npos);
}

TEST_CASE("libraries that are not there") {
  CHECK(value_of("{tostring(io), tostring(debug), tostring(coroutine), tostring(os.getenv), "
                 "tostring(os.exit), tostring(os.clock), tostring(gcinfo)}") ==
        R"(["nil","nil","nil","nil","nil","nil","nil"])");
}

TEST_CASE("numbers print as gopher-lua prints them") {
  using Row = std::tuple<std::string, std::string>;
  const auto [number, text] = GENERATE(table<std::string, std::string>(
      {Row{"1e15", "1000000000000000"}, Row{"1e18", "1000000000000000000"}, Row{"-3", "-3"},
       Row{"-0", "0"}, Row{"0.1 + 0.2", "0.30000000000000004"}, Row{"1e19", "1e+19"},
       Row{"2.5", "2.5"}, Row{"1234567.5", "1.2345675e+06"}, Row{"123456.5", "123456.5"},
       Row{"0.00001234", "1.234e-05"}}));
  CHECK(value_of("tostring(" + number + ")") == "\"" + text + "\"");
  CHECK(value_of("string.format('%s', " + number + ")") == "\"" + text + "\"");
}

TEST_CASE("values without a text of their own have no address") {
  CHECK(value_of("{tostring({}), tostring(print), tostring(nil), tostring(true)}") ==
        R"(["table","function","nil","true"])");
}

TEST_CASE("string functions") {
  using Row = std::tuple<std::string, std::string>;
  const auto [call, result] = GENERATE(table<std::string, std::string>({
      Row{"('abc'):upper()", R"(["ABC"])"},
      Row{"string.byte('abc', 2)", "[98]"},
      Row{"string.sub('abc', -2)", R"(["bc"])"},
      Row{"string.reverse('abc')", R"(["cba"])"},
      Row{"string.len('abc')", "[3]"},
      Row{"string.char(97, 98)", R"(["ab"])"},
      Row{"string.format('%d-%s-%05.1f-%q-%%-%x', 3.7, nil, 2.25, 'a\"b', 255)",
          R"(["3-nil-002.2-\"a\\\"b\"-%-ff"])"},
      Row{"string.format('%s %s', true, 'x')", R"(["true x"])"},
      Row{"string.find('a.b', '.', 1, true)", "[2,2]"},
      Row{"string.find('abc', 'bc')", "[2,3]"},
      Row{"string.find('abc', 'x')", "[]"},
      Row{"string.find('abc', '')", "[1,0]"},
      Row{"string.find('abcabc', 'b', -3)", "[5,5]"},
      Row{"string.find('abc', '', 10)", "[4,3]"},
      Row{"string.find('key = value', '(%w+)%s*=%s*(%w+)')", R"([1,11,"key","value"])"},
      Row{"string.match('512Mi', '^(%d+)(%a*)$')", R"(["512","Mi"])"},
      Row{"string.match('x512Mi', '^(%d+)')", "[]"},
      Row{"string.match('  trim  ', '^%s*(.-)%s*$')", R"(["trim"])"},
      Row{"string.match('hello', '()ll()')", "[3,5]"},
      Row{"string.match('f(a(b)c)d', '%b()')", R"x(["(a(b)c)"])x"},
      Row{"string.match('THE (quick) fox', '%f[%a]%a+%f[%A]', 5)", R"(["quick"])"},
      Row{"string.match('say \"hi\" now', '([\"\\'])(.-)%1')", R"(["\"","hi"])"},
      Row{"string.match('2024-01-02', '(%d+)-(%d+)-(%d+)')", R"(["2024","01","02"])"},
      Row{"string.match('a]b', '[]]')", R"(["]"])"},
      Row{"string.match('a-b', '[a-]+')", R"(["a-"])"},
      Row{"string.match('abc', '[^a-b]')", R"(["c"])"},
      Row{"string.match('x^', '%^')", R"(["^"])"},
      Row{"string.match('cost $5', '$5')", R"(["$5"])"},
      Row{"string.match('aaa', 'a-')", R"([""])"},
      Row{"string.match('color colour', 'colou?r', 2)", R"(["colour"])"},
  }));
  CHECK(value_of("{" + call + "}") == result);
}

TEST_CASE("malformed patterns") {
  using Row = std::tuple<std::string, std::string>;
  const auto [pattern, message] = GENERATE(table<std::string, std::string>(
      {Row{"%", "malformed pattern (ends with '%')"}, Row{"[a", "malformed pattern (missing ']')"},
       Row{"(a", "unfinished capture"}, Row{"a)", "invalid pattern capture"},
       Row{"%1", "invalid capture index"}, Row{"%b", "unbalanced pattern"},
       Row{"%f", "missing '[' after '%f' in pattern"}}));
  CHECK(value_of("string.match('aa', '" + pattern + "')") == "error: script:1: " + message);
}

TEST_CASE("gmatch walks over all matches") {
  CHECK(outcome("function f() local t = {} for k, v in string.gmatch('a=1, b=2', '(%w+)=(%w+)') do "
                "t[k] = v end return t end") == R"({"a":"1","b":"2"})");
  CHECK(outcome("function f() local n = 0 for _ in ('abc'):gmatch('') do n = n + 1 end return n "
                "end") == "4");
}

TEST_CASE("table and math functions") {
  CHECK(outcome("function f() local t = {3, 1, 2} table.sort(t) table.insert(t, 9) "
                "table.insert(t, 1, 0) table.remove(t, 2) return table.concat(t, ',') end") ==
        R"("0,2,3,9")");
  CHECK(value_of("table.concat({1, 2.5, 1e15, 'x'}, '-', 2)") == R"("2.5-1000000000000000-x")");
  CHECK(value_of("table.concat({}) .. table.concat({1}, ',', 2147483647, 2147483647 - 1)") ==
        R"("")");
  CHECK(value_of("table.concat({1, {}})") ==
        "error: script:1: invalid value (table) at index 2 in table for 'concat'");
  CHECK(value_of("table.maxn({1, 2, [10] = 3})") == "10");
  CHECK(value_of("{math.floor(2.7), math.ceil(2.1), math.max(1, 3), math.min(1, 3), "
                 "math.fmod(7, 3)}") == "[2,3,3,1,1]");
}

TEST_CASE("random numbers are the same in every run") {
  const std::string numbers = value_of("{math.random(), math.random(10), math.random(5, 6)}");
  CHECK(numbers == value_of("{math.random(), math.random(10), math.random(5, 6)}"));
  CHECK(outcome("function f() for i = 1, 1000 do local n = math.random(3) "
                "if n < 1 or n > 3 or n % 1 ~= 0 then return n end end return 'fine' end") ==
        R"("fine")");
  CHECK(value_of("math.random(0)") ==
        "error: script:1: bad argument #1 to 'random' (interval is empty)");
}

TEST_CASE("time and date are told from outside, in UTC") {
  lua::Surroundings around;
  around.now = 1709210096;  // 2024-02-29T12:34:56Z, a Thursday
  using Row = std::tuple<std::string, std::string>;
  const auto [call, result] = GENERATE(table<std::string, std::string>({
      Row{"os.time()", "1709210096"},
      Row{"os.date('!%Y-%m-%dT%H:%M:%SZ')", R"("2024-02-29T12:34:56Z")"},
      Row{"os.date()", R"("Thu Feb 29 12:34:56 2024")"},
      Row{"os.date('%A %B %j %I%p %w %y %U %W %x %X %Z %%', 0)",
          R"("Thursday January 001 12AM 4 70 00 00 01/01/70 00:00:00 UTC %")"},
      Row{"os.date('%F %T', -1)", R"("1969-12-31 23:59:59")"},
      Row{"os.date('%F', 4102444799)", R"("2099-12-31")"},
      Row{"os.date('*t', 1709210096).yday", "60"},
      Row{"os.date('*t').wday", "5"},
      Row{"os.time({year = 2024, month = 2, day = 29, hour = 12, min = 34, sec = 56})",
          "1709210096"},
      Row{"os.time({year = 2023, month = 14, day = 29})", "1709208000"},
      Row{"os.time({year = 1900, month = 3, day = 1, hour = 0})", "-2203891200"},
      Row{"os.time({year = 2024})", "error: script:1: field 'month' missing in date table"},
      Row{"os.date('%Q')", R"("%Q")"},
  }));
  CHECK(value_of(call, around) == result);
}
