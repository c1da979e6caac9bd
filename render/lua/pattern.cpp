#include "render/lua/pattern.h"

#include <cstring>

namespace flotilla::lua {
namespace {

constexpr int depth_limit = 200;
constexpr char escape = '%';

bool is_between(unsigned char c, char least, char most) { return c >= least && c <= most; }

// The letter classes of the "C" locale; an upper-case class is the complement of the lower-case
// one.
bool in_class(unsigned char c, char name) {
  const bool lower = is_between(c, 'a', 'z');
  const bool upper = is_between(c, 'A', 'Z');
  const bool digit = is_between(c, '0', '9');
  const bool graphic = is_between(c, '!', '~');
  const bool complement = name >= 'A' && name <= 'Z';
  const auto answer = [&](bool is) { return is != complement; };
  switch (complement ? name - 'A' + 'a' : name) {
    case 'a':
      return answer(lower || upper);
    case 'c':
      return answer(c < 32 || c == 127);
    case 'd':
      return answer(digit);
    case 'l':
      return answer(lower);
    case 'p':
      return answer(graphic && !lower && !upper && !digit);
    case 's':
      return answer(c == ' ' || is_between(c, '\t', '\r'));
    case 'u':
      return answer(upper);
    case 'w':
      return answer(lower || upper || digit);
    case 'x':
      return answer(digit || is_between(c, 'a', 'f') || is_between(c, 'A', 'F'));
    case 'z':
      return answer(c == 0);
    default:
      return static_cast<unsigned char>(name) == c;
  }
}

}  // namespace

Pattern::Pattern(lua_State* state, std::string_view subject, std::string_view pattern)
    : state_(state),
      subject_(subject),
      end_(subject.data() + subject.size()),
      pattern_end_(pattern.data() + pattern.size()),
      pattern_begin_(pattern.data()) {}

const char* Pattern::match_at(const char* begin) {
  count_ = 0;
  depth_ = 0;
  return match(begin, pattern_begin_);
}

// The end of the single-character item that begins at `p`: a character, %x or [set].
const char* Pattern::item_end(const char* p) {
  const char first = *p++;
  if (first == escape) {
    if (p == pattern_end_) luaL_error(state_, "malformed pattern (ends with '%%')");
    return p + 1;
  }
  if (first != '[') return p;
  if (p != pattern_end_ && *p == '^') ++p;
  do {  // a ] that stands first is a member
    charge(state_, 1);
    if (p == pattern_end_) luaL_error(state_, "malformed pattern (missing ']')");
    const char c = *p++;
    if (c == escape && p != pattern_end_) ++p;
  } while (p == pattern_end_ || *p != ']');
  return p + 1;
}

// `p` stands at the [ and `last` at the ].
bool Pattern::fits_set(unsigned char c, const char* p, const char* last) const {
  ++p;
  const bool complement = *p == '^';
  if (complement) ++p;
  for (; p < last; ++p) {
    if (*p == escape && p + 1 < last) {
      if (in_class(c, *++p)) return !complement;
    } else if (p + 2 < last && p[1] == '-') {
      if (static_cast<unsigned char>(p[0]) <= c && c <= static_cast<unsigned char>(p[2]))
        return !complement;
      p += 2;
    } else if (static_cast<unsigned char>(*p) == c) {
      return !complement;
    }
  }
  return complement;
}

bool Pattern::fits(const char* s, const char* p, const char* item_end) {
  charge(state_, static_cast<std::size_t>(item_end - p));
  if (s == end_) return false;
  const auto c = static_cast<unsigned char>(*s);
  switch (*p) {
    case '.':
      return true;
    case escape:
      return in_class(c, p[1]);
    case '[':
      return fits_set(c, p, item_end - 1);
    default:
      return static_cast<unsigned char>(*p) == c;
  }
}

const char* Pattern::match(const char* s, const char* p) {
  charge(state_, 1);
  if (++depth_ > depth_limit) luaL_error(state_, "pattern too complex");
  const char* end = nullptr;
  while (true) {
    if (p == pattern_end_) {
      end = s;
      break;
    }
    const bool special =
        *p == '(' || *p == ')' || (*p == '$' && p + 1 == pattern_end_) ||
        (*p == escape && p + 1 < pattern_end_ &&
         (p[1] == 'b' || p[1] == 'f' || is_between(static_cast<unsigned char>(p[1]), '0', '9')));
    if (special) {
      end = match_special(s, p);
      break;
    }
    const char* next = item_end(p);
    if (next < pattern_end_ && (*next == '?' || *next == '*' || *next == '+' || *next == '-')) {
      end = match_item(s, p);
      break;
    }
    if (!fits(s, p, next)) break;
    ++s;
    p = next;
  }
  --depth_;
  return end;
}

// An item with a repetition behind it.
const char* Pattern::match_item(const char* s, const char* p) {
  const char* repetition = item_end(p);
  const char* rest = repetition + 1;
  if (*repetition == '?') {
    if (fits(s, p, repetition))
      if (const char* end = match(s + 1, rest)) return end;
    return match(s, rest);
  }
  if (*repetition == '-') {
    while (true) {
      if (const char* end = match(s, rest)) return end;
      if (!fits(s, p, repetition)) return nullptr;
      ++s;
    }
  }
  std::ptrdiff_t count = 0;
  while (fits(s + count, p, repetition)) ++count;
  for (const std::ptrdiff_t least = *repetition == '+' ? 1 : 0; count >= least; --count)
    if (const char* end = match(s + count, rest)) return end;
  return nullptr;
}

const char* Pattern::match_special(const char* s, const char* p) {
  if (*p == '$') return s == end_ ? s : nullptr;
  if (*p == ')') return close_capture(s, p + 1);
  if (*p == '(') {
    if (p + 1 < pattern_end_ && p[1] == ')')
      return open_capture(s, p + 2, Capture::State::position);
    return open_capture(s, p + 1, Capture::State::open);
  }
  if (p[1] == 'b') return match_balanced(s, p + 2);
  if (p[1] == 'f') return match_frontier(s, p + 2);
  return match_capture_again(s, p);
}

const char* Pattern::match_balanced(const char* s, const char* p) {
  if (pattern_end_ - p < 2) luaL_error(state_, "unbalanced pattern");
  if (s == end_ || *s != p[0]) return nullptr;
  int open = 1;
  for (const char* c = s + 1; c < end_; ++c) {
    charge(state_, 1);
    if (*c == p[1]) {
      if (--open == 0) return match(c + 1, p + 2);
    } else if (*c == p[0]) {
      ++open;
    }
  }
  return nullptr;
}

const char* Pattern::match_frontier(const char* s, const char* p) {
  if (p == pattern_end_ || *p != '[') luaL_error(state_, "missing '[' after '%%f' in pattern");
  const char* rest = item_end(p);
  charge(state_, static_cast<std::size_t>(rest - p));
  const auto before = static_cast<unsigned char>(s == subject_.data() ? '\0' : s[-1]);
  const auto here = static_cast<unsigned char>(s == end_ ? '\0' : *s);
  if (fits_set(before, p, rest - 1) || !fits_set(here, p, rest - 1)) return nullptr;
  return match(s, rest);
}

const char* Pattern::match_capture_again(const char* s, const char* p) {
  const auto index = static_cast<std::size_t>(p[1] - '1');
  if (p[1] == '0' || index >= count_ || captures_[index].state != Capture::State::closed)
    luaL_error(state_, "invalid capture index");
  const Capture& capture = captures_[index];
  charge(state_, capture.size);
  if (static_cast<std::size_t>(end_ - s) < capture.size ||
      std::memcmp(s, capture.begin, capture.size) != 0)
    return nullptr;
  return match(s + capture.size, p + 2);
}

const char* Pattern::open_capture(const char* s, const char* p, Capture::State kind) {
  if (count_ == captures_.size()) luaL_error(state_, "too many captures");
  captures_[count_++] = {s, 0, kind};
  const char* end = match(s, p);
  if (end == nullptr) --count_;
  return end;
}

const char* Pattern::close_capture(const char* s, const char* p) {
  std::size_t index = count_;
  while (index > 0 && captures_[index - 1].state != Capture::State::open) --index;
  if (index == 0) {
    luaL_error(state_, "invalid pattern capture");
    return nullptr;
  }
  Capture& capture = captures_[index - 1];
  capture.size = static_cast<std::size_t>(s - capture.begin);
  capture.state = Capture::State::closed;
  const char* end = match(s, p);
  if (end == nullptr) capture.state = Capture::State::open;
  return end;
}

void Pattern::push_capture(std::size_t index) const {
  const Capture& capture = captures_[index];
  if (capture.state == Capture::State::open) luaL_error(state_, "unfinished capture");
  if (capture.state == Capture::State::position)
    lua_pushinteger(state_, capture.begin - subject_.data() + 1);
  else
    lua_pushlstring(state_, capture.begin, capture.size);
}

int Pattern::push_captures(const char* begin, const char* end, bool whole) const {
  if (count_ == 0 && whole) {
    lua_pushlstring(state_, begin, static_cast<std::size_t>(end - begin));
    return 1;
  }
  luaL_checkstack(state_, static_cast<int>(count_), "too many captures");
  for (std::size_t i = 0; i < count_; ++i) push_capture(i);
  return static_cast<int>(count_);
}

}  // namespace flotilla::lua
