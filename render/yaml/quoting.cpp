#include "render/yaml/quoting.h"

#include "render/yaml/scalar.h"

#include <cstdint>

namespace flotilla::yaml {

namespace {

struct Char {
  std::uint32_t code = 0;
  std::size_t length = 1;
};

// The character at `at` of valid UTF-8.
Char char_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const std::uint32_t first = byte(at);
  const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (length == 1 || at + length > text.size()) return {first, 1};
  std::uint32_t code = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) code = (code << 6U) | (byte(at + i) & 0x3FU);
  return {code, length};
}

// Characters that stand for themselves in plain, quoted and literal texts alike: printable, and no
// line break to YAML 1.1.
bool is_harmless(std::uint32_t code) {
  if (code < 0x80) return code >= 0x20 && code != 0x7F;
  if (code < 0xA0 || code == 0x2028 || code == 0x2029 || code == 0xFEFF) return false;
  return code <= 0xFFFD || code >= 0x10000;
}

bool all_harmless(std::string_view text, std::string_view also) {
  for (std::size_t at = 0; at < text.size();) {
    const Char c = char_at(text, at);
    if (!is_harmless(c.code) && also.find(text[at]) == std::string_view::npos) return false;
    at += c.length;
  }
  return true;
}

// True if a plain scalar can begin with this text.
bool begins_plain(std::string_view text) {
  constexpr std::string_view never = ",[]{}#&*!|>'\"%@`";
  constexpr std::string_view before_more = "-?:";
  if (text.substr(0, 3) == "---" || text.substr(0, 3) == "...")
    return false;  // a document may begin or end there
  if (never.find(text[0]) != std::string_view::npos) return false;
  return before_more.find(text[0]) == std::string_view::npos || (text.size() > 1 && text[1] != ' ');
}

void append_hex(std::string& out, std::uint32_t code, int digits) {
  static constexpr std::string_view hex = "0123456789ABCDEF";
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
    out += hex[(code >> static_cast<unsigned>(shift)) & 15U];
}

void append_escaped(std::string& out, std::uint32_t code) {
  switch (code) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case 0:
      out += "\\0";
      return;
    default:
      break;
  }
  out += code < 0x100 ? "\\x" : "\\u";
  append_hex(out, code, code < 0x100 ? 2 : 4);
}

}  // namespace

bool needs_quotes(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.back() == ':') return true;
  if (!all_harmless(text, {}) || !begins_plain(text) || text == "<<") return true;
  if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos)
    return true;
  return resolve_plain(text).kind != Scalar::Kind::text;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const Char c = char_at(text, at);
    if (!is_harmless(c.code)) {
      append_escaped(out, c.code);
    } else {
      if (c.code == '"' || c.code == '\\') out += '\\';
      out.append(text, at, c.length);
    }
    at += c.length;
  }
  out += '"';
  return out;
}

bool fits_literal(std::string_view text) {
  if (text.find('\n') == std::string_view::npos) return false;
  if (text[0] == '\n' || text[0] == ' ' || text[0] == '\t')
    return false;  // would need an indentation indicator
  return all_harmless(text, "\n\t");
}

}  // namespace flotilla::yaml
