#include "render/yaml/reader.h"

#include "render/base/text.h"
#include "render/document/json.h"
#include "render/yaml/builder.h"

#include <yaml.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace flotilla::yaml {

namespace {

constexpr int max_directives = 1000;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string_view view(const yaml_char_t* text) {
  return text == nullptr ? std::string_view()
                         : std::string_view(reinterpret_cast<const char*>(text));
}

Position position(const yaml_mark_t& mark) {
  return {static_cast<int>(mark.line) + 1, static_cast<int>(mark.column) + 1};
}

// The place of byte `offset`, with columns in bytes.
Position position(std::string_view text, std::size_t offset) {
  text = text.substr(0, offset);
  const auto line_start = text.rfind('\n');
  return {
      static_cast<int>(std::count(text.begin(), text.end(), '\n')) + 1,
      static_cast<int>(text.size() - (line_start == std::string_view::npos ? 0 : line_start + 1)) +
          1};
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {
    good_ = yaml_parser_initialize(&parser_) != 0;
    if (!good_) return;
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  ~Parser() {
    if (good_) yaml_parser_delete(&parser_);
  }

  // Feeds `builder` until the end of the text or a syntax error, which is put into `problem`.
  bool run(Builder& builder, Problem& problem) {
    bool more = true;
    while (more && !builder.stopped()) {
      yaml_event_t event;
      if (!good_ || yaml_parser_parse(&parser_, &event) == 0) {
        problem = syntax_problem();
        return false;
      }
      more = event.type != YAML_STREAM_END_EVENT;
      feed(builder, event);
      yaml_event_delete(&event);
    }
    return true;
  }

 private:
  static void feed(Builder& builder, const yaml_event_t& event) {
    const Position at = position(event.start_mark);
    switch (event.type) {
      case YAML_DOCUMENT_START_EVENT:
        return builder.begin_document();
      case YAML_DOCUMENT_END_EVENT:
        return builder.end_document();
      case YAML_MAPPING_START_EVENT:
        return builder.begin_map(at, view(event.data.mapping_start.anchor));
      case YAML_SEQUENCE_START_EVENT:
        return builder.begin_list(at, view(event.data.sequence_start.anchor));
      case YAML_MAPPING_END_EVENT:
      case YAML_SEQUENCE_END_EVENT:
        return builder.end();
      case YAML_ALIAS_EVENT:
        return builder.alias(at, view(event.data.alias.anchor));
      case YAML_SCALAR_EVENT:
        return feed_scalar(builder, event, at);
      default:
        return;
    }
  }

  static void feed_scalar(Builder& builder, const yaml_event_t& event, Position at) {
    const auto& scalar = event.data.scalar;
    const std::string_view text(reinterpret_cast<const char*>(scalar.value), scalar.length);
    // libyaml hides the tag "!", which says that a text is meant; but it is longer in the file than
    // the text then.
    const bool bare = scalar.tag == nullptr && scalar.anchor == nullptr && !text.empty();
    const bool has_bang = bare && event.end_mark.index - event.start_mark.index != text.size();
    const bool plain = scalar.style == YAML_PLAIN_SCALAR_STYLE && !has_bang;
    builder.scalar(at, view(scalar.anchor), view(scalar.tag), text, plain);
  }

  // The place of what is wrong: of what was never closed if the text ended, else of what did not
  // fit.
  Position fault() const {
    if (parser_.error == YAML_READER_ERROR) return position(text_, parser_.problem_offset);
    const auto end = text_.find_last_not_of(" \t\r\n") + 1;
    const auto is_first_byte = [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    };
    const auto characters = std::count_if(
        text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(end), is_first_byte);
    const bool at_end = parser_.problem_mark.index >= static_cast<std::size_t>(characters);
    if (parser_.context != nullptr && (at_end || parser_.error == YAML_SCANNER_ERROR))
      return position(parser_.context_mark);
    return position(parser_.problem_mark);
  }

  Problem syntax_problem() const {
    if (!good_ || parser_.error == YAML_MEMORY_ERROR)
      return error_at("yaml-syntax", {}, "not enough memory to read the file");
    const Position at = fault();
    std::string message = "not valid YAML: ";
    message.append(parser_.problem != nullptr ? parser_.problem : "unknown fault");
    if (parser_.context != nullptr) {
      message.append(" ").append(parser_.context);
      message.append(" that begins in line ").append(std::to_string(parser_.context_mark.line + 1));
    }
    if (line(at.line).find("{{") != std::string_view::npos)
      message.append(" (a template such as {{ .Values.x }} must be in quotes)");
    return error_at("yaml-syntax", {"", at.line, at.column}, std::move(message));
  }
  std::string_view line(int number) const {
    std::string_view rest = text_;
    for (int i = 1; i < number && !rest.empty(); ++i)
      rest.remove_prefix(std::min(rest.size(), rest.find('\n') + 1));
    return rest.substr(0, rest.find('\n'));
  }

  std::string_view text_;
  yaml_parser_t parser_{};
  bool good_ = false;
};

bool is_ascii(std::string_view text) {
  constexpr std::uint64_t high_bits = 0x8080808080808080U;
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    if ((word & high_bits) != 0) return false;
  }
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(),
                     [](char c) { return (c & '\x80') == 0; });
}

// What makes the bytes no text at all.
bool is_text(std::string_view text, Problem& problem) {
  if (text.substr(0, 2) == "\xFF\xFE" || text.substr(0, 2) == "\xFE\xFF") {
    problem = error_at("not-utf8", {"", 1, 1}, "the file is UTF-16, want UTF-8");
    return false;
  }
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
    const Position at = position(text, nul);
    problem = error_at("not-utf8", {"", at.line, at.column}, "found a NUL byte, want UTF-8 text");
    return false;
  }
  if (is_ascii(text) || is_utf8(text)) return true;
  int number = 1;
  for (std::string_view rest = text;; ++number) {
    const auto end = rest.find('\n');
    if (!is_utf8(rest.substr(0, end))) break;
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  problem = error_at("not-utf8", {"", number, 0}, "found bytes that are not valid UTF-8");
  return false;
}

// libyaml compares each %TAG line with all before it.
bool has_few_directives(std::string_view text, Problem& problem) {
  int directives = 0;
  for (auto at = text.find("\n%TAG"); at != std::string_view::npos;
       at = text.find("\n%TAG", at + 1)) {
    if (++directives <= max_directives) continue;
    const Position place = position(text, at + 1);
    problem = error_at("too-large", {"", place.line, place.column},
                       "more than " + std::to_string(max_directives) + " %TAG lines in a file");
    return false;
  }
  return true;
}

void replay(const Json::Value& value, Builder& builder) {
  const Position at = position_of(value);
  if (value.isString()) return builder.scalar(at, {}, {}, value.asString(), false);
  if (!value.isArray() && !value.isObject())
    return builder.scalar(at, {}, {}, canonical_json(value), true);
  if (value.isArray()) {
    builder.begin_list(at, {});
    for (const Json::Value& item : value) replay(item, builder);
    return builder.end();
  }
  builder.begin_map(at, {});
  for (auto it = value.begin(); it != value.end(); ++it) {
    builder.scalar(position_of(*it), {}, {}, it.name(), false);
    replay(*it, builder);
  }
  builder.end();
}

// Some JSON is no YAML to libyaml (surrogate pairs as escapes, keys of more than 1,024 characters);
// kubectl reads it as JSON.
bool read_as_json(std::string_view text, std::string_view file, const Limits& limits,
                  ReadResult& result) {
  const std::string_view body = trim(text);
  if (body.empty() || (body[0] != '{' && body[0] != '[')) return false;
  const auto value = parse_json(text, file);
  if (!value) return false;
  result = {};
  Builder builder(file, limits, result);
  builder.begin_document();
  replay(*value, builder);
  builder.end_document();
  return true;
}

}  // namespace

ReadResult read_documents(std::string_view text, std::string_view file, const Limits& limits) {
  ReadResult result;
  Problem problem;
  if (text.size() > limits.bytes) {
    result.problems.push_back(error_at("too-large", {std::string(file), 0, 0},
                                       "the file has " + std::to_string(text.size()) +
                                           " bytes, want at most " + std::to_string(limits.bytes)));
    return result;
  }
  if (text.substr(0, byte_order_mark.size()) == byte_order_mark)
    text.remove_prefix(byte_order_mark.size());
  if (is_text(text, problem) && has_few_directives(text, problem)) {
    Builder builder(file, limits, result);
    if (Parser(text).run(builder, problem) || read_as_json(text, file, limits, result))
      return result;
  }
  problem.where.file = file;
  result.problems.push_back(std::move(problem));
  return result;
}

}  // namespace flotilla::yaml
