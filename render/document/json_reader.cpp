#include "render/base/text.h"
#include "render/document/json.h"
#include "render/document/json_parts.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

namespace flotilla {

namespace {

constexpr int max_depth =
    1000;  // deeper trees would end in a stack overflow somewhere, if only on destruction

enum class Mode { strict, fast };

// RFC 8259 by recursive descent. Both modes read the same language; the fast one keeps no
// positions, does not look for duplicate keys and trusts the encoding.
template <Mode mode>
class Reader {
 public:
  Reader(std::string_view text, std::string_view file)
      : begin_(text.data()), at_(begin_), end_(begin_ + text.size()), file_(file) {}

  void leave_as_text(std::string_view key, int depth) {
    text_key_ = key;
    text_depth_ = depth;
  }

  Result<Json::Value> read() {
    if constexpr (mode == Mode::strict) {
      if (!is_utf8({begin_, static_cast<std::size_t>(end_ - begin_)}))
        return flotilla::fail(Code::invalid, "the text is not valid UTF-8", {file_, 0, 0});
    }
    Json::Value root;
    skip_space();
    if (!value(root, 0)) return flotilla::fail(std::move(*error_));
    skip_space();
    if (at_ != end_) {
      error("found " + found() + " after the end of the value, want nothing");
      return flotilla::fail(std::move(*error_));
    }
    return root;
  }

 private:
  bool value(Json::Value& target, int depth) {
    if (depth > max_depth)
      return error("more than " + std::to_string(max_depth) + " levels", Code::too_large);
    if (at_ == end_) return error("the text ends, want a value");
    const char* const start = at_;
    const int line = line_;
    const char* const line_start = line_start_;
    const bool good = value_of_kind(target, depth);
    if constexpr (mode == Mode::strict) set_position(target, {line, column(start, line_start)});
    return good;
  }

  bool value_of_kind(Json::Value& target, int depth) {
    switch (*at_) {
      case '{':
        return object(target, depth);
      case '[':
        return array(target, depth);
      case '"':
        if (!string(scratch_)) return false;
        target = Json::Value(scratch_.data(), scratch_.data() + scratch_.size());
        return true;
      case 't':
        return word("true") && (target = Json::Value(true), true);
      case 'f':
        return word("false") && (target = Json::Value(false), true);
      case 'n':
        return word("null");
      default:
        return number(target);
    }
  }

  bool object(Json::Value& target, int depth) {
    target = Json::Value(Json::objectValue);
    ++at_;
    skip_space();
    if (take('}')) return true;
    while (true) {
      if (at_ == end_ || *at_ != '"')
        return error("found " + found() + ", want a key in double quotes");
      if (!member(target, depth)) return false;
      skip_space();
      if (take('}')) return true;
      if (!take(',')) return error("found " + found() + ", want ',' or '}'");
      skip_space();
    }
  }

  bool member(Json::Value& target, int depth) {
    const char* const start = at_;
    if (!string(scratch_)) return false;
    const auto members = target.size();
    Json::Value& slot = *target.demand(scratch_.data(), scratch_.data() + scratch_.size());
    if (mode == Mode::strict && target.size() == members) {
      at_ = start;
      return error("the key \"" + scratch_ + "\" stands twice in one map");
    }
    if constexpr (mode == Mode::fast) slot = Json::Value();
    const bool as_text = mode == Mode::fast && depth == text_depth_ && scratch_ == text_key_;
    const Position key{line_, column(start, line_start_)};
    skip_space();
    if (!take(':')) return error("found " + found() + ", want ':'");
    skip_space();
    if (as_text && at_ != end_ && *at_ == '{') return text_of_map(slot);
    if (!value(slot, depth + 1)) return false;
    if (mode == Mode::strict && slot.isNull()) set_position(slot, key);
    return true;
  }

  // Looks for the end of a map, and no further into it.
  bool text_of_map(Json::Value& target) {
    const char* const start = at_;
    int level = 0;
    do {
      if (at_ == end_) return error("the text ends inside a map");
      if (*at_ == '"') {
        if (!string(scratch_)) return false;
        continue;
      }
      if (*at_ == '{') ++level;
      if (*at_ == '}') --level;
      ++at_;
    } while (level > 0);
    target = Json::Value(start, at_);
    return true;
  }

  bool array(Json::Value& target, int depth) {
    target = Json::Value(Json::arrayValue);
    ++at_;
    skip_space();
    if (take(']')) return true;
    while (true) {
      if (!value(target.append(Json::Value()), depth + 1)) return false;
      skip_space();
      if (take(']')) return true;
      if (!take(',')) return error("found " + found() + ", want ',' or ']'");
      skip_space();
    }
  }

  bool string(std::string& out) {
    out.clear();
    ++at_;
    while (true) {
      const char* const run = at_;
      while (at_ != end_ && *at_ != '"' && *at_ != '\\' && static_cast<unsigned char>(*at_) >= 0x20)
        ++at_;
      out.append(run, at_);
      if (at_ == end_) return error("the text ends inside a string");
      if (*at_ == '"') return ++at_, true;
      if (*at_ != '\\') return error("found a control character in a string, want it escaped");
      if (!escape(out)) return false;
    }
  }

  bool escape(std::string& out) {
    static constexpr std::string_view from = "\"\\/bfnrt";
    static constexpr std::string_view to = "\"\\/\b\f\n\r\t";
    ++at_;
    if (at_ == end_) return error("the text ends inside a string");
    if (*at_ == 'u') return ++at_, code_point(out);
    const auto which = from.find(*at_);
    if (which == std::string_view::npos)
      return error("found the escape " + found() + ", want one that JSON knows");
    out += to[which];
    ++at_;
    return true;
  }

  bool code_point(std::string& out) {
    auto unit = hex4();
    if (!unit) return false;
    std::uint32_t code = *unit;
    if (code >= 0xDC00 && code <= 0xDFFF) return error("found half of a surrogate pair");
    if (code >= 0xD800 && code <= 0xDBFF) {
      if (end_ - at_ < 2 || at_[0] != '\\' || at_[1] != 'u')
        return error("found half of a surrogate pair");
      at_ += 2;
      unit = hex4();
      if (!unit) return false;
      if (*unit < 0xDC00 || *unit > 0xDFFF) return error("found half of a surrogate pair");
      code = 0x10000 + ((code - 0xD800) << 10U) + (*unit - 0xDC00);
    }
    append_utf8(out, code);
    return true;
  }

  std::optional<std::uint32_t> hex4() {
    std::uint32_t code = 0;
    if (end_ - at_ >= 4 && std::from_chars(at_, at_ + 4, code, 16).ptr == at_ + 4)
      return at_ += 4, code;
    error("want four hex digits after \\u");
    return std::nullopt;
  }

  static void append_utf8(std::string& out, std::uint32_t code) {
    const auto put = [&](std::uint32_t byte) {
      out += static_cast<char>(static_cast<unsigned char>(byte));
    };
    if (code < 0x80) return put(code);
    if (code < 0x800) {
      put(0xC0U | (code >> 6U));
    } else {
      if (code < 0x10000) {
        put(0xE0U | (code >> 12U));
      } else {
        put(0xF0U | (code >> 18U));
        put(0x80U | ((code >> 12U) & 0x3FU));
      }
      put(0x80U | ((code >> 6U) & 0x3FU));
    }
    put(0x80U | (code & 0x3FU));
  }

  bool digits() {
    const char* const start = at_;
    while (at_ != end_ && *at_ >= '0' && *at_ <= '9') ++at_;
    return at_ != start;
  }

  bool number(Json::Value& target) {
    const char* const start = at_;
    take('-');
    const bool zero = at_ != end_ && *at_ == '0';
    const char* const whole = at_;
    if (!digits() || (zero && at_ - whole > 1))
      return at_ = start, error("found " + found() + ", want a value");
    const char* const whole_end = at_;
    if (take('.') && !digits()) return error("want a digit after the decimal point");
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!digits()) return error("want a digit in the exponent");
    }
    std::int64_t integer = 0;
    if (at_ == whole_end && std::from_chars(start, at_, integer).ec == std::errc()) {
      target = Json::Value(Json::Int64{integer});
      return true;
    }
    double real = std::strtod(std::string(start, at_).c_str(),
                              nullptr);  // from_chars does not say which way it overflowed
    if (!std::isfinite(real)) return error("the number is too large");
    target = Json::Value(real);
    return true;
  }

  bool word(std::string_view wanted) {
    if (std::string_view(at_, static_cast<std::size_t>(end_ - at_)).substr(0, wanted.size()) !=
        wanted)
      return error("found " + found() + ", want a value");
    at_ += wanted.size();
    return true;
  }

  bool take(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }

  void skip_space() {
    for (; at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r'); ++at_) {
      if (*at_ != '\n') continue;
      ++line_;
      line_start_ = at_ + 1;
    }
  }

  static int column(const char* at, const char* line_start) {
    return static_cast<int>(at - line_start) + 1;
  }

  std::string found() const {
    if (at_ == end_) return "the end";
    if (static_cast<unsigned char>(*at_) < 0x20 || static_cast<unsigned char>(*at_) >= 0x7F)
      return "an unprintable character";
    return std::string("'") + *at_ + "'";
  }

  bool error(std::string message, Code code = Code::invalid) {
    error_ = Error{code, std::move(message), {file_, line_, column(at_, line_start_)}, {}};
    return false;
  }

  const char* begin_;
  const char* at_;
  const char* end_;
  const char* line_start_ = begin_;
  int line_ = 1;
  std::string file_;
  std::string_view text_key_;
  int text_depth_ = -1;
  std::string scratch_;
  std::optional<Error> error_;
};

}  // namespace

Result<Json::Value> parse_json(std::string_view text, std::string_view file) {
  return Reader<Mode::strict>(text, file).read();
}

Result<Json::Value> parse_json_fast(std::string_view text) {
  return Reader<Mode::fast>(text, {}).read();
}

Result<Json::Value> parse_json_except(std::string_view text, std::string_view key, int depth) {
  Reader<Mode::fast> reader(text, {});
  reader.leave_as_text(key, depth);
  return reader.read();
}

}  // namespace flotilla
