#include "render/document/json.h"

#include <algorithm>

namespace flotilla {

namespace {

void write_escaped(std::string& out, char c) {
  static constexpr std::string_view hex = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    default: {
      const auto byte = static_cast<unsigned char>(c);
      out += "\\u00";
      out += hex[byte >> 4U];
      out += hex[byte & 15U];
    }
  }
}

void write_text(std::string& out, std::string_view text) {
  out += '"';
  const char* run = text.data();
  const char* const end = run + text.size();
  for (const char* at = run; at != end; ++at) {
    if (static_cast<unsigned char>(*at) >= 0x20 && *at != '"' && *at != '\\') continue;
    out.append(run, at);
    write_escaped(out, *at);
    run = at + 1;
  }
  out.append(run, end);
  out += '"';
}

std::string_view text_of(const Json::Value& value) {
  const char* begin = nullptr;
  const char* end = nullptr;
  if (!value.getString(&begin, &end)) return {};
  return {begin, static_cast<std::size_t>(end - begin)};
}

std::string_view key_at(const Json::Value::const_iterator& it) {
  const char* end = nullptr;
  const char* begin = it.memberName(&end);
  return {begin, static_cast<std::size_t>(end - begin)};
}

// Both forms: `indent` is the width of a level, 0 for everything on one line.
class Writer {
 public:
  explicit Writer(std::size_t indent) : indent_(indent) {}

  void write(const Json::Value& value) {
    switch (value.type()) {
      case Json::nullValue:
        out_ += "null";
        return;
      case Json::booleanValue:
        out_ += value.asBool() ? "true" : "false";
        return;
      case Json::stringValue:
        write_text(out_, text_of(value));
        return;
      case Json::arrayValue:
        write_items(value, '[', ']');
        return;
      case Json::objectValue:
        write_items(value, '{', '}');
        return;
      default:
        out_ += number_text(value);
    }
  }
  std::string take() { return std::move(out_); }

 private:
  void write_items(const Json::Value& value, char open, char close) {
    out_ += open;
    ++level_;
    bool first = true;
    for (auto it = value.begin(); it != value.end(); ++it) {
      if (!first) out_ += ',';
      first = false;
      new_line();
      if (value.isObject()) {
        write_text(out_, key_at(it));
        out_ += indent_ > 0 ? ": " : ":";
      }
      write(*it);
    }
    --level_;
    if (!first) new_line();
    out_ += close;
  }
  void new_line() {
    if (indent_ == 0) return;
    out_ += '\n';
    out_.append(level_ * indent_, ' ');
  }

  std::size_t indent_;
  std::size_t level_ = 0;
  std::string out_;
};

std::string print(const Json::Value& value, std::size_t indent) {
  Writer writer(indent);
  writer.write(value);
  return writer.take();
}

}  // namespace

std::string canonical_json(const Json::Value& value) { return print(value, 0); }
std::string pretty_json(const Json::Value& value) { return print(value, 2); }

}  // namespace flotilla
