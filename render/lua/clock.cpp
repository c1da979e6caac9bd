#include "render/lua/sandbox.h"

#include <array>
#include <cmath>
#include <cstdio>

// os.time and os.date. Times are UTC, and "now" is what the surroundings say.
namespace flotilla::lua {
namespace {

constexpr std::array<const char*, 7> days = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                             "Thursday", "Friday", "Saturday"};
constexpr std::array<const char*, 12> months = {"January",   "February", "March",    "April",
                                                "May",       "June",     "July",     "August",
                                                "September", "October",  "November", "December"};
constexpr std::int64_t seconds_per_day = 86'400;
// Years 0 to 9999; what is beyond has no calendar here.
constexpr double earliest = -62'167'219'200.0;
constexpr double latest = 253'402'300'799.0;

struct Calendar {
  int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0;
  int weekday = 4;   // from 0, Sunday
  int year_day = 0;  // from 0
};

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

bool is_leap(std::int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

// Days from 1970-01-01 to the first of January of a year.
std::int64_t days_before(std::int64_t year) {
  const std::int64_t y = year - 1;
  return 365 * (year - 1970) + floor_div(y, 4) - floor_div(y, 100) + floor_div(y, 400) - 477;
}

int days_of(int year, int month) {
  constexpr std::array<int, 12> lengths = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return lengths[static_cast<std::size_t>(month - 1)] + (month == 2 && is_leap(year) ? 1 : 0);
}

Calendar calendar_of(std::int64_t seconds) {
  Calendar c;
  std::int64_t day = floor_div(seconds, seconds_per_day);
  const auto rest = static_cast<int>(seconds - day * seconds_per_day);
  c.hour = rest / 3600;
  c.minute = rest / 60 % 60;
  c.second = rest % 60;
  c.weekday = static_cast<int>(((day + 4) % 7 + 7) % 7);
  std::int64_t year = 1970 + floor_div(day, 366);
  while (days_before(year + 1) <= day) ++year;
  day -= days_before(year);
  c.year = static_cast<int>(year);
  c.year_day = static_cast<int>(day);
  while (day >= days_of(c.year, c.month)) day -= days_of(c.year, c.month++);
  c.day = static_cast<int>(day) + 1;
  return c;
}

void add_number(luaL_Buffer& buffer, const char* form, int number) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), form, number);
  luaL_addstring(&buffer, text.data());
}

void add_form(luaL_Buffer& buffer, const Calendar& c, const char* form);

// Week of the year, weeks beginning with the given weekday.
int week_of(const Calendar& c, int first) {
  return (c.year_day + 7 - (c.weekday - first + 7) % 7) / 7;
}

void add_conversion(luaL_Buffer& buffer, const Calendar& c, char conversion) {
  const char* day = days[static_cast<std::size_t>(c.weekday)];
  const char* month = months[static_cast<std::size_t>(c.month - 1)];
  const int hour = c.hour % 12 == 0 ? 12 : c.hour % 12;
  switch (conversion) {
    case 'a':
      return luaL_addlstring(&buffer, day, 3);
    case 'A':
      return luaL_addstring(&buffer, day);
    case 'b':
      return luaL_addlstring(&buffer, month, 3);
    case 'B':
      return luaL_addstring(&buffer, month);
    case 'c':
      return add_form(buffer, c, "%a %b %d %H:%M:%S %Y");
    case 'd':
      return add_number(buffer, "%02d", c.day);
    case 'D':
    case 'x':
      return add_form(buffer, c, "%m/%d/%y");
    case 'F':
      return add_form(buffer, c, "%Y-%m-%d");
    case 'H':
      return add_number(buffer, "%02d", c.hour);
    case 'I':
      return add_number(buffer, "%02d", hour);
    case 'j':
      return add_number(buffer, "%03d", c.year_day + 1);
    case 'm':
      return add_number(buffer, "%02d", c.month);
    case 'M':
      return add_number(buffer, "%02d", c.minute);
    case 'p':
      return luaL_addstring(&buffer, c.hour < 12 ? "AM" : "PM");
    case 'S':
      return add_number(buffer, "%02d", c.second);
    case 'T':
    case 'X':
      return add_form(buffer, c, "%H:%M:%S");
    case 'U':
      return add_number(buffer, "%02d", week_of(c, 0));
    case 'w':
      return add_number(buffer, "%d", c.weekday);
    case 'W':
      return add_number(buffer, "%02d", week_of(c, 1));
    case 'y':
      return add_number(buffer, "%02d", c.year % 100);
    case 'Y':
      return add_number(buffer, "%04d", c.year);
    case 'z':
      return luaL_addstring(&buffer, "+0000");
    case 'Z':
      return luaL_addstring(&buffer, "UTC");
    case '%':
      return luaL_addchar(&buffer, '%'), void();
    default:  // as gopher-lua does
      luaL_addchar(&buffer, '%');
      luaL_addchar(&buffer, conversion);
  }
}

void add_form(luaL_Buffer& buffer, const Calendar& c, const char* form) {
  for (; *form != '\0'; ++form) {
    if (*form == '%' && form[1] != '\0')
      add_conversion(buffer, c, *++form);
    else
      luaL_addchar(&buffer, *form);
  }
}

void set_field(lua_State* state, const char* name, int value) {
  lua_pushinteger(state, value);
  lua_setfield(state, -2, name);
}

void push_table(lua_State* state, const Calendar& c) {
  lua_createtable(state, 0, 9);
  set_field(state, "year", c.year);
  set_field(state, "month", c.month);
  set_field(state, "day", c.day);
  set_field(state, "hour", c.hour);
  set_field(state, "min", c.minute);
  set_field(state, "sec", c.second);
  set_field(state, "wday", c.weekday + 1);
  set_field(state, "yday", c.year_day + 1);
  lua_pushboolean(state, 0);
  lua_setfield(state, -2, "isdst");
}

int date(lua_State* state) {
  const char* form = luaL_optstring(state, 1, "%c");
  const auto now = static_cast<double>(machine_of(state).surroundings.now);
  const double time = std::floor(luaL_optnumber(state, 2, now));
  if (!(time >= earliest && time <= latest)) luaL_argerror(state, 2, "out of range");
  const Calendar calendar = calendar_of(static_cast<std::int64_t>(time));
  if (*form == '!') ++form;
  if (form[0] == '*' && form[1] == 't') {
    push_table(state, calendar);
    return 1;
  }
  luaL_Buffer buffer;
  luaL_buffinit(state, &buffer);
  add_form(buffer, calendar, form);
  luaL_pushresult(&buffer);
  return 1;
}

// A field of the table at 1; `otherwise` < 0 makes it required.
std::int64_t field(lua_State* state, const char* name, std::int64_t otherwise) {
  lua_getfield(state, 1, name);
  const double value = lua_tonumber(state, -1);
  const bool given = lua_isnumber(state, -1) != 0;
  lua_pop(state, 1);
  if (!given && otherwise < 0) luaL_error(state, "field '%s' missing in date table", name);
  if (given && !(std::fabs(value) < 1e9)) luaL_error(state, "field '%s' is out of range", name);
  return given ? static_cast<std::int64_t>(value) : otherwise;
}

int time(lua_State* state) {
  if (lua_isnoneornil(state, 1)) {
    lua_pushnumber(state, static_cast<double>(machine_of(state).surroundings.now));
    return 1;
  }
  luaL_checktype(state, 1, LUA_TTABLE);
  const std::int64_t months_passed = field(state, "month", -1) - 1;
  const std::int64_t year = field(state, "year", -1) + floor_div(months_passed, 12);
  const auto month = static_cast<int>(months_passed - floor_div(months_passed, 12) * 12);
  std::int64_t day = days_before(year) + field(state, "day", -1) - 1;
  for (int m = 1; m <= month; ++m) day += days_of(is_leap(year) ? 2000 : 2001, m);
  const std::int64_t seconds = day * seconds_per_day + field(state, "hour", 12) * 3600 +
                               field(state, "min", 0) * 60 + field(state, "sec", 0);
  lua_pushnumber(state, static_cast<double>(seconds));
  return 1;
}

}  // namespace

void open_clock(lua_State* state) {
  lua_createtable(state, 0, 2);
  lua_pushcfunction(state, date);
  lua_setfield(state, -2, "date");
  lua_pushcfunction(state, time);
  lua_setfield(state, -2, "time");
  lua_setglobal(state, LUA_OSLIBNAME);
}

}  // namespace flotilla::lua
