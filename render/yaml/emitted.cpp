#include "render/yaml/emitted.h"

#include "render/base/text.h"
#include "render/yaml/scalar.h"

#include <algorithm>
#include <string>

namespace flotilla::yaml {
namespace {

constexpr int deepest = 200;

bool is_printable(char c) { return c >= 0x20 && c < 0x7f; }

// Texts beyond ASCII may hold what YAML forbids or takes for a line break: they are left to the
// reader that knows all of it.
bool all_printable(std::string_view text) { return std::ranges::all_of(text, is_printable); }

// True if a plain scalar of emit() may look like that; what is refused is read by the other reader.
bool is_simple_plain(std::string_view text) {
  constexpr std::string_view never_first = ",[]{}#&*!|>'\"%@`-?: =<";
  return !text.empty() && never_first.find(text.front()) == std::string_view::npos &&
         text.back() != ' ' && text.back() != ':' && all_printable(text) &&
         text.find(": ") == std::string_view::npos && text.find(" #") == std::string_view::npos;
}

// The text between two double quotes, which may hold only \" \\ \n and \t of all escapes.
std::optional<std::string> unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  if (!all_printable(text)) return std::nullopt;
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') return std::nullopt;
    if (text[at] != '\\') {
      result += text[at];
      continue;
    }
    if (++at == text.size()) return std::nullopt;
    switch (text[at]) {
      case '"':
      case '\\':
        result += text[at];
        break;
      case 'n':
        result += '\n';
        break;
      case 't':
        result += '\t';
        break;
      default:
        return std::nullopt;
    }
  }
  return result;
}

class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) { next(); }

  bool at_end() const { return at_end_; }
  std::size_t indent() const { return indent_; }
  std::string_view rest() const { return rest_; }  // of the line, without its indentation
  std::string_view whole() const { return line_; }

  void next() {
    at_end_ = text_.empty();
    if (at_end_) return;
    const std::size_t end = text_.find('\n');
    broken_ = broken_ || end == std::string_view::npos;
    line_ = text_.substr(0, end);
    text_ = end == std::string_view::npos ? std::string_view() : text_.substr(end + 1);
    indent_ = std::min(line_.find_first_not_of(' '), line_.size());
    rest_ = line_.substr(indent_);
  }
  // What stands behind a "- " begins a line that is so much further in.
  void enter_item() {
    constexpr std::size_t dash = 2;
    indent_ += dash;
    rest_ = rest_.substr(dash);
  }
  bool broken() const { return broken_; }  // a line without an end

 private:
  std::string_view text_;
  std::string_view line_;
  std::string_view rest_;
  std::size_t indent_ = 0;
  bool at_end_ = false;
  bool broken_ = false;
};

bool is_item(std::string_view rest) { return rest.starts_with("- "); }

// Every function gives false for what emit() does not write, or writes rarely.
class Reader {
 public:
  explicit Reader(std::string_view text) : lines_(text) {}

  bool read(Json::Value& value) {
    if (lines_.at_end() || lines_.indent() != 0) return false;
    return map(value, 0, 0) && lines_.at_end() && !lines_.broken();
  }

 private:
  bool map(Json::Value& value, std::size_t indent, int depth) {
    if (depth > deepest) return false;
    value = Json::Value(Json::objectValue);
    std::string_view last;
    while (!lines_.at_end() && lines_.indent() == indent && !is_item(lines_.rest())) {
      const std::size_t colon = lines_.rest().find(':');
      if (colon == std::string_view::npos) return false;
      std::string_view key = lines_.rest().substr(0, colon);
      std::string_view rest = lines_.rest().substr(colon + 1);
      if (!rest.empty() && rest.front() != ' ') {
        // A key with a colon in it.
        const std::size_t end = lines_.rest().find(": ");
        if (end == std::string_view::npos) return false;
        key = lines_.rest().substr(0, end);
        rest = lines_.rest().substr(end + 1);
      }
      if (!is_simple_plain(key) || resolve_plain(key).kind != Scalar::Kind::text) return false;
      if (!value.empty() && key <= last) return false;  // emit() sorts them, and each is there once
      last = key;
      if (!member(*value.demand(key.data(), key.data() + key.size()), rest, indent, depth))
        return false;
    }
    return !value.empty() && (lines_.at_end() || lines_.indent() <= indent);
  }

  bool member(Json::Value& value, std::string_view rest, std::size_t indent, int depth) {
    if (!rest.empty()) return scalar(value, rest.substr(1), indent + 2);
    lines_.next();
    if (lines_.at_end()) return false;
    if (lines_.indent() == indent && is_item(lines_.rest())) return list(value, indent, depth + 1);
    return lines_.indent() == indent + 2 && map(value, indent + 2, depth + 1);
  }

  bool list(Json::Value& value, std::size_t indent, int depth) {
    if (depth > deepest) return false;
    value = Json::Value(Json::arrayValue);
    while (!lines_.at_end() && lines_.indent() == indent && is_item(lines_.rest())) {
      lines_.enter_item();
      Json::Value& item = value.append(Json::Value());
      const std::string_view rest = lines_.rest();
      if (is_item(rest)) {
        if (!list(item, indent + 2, depth + 1)) return false;
      } else if (is_entry(rest)) {
        if (!map(item, indent + 2, depth + 1)) return false;
      } else if (!scalar(item, rest, indent + 2)) {
        return false;
      }
    }
    return true;
  }

  // True for the first line of a map.
  static bool is_entry(std::string_view rest) {
    if (rest.empty() || rest.front() == '"') return false;
    return rest.back() == ':' || rest.find(": ") != std::string_view::npos;
  }

  bool scalar(Json::Value& value, std::string_view text, std::size_t indent) {
    if (text == "|" || text == "|-") return literal(value, text == "|", indent);
    lines_.next();
    if (text == "[]" || text == "{}") {
      value = Json::Value(text == "[]" ? Json::arrayValue : Json::objectValue);
      return true;
    }
    if (!text.empty() && text.front() == '"') {
      std::optional<std::string> content = unquoted(text);
      if (content) value = std::move(*content);
      return content.has_value();
    }
    const bool number = text.size() > 1 && text.front() == '-';
    if (!is_simple_plain(number ? text.substr(1) : text)) return false;
    const Scalar resolved = resolve_plain(text);
    if (resolved.kind == Scalar::Kind::real) return false;
    if (number && resolved.kind != Scalar::Kind::integer) return false;
    auto converted = to_json(resolved, text);
    if (converted) value = std::move(*converted);
    return converted.has_value();
  }

  bool literal(Json::Value& value, bool ends_line, std::size_t indent) {
    std::string content;
    bool first = true;
    for (lines_.next(); !lines_.at_end(); lines_.next()) {
      const std::string_view line = lines_.whole();
      const bool blank = line.empty();
      if (!blank && lines_.indent() < indent) break;
      if (!blank && !all_printable(line)) return false;
      if (!first) content += '\n';
      if (!blank) content += line.substr(indent);
      if (first && (blank || content.front() == ' ')) return false;
      first = false;
    }
    if (content.empty() || content.back() == '\n') return false;
    if (ends_line) content += '\n';
    value = std::move(content);
    return true;
  }

  Lines lines_;
};

}  // namespace

std::optional<Json::Value> read_emitted(std::string_view text) {
  Json::Value value;
  if (!Reader(text).read(value)) return std::nullopt;
  return value;
}

}  // namespace flotilla::yaml
