#include "render/base/problem.h"

#include <algorithm>
#include <tuple>

namespace flotilla {

Problem error_at(std::string code, SourceRef where, std::string message, std::string object) {
  return {Severity::error, std::move(code), std::move(where), std::move(object),
          std::move(message)};
}

Problem warning_at(std::string code, SourceRef where, std::string message, std::string object) {
  return {Severity::warning, std::move(code), std::move(where), std::move(object),
          std::move(message)};
}

Problems sorted(Problems problems) {
  const auto key = [](const Problem& p) {
    return std::tie(p.where, p.severity, p.code, p.object, p.message);
  };
  std::sort(problems.begin(), problems.end(),
            [&](const Problem& a, const Problem& b) { return key(a) < key(b); });
  problems.erase(std::unique(problems.begin(), problems.end()), problems.end());
  return problems;
}

bool has_error(const Problems& problems) {
  return std::any_of(problems.begin(), problems.end(),
                     [](const Problem& p) { return p.severity == Severity::error; });
}

std::string to_string(const Problem& problem) {
  std::string text = to_string(problem.where);
  if (!text.empty()) text += ": ";
  text += problem.severity == Severity::error ? "error: " : "warning: ";
  if (!problem.object.empty()) text += problem.object + ": ";
  return text + problem.message;
}

}  // namespace flotilla
