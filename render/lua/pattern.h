#pragma once

#include "render/lua/machine.h"

#include <array>
#include <string_view>

namespace flotilla::lua {

// A match of a Lua pattern (Lua 5.1 manual, 5.4.1). Each step counts as an instruction, because the
// library's own matching can take exponential time where no instruction limit reaches it. Raises
// Lua errors for malformed patterns.
class Pattern {
 public:
  struct Capture {
    const char* begin = nullptr;
    std::size_t size = 0;
    enum class State { open, closed, position } state = State::open;
  };

  Pattern(lua_State* state, std::string_view subject, std::string_view pattern);

  // The end of a match that begins exactly at `begin`, or nullptr.
  const char* match_at(const char* begin);
  // Pushes the captures of the last match; without any, `whole`. Gives their number.
  int push_captures(const char* begin, const char* end, bool whole) const;

 private:
  const char* match(const char* s, const char* p);
  const char* match_item(const char* s, const char* p);
  const char* match_special(const char* s, const char* p);
  const char* match_balanced(const char* s, const char* p);
  const char* match_frontier(const char* s, const char* p);
  const char* match_capture_again(const char* s, const char* p);
  const char* open_capture(const char* s, const char* p, Capture::State kind);
  const char* close_capture(const char* s, const char* p);
  bool fits(const char* s, const char* p, const char* item_end);
  bool fits_set(unsigned char c, const char* p, const char* last) const;
  const char* item_end(const char* p);
  void push_capture(std::size_t index) const;

  lua_State* state_;
  std::string_view subject_;
  const char* end_;
  const char* pattern_end_;
  const char* pattern_begin_;
  std::array<Capture, 32> captures_{};
  std::size_t count_ = 0;
  int depth_ = 0;
};

}  // namespace flotilla::lua
