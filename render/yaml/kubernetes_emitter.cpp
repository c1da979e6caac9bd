#include "render/yaml/kubernetes_emitter.h"

#include "render/document/json.h"
#include "render/yaml/scalar.h"

#include <yaml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <vector>

namespace flotilla::yaml {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Reads one or two digits from the front of `text`; -1 if there are none.
int take_number(std::string_view& text) {
  int number = -1;
  for (int i = 0; i < 2 && !text.empty() && is_digit(text.front()); ++i) {
    number = std::max(number, 0) * 10 + (text.front() - '0');
    text.remove_prefix(1);
  }
  return number;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

bool is_day(int year, int month, int day) {
  static constexpr std::array<int, 12> lengths = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= lengths[static_cast<std::size_t>(month) - 1] + (leap && month == 2 ? 1 : 0);
}

// H:M:S with a fraction of any length.
bool take_time(std::string_view& text) {
  const int hour = take_number(text);
  if (hour < 0 || hour > 23 || !take(text, ':')) return false;
  const int minute = take_number(text);
  if (minute < 0 || minute > 59 || !take(text, ':')) return false;
  const int second = take_number(text);
  if (second < 0 || second > 59) return false;
  if (text.size() > 1 && (text[0] == '.' || text[0] == ',') && is_digit(text[1])) {
    text.remove_prefix(1);
    while (!text.empty() && is_digit(text.front())) text.remove_prefix(1);
  }
  return true;
}

bool is_zone(std::string_view text) {
  if (text == "Z") return true;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return false;
  std::string_view hours = text.substr(1, 2);
  std::string_view minutes = text.substr(4, 2);
  const int hour = take_number(hours);
  const int minute = take_number(minutes);
  return hours.empty() && minutes.empty() && hour >= 0 && hour <= 24 && minute >= 0 && minute < 60;
}

// The dates and times that go-yaml takes for a timestamp.
bool is_timestamp(std::string_view text) {
  if (text.size() < 8 || !std::all_of(text.begin(), text.begin() + 4, is_digit)) return false;
  const int year = std::atoi(std::string(text.substr(0, 4)).c_str());
  text.remove_prefix(4);
  if (!take(text, '-')) return false;
  const int month = take_number(text);
  if (!take(text, '-')) return false;
  const int day = take_number(text);
  if (!is_day(year, month, day)) return false;
  if (text.empty()) return true;
  const bool with_zone = text.front() == 'T' || text.front() == 't';
  if (!with_zone && text.front() != ' ') return false;
  text.remove_prefix(1);
  return take_time(text) && (with_zone ? is_zone(text) : text.empty());
}

// [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?: numbers to base 60, which other parsers still read.
bool is_base60(std::string_view text) {
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) text.remove_prefix(1);
  if (text.empty() || !is_digit(text[0])) return false;
  const auto word = [](char c) { return is_digit(c) || c == '_'; };
  while (!text.empty() && word(text[0])) text.remove_prefix(1);
  if (text.empty() || text[0] != ':') return false;
  while (take(text, ':')) {
    const int part = take_number(text);
    if (part < 0 || part > 59) return false;
  }
  return text.empty() || (text[0] == '.' && std::all_of(text.begin() + 1, text.end(), word));
}

enum class Role { key, value };

yaml_scalar_style_t style_of(std::string_view text, Role role) {
  if (text.find('\n') != std::string_view::npos) return YAML_LITERAL_SCALAR_STYLE;
  // go-yaml writes "<<" plain as a key too, and reads it back as a merge.
  const bool merge = role == Role::key && text == "<<";
  const bool plain = !merge && resolve_plain(text).kind == Scalar::Kind::text &&
                     !is_timestamp(text) && !is_base60(text);
  return plain ? YAML_PLAIN_SCALAR_STYLE : YAML_DOUBLE_QUOTED_SCALAR_STYLE;
}

// Go's FormatFloat(x, 'g', -1, 64).
std::string real_text(double number) {
  std::array<char, 400> buffer{};
  const auto print = [&](std::chars_format format) {
    return std::string(
        buffer.data(),
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, format).ptr);
  };
  std::string scientific = print(std::chars_format::scientific);
  const int exponent = std::atoi(scientific.c_str() + scientific.find('e') + 1);
  return exponent < -4 || exponent >= 6 ? scientific : print(std::chars_format::fixed);
}

// The number goes through JSON first, which makes whole reals integers.
std::string number_as_go(const Json::Value& number) {
  std::string text = number_text(number);
  if (text.find_first_of(".e") == std::string::npos) {
    std::uint64_t magnitude = 0;
    const char* const begin = text.data() + (text[0] == '-' ? 1 : 0);
    const char* const end = text.data() + text.size();
    if (std::from_chars(begin, end, magnitude).ec == std::errc()) return text;
  }
  return real_text(number.asDouble());
}

struct Letter {
  std::uint32_t code = 0;
  std::size_t next = 0;
  bool letter() const {
    return code >= 0x80 || (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
  }
};

Letter letter_at(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) return {first, at + 1};
  std::size_t end = at + 1;
  std::uint32_t code = first;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
    code = (code << 8U) | static_cast<unsigned char>(text[end++]);
  return {code, end};  // orders as the code point does
}

struct Number {
  std::uint64_t value = 0;
  std::size_t end = 0;
};

Number number_at(std::string_view text, std::size_t at, std::uint64_t before) {
  Number number{before, at};
  for (; number.end < text.size() && is_digit(text[number.end]); ++number.end)
    number.value = number.value * 10 + static_cast<std::uint64_t>(text[number.end] - '0');
  return number;
}

// True if the digits that stand before `at` are part of a number that began with another digit than
// 0.
bool continues_number(std::string_view text, std::size_t at) {
  while (at > 0 && is_digit(text[at - 1]))
    if (text[--at] != '0') return true;
  return false;
}

// libyaml's emitter, with its events.
class Emitter {
 public:
  Emitter() {
    good_ = yaml_emitter_initialize(&emitter_) != 0;
    if (!good_) return;
    yaml_emitter_set_output(&emitter_, &write, &out_);
    yaml_emitter_set_unicode(&emitter_, 1);
    yaml_emitter_set_indent(&emitter_, 2);
    yaml_emitter_set_width(&emitter_, 80);
  }
  Emitter(const Emitter&) = delete;
  Emitter& operator=(const Emitter&) = delete;
  ~Emitter() { yaml_emitter_delete(&emitter_); }

  Result<std::string> document(const Json::Value& root) {
    yaml_event_t event;
    send(yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING), event);
    send(yaml_document_start_event_initialize(&event, nullptr, nullptr, nullptr, 1), event);
    value(root);
    send(yaml_document_end_event_initialize(&event, 1), event);
    send(yaml_stream_end_event_initialize(&event), event);
    if (!good_)
      return fail(Code::invalid, "the value cannot be written as YAML, want texts in UTF-8");
    // libyaml ends a stream with "..." once a text in it kept its trailing empty lines.
    constexpr std::string_view end_mark = "\n...\n";
    if (out_.ends_with(end_mark)) out_.resize(out_.size() - end_mark.size() + 1);
    return std::move(out_);
  }

 private:
  static int write(void* out, unsigned char* bytes, std::size_t size) {
    static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(bytes), size);
    return 1;
  }

  void send(int initialized, yaml_event_t& event) {
    if (initialized == 0) {
      good_ = false;
    } else if (!good_) {
      yaml_event_delete(&event);
    } else {
      good_ = yaml_emitter_emit(&emitter_, &event) != 0;
    }
  }

  void value(const Json::Value& node) {
    if (node.isArray()) return list(node);
    if (node.isObject()) return map(node);
    if (node.isString()) return text(node.asString(), Role::value);
    if (node.isNumeric() && !node.isBool())
      return scalar(number_as_go(node), YAML_PLAIN_SCALAR_STYLE);
    scalar(canonical_json(node), YAML_PLAIN_SCALAR_STYLE);
  }

  void text(const std::string& content, Role role) { scalar(content, style_of(content, role)); }

  void scalar(const std::string& content, yaml_scalar_style_t style) {
    yaml_event_t event;
    if (content.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
      good_ = false;
      return;
    }
    send(yaml_scalar_event_initialize(&event, nullptr, nullptr,
                                      reinterpret_cast<const yaml_char_t*>(content.data()),
                                      static_cast<int>(content.size()), 1, 1, style),
         event);
  }

  void list(const Json::Value& node) {
    yaml_event_t event;
    send(yaml_sequence_start_event_initialize(&event, nullptr, nullptr, 1,
                                              YAML_BLOCK_SEQUENCE_STYLE),
         event);
    for (const Json::Value& item : node) value(item);
    send(yaml_sequence_end_event_initialize(&event), event);
  }

  void map(const Json::Value& node) {
    std::vector<std::string> keys = node.getMemberNames();
    // Stable, since it stays in bounds even if the order has a cycle for some keys.
    std::stable_sort(keys.begin(), keys.end(), natural_less);
    yaml_event_t event;
    send(yaml_mapping_start_event_initialize(&event, nullptr, nullptr, 1, YAML_BLOCK_MAPPING_STYLE),
         event);
    for (const std::string& key : keys) {
      text(key, Role::key);
      value(*find(node, key));
    }
    send(yaml_mapping_end_event_initialize(&event), event);
  }

  yaml_emitter_t emitter_{};
  std::string out_;
  bool good_ = false;
};

}  // namespace

bool natural_less(std::string_view a, std::string_view b) {
  for (std::size_t at = 0; at < a.size() && at < b.size();) {
    const Letter left = letter_at(a, at);
    const Letter right = letter_at(b, at);
    if (left.code == right.code) {
      at = left.next;
      continue;
    }
    if (left.letter() && right.letter()) return left.code < right.code;
    if (left.letter() || right.letter()) return right.letter();
    const bool zero = left.code == '0' || right.code == '0';
    const std::uint64_t before = zero && continues_number(a, at) ? 1 : 0;
    const Number first = number_at(a, at, before);
    const Number second = number_at(b, at, before);
    if (first.value != second.value) return first.value < second.value;
    if (first.end != second.end) return first.end < second.end;
    return left.code < right.code;
  }
  return a.size() < b.size();
}

Result<std::string> emit_as_kubernetes(const Json::Value& value) {
  return Emitter().document(value);
}

}  // namespace flotilla::yaml
