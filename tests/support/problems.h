#pragma once

#include "render/base/problem.h"

#include <sstream>
#include <string>
#include <vector>

namespace flotilla::test {

// "line:column code message" of each problem, warnings with a "~" before them; sorted by place.
inline std::vector<std::string> lines(const Problems& problems) {
  std::vector<std::string> texts;
  for (const Problem& p : sorted(problems)) {
    std::ostringstream text;
    text << (p.severity == Severity::warning ? "~" : "") << p.where.line << ':' << p.where.column
         << ' ' << p.code << ' ' << p.message;
    texts.push_back(text.str());
  }
  return texts;
}

// True if one of the problems has that severity and code, and `text` in its message.
inline bool has(const Problems& problems, Severity severity, const std::string& code,
                const std::string& text) {
  for (const Problem& p : problems)
    if (p.severity == severity && p.code == code && p.message.find(text) != std::string::npos)
      return true;
  return false;
}
inline bool has_error(const Problems& problems, const std::string& code, const std::string& text) {
  return has(problems, Severity::error, code, text);
}
inline bool has_warning(const Problems& problems, const std::string& code,
                        const std::string& text) {
  return has(problems, Severity::warning, code, text);
}

}  // namespace flotilla::test
