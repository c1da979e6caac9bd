#include "render/base/result.h"

namespace flotilla {

std::string to_string(const SourceRef& where) {
  std::string text = where.file;
  if (where.line > 0) {
    if (!text.empty()) text += ':';
    text += std::to_string(where.line);
    if (where.column > 0) text += ':' + std::to_string(where.column);
  }
  return text;
}

std::string_view to_string(Code code) {
  switch (code) {
    case Code::invalid:
      return "invalid";
    case Code::not_found:
      return "not found";
    case Code::conflict:
      return "conflict";
    case Code::forbidden:
      return "forbidden";
    case Code::unauthorized:
      return "unauthorized";
    case Code::unavailable:
      return "unavailable";
    case Code::timeout:
      return "timeout";
    case Code::too_large:
      return "too large";
    case Code::cancelled:
      return "cancelled";
    case Code::internal:
      return "internal";
  }
  return "internal";
}

bool is_transient(Code code) { return code == Code::unavailable || code == Code::timeout; }

std::string to_string(const Error& error) {
  std::string text = to_string(error.where);
  if (!text.empty()) text += ": ";
  text += error.message;
  if (error.context.empty()) return text;
  text += " (while ";
  for (std::size_t i = 0; i < error.context.size(); ++i) {
    if (i > 0) text += ", while ";
    text += error.context[i];
  }
  return text + ")";
}

}  // namespace flotilla
