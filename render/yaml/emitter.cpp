#include "render/yaml/emitter.h"

#include "render/base/text.h"
#include "render/document/json.h"
#include "render/yaml/quoting.h"

#include <string_view>

namespace flotilla::yaml {

namespace {

// libyaml finds keys without "? " only up to 1,024 characters.
constexpr std::size_t longest_simple_key = 128;

std::string_view text_of(const Json::Value& value) {
  const char* begin = nullptr;
  const char* end = nullptr;
  if (!value.getString(&begin, &end)) return {};
  return {begin, static_cast<std::size_t>(end - begin)};
}

class Emitter {
 public:
  // Writes the value and the line break after it. The cursor stands where a value on the same line
  // may follow.
  void write(const Json::Value& value, std::size_t indent) {
    switch (value.type()) {
      case Json::nullValue:
        out_ += "null\n";
        return;
      case Json::booleanValue:
        out_ += value.asBool() ? "true\n" : "false\n";
        return;
      case Json::stringValue:
        write_text(text_of(value), indent);
        return;
      case Json::arrayValue:
        write_list(value, indent);
        return;
      case Json::objectValue:
        write_map(value, indent);
        return;
      default:
        out_ += number_text(value) + '\n';
    }
  }
  std::string take() { return std::move(out_); }

 private:
  static bool is_block(const Json::Value& value) {
    return (value.isArray() || value.isObject()) && !value.empty();
  }

  void write_text(std::string_view text, std::size_t indent) {
    if (!fits_literal(text)) {
      out_ += needs_quotes(text) ? quoted(text) : std::string(text);
      out_ += '\n';
      return;
    }
    const bool ends_line = text.back() == '\n';
    const bool ends_blank = ends_line && text[text.size() - 2] == '\n';
    out_ += !ends_line ? "|-\n" : ends_blank ? "|+\n" : "|\n";
    if (ends_line) text.remove_suffix(1);
    for (const std::string& line : split(text, '\n')) {
      if (!line.empty()) out_.append(indent, ' ').append(line);
      out_ += '\n';
    }
  }

  // Items stand at `indent`; the first one may stand on the line that is already begun.
  void write_list(const Json::Value& list, std::size_t indent) {
    if (list.empty()) return void(out_ += "[]\n");
    for (const Json::Value& item : list) {
      start_line(indent);
      out_ += "- ";
      write(item, indent + 2);
    }
  }

  void write_map(const Json::Value& map, std::size_t indent) {
    if (map.empty()) return void(out_ += "{}\n");
    for (auto it = map.begin(); it != map.end(); ++it) {
      start_line(indent);
      const char* end = nullptr;
      const char* begin = it.memberName(&end);
      write_key({begin, static_cast<std::size_t>(end - begin)}, indent);
      write_member(*it, indent);
    }
  }

  void write_key(std::string_view text, std::size_t indent) {
    const std::string key = needs_quotes(text) ? quoted(text) : std::string(text);
    if (key.size() <= longest_simple_key) return void(out_.append(key).append(":"));
    out_.append("? ").append(key).append("\n").append(indent, ' ').append(":");
  }

  // As kubectl does, the dashes of a list stand below the key.
  void write_member(const Json::Value& value, std::size_t indent) {
    out_ += is_block(value) ? '\n' : ' ';
    write(value, value.isArray() ? indent : indent + 2);
  }

  // Indents a line unless the cursor stands behind a "- " that makes the same indentation.
  void start_line(std::size_t indent) {
    if (out_.empty() || out_.back() == '\n') out_.append(indent, ' ');
  }

  std::string out_;
};

}  // namespace

std::string emit(const Json::Value& value) {
  Emitter emitter;
  emitter.write(value, value.isString() ? 2 : 0);
  return emitter.take();
}

}  // namespace flotilla::yaml
