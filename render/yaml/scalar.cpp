#include "render/yaml/scalar.h"

#include "render/document/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>

namespace flotilla::yaml {

namespace {

using Kind = Scalar::Kind;

Scalar truth(bool value) { return {Kind::boolean, value, 0, 0}; }
Scalar integer(std::int64_t value) { return {Kind::integer, false, value, 0}; }
Scalar real(double value) { return {Kind::real, false, 0, value}; }

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

std::optional<Scalar> resolve_word(std::string_view text) {
  if (text.size() > 5) return std::nullopt;
  if (one_of(text, {"", "~", "null", "Null", "NULL"})) return Scalar{Kind::null, false, 0, 0};
  if (one_of(text, {"true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON"}))
    return truth(true);
  if (one_of(text, {"false", "False", "FALSE", "n", "N", "no", "No", "NO", "off", "Off", "OFF"}))
    return truth(false);
  if (one_of(text, {".nan", ".NaN", ".NAN"})) return real(std::numeric_limits<double>::quiet_NaN());
  if (one_of(text, {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"}))
    return real(std::numeric_limits<double>::infinity());
  if (one_of(text, {"-.inf", "-.Inf", "-.INF"}))
    return real(-std::numeric_limits<double>::infinity());
  return std::nullopt;
}

struct Digits {
  int base = 10;
  std::string_view text;
};

// As Go's strconv.ParseInt with base 0 takes prefixes; a leading 0 alone means octal.
Digits split_prefix(std::string_view unsigned_text) {
  if (unsigned_text.size() < 2 || unsigned_text[0] != '0') return {10, unsigned_text};
  switch (unsigned_text[1]) {
    case 'x':
    case 'X':
      return {16, unsigned_text.substr(2)};
    case 'b':
    case 'B':
      return {2, unsigned_text.substr(2)};
    case 'o':
    case 'O':
      return {8, unsigned_text.substr(2)};
    default:
      return {8, unsigned_text.substr(1)};
  }
}

std::optional<Scalar> resolve_integer(std::string_view text) {
  constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const bool has_sign = text[0] == '-' || text[0] == '+';
  const Digits digits = split_prefix(text.substr(has_sign ? 1 : 0));
  std::uint64_t magnitude = 0;
  const char* const end = digits.text.data() + digits.text.size();
  const auto [stop, status] = std::from_chars(digits.text.data(), end, magnitude, digits.base);
  if (digits.text.empty() || status != std::errc() || stop != end) return std::nullopt;
  if (text[0] == '-') {
    if (magnitude > largest + 1) return std::nullopt;
    return integer(static_cast<std::int64_t>(0 - magnitude));
  }
  if (magnitude <= largest) return integer(static_cast<std::int64_t>(magnitude));
  if (has_sign) return std::nullopt;
  return real(static_cast<double>(magnitude));
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  return at;
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool looks_real(std::string_view text) {
  const auto is = [&](std::size_t at, std::string_view wanted) {
    return at < text.size() && wanted.find(text[at]) != std::string_view::npos;
  };
  std::size_t at = is(0, "+-") ? 1 : 0;
  const std::size_t whole = skip_digits(text, at);
  const bool has_whole = whole > at;
  at = whole;
  if (is(at, ".")) {
    const std::size_t fraction = skip_digits(text, at + 1);
    if (!has_whole && fraction == at + 1) return false;
    at = fraction;
  } else if (!has_whole) {
    return false;
  }
  if (is(at, "eE")) {
    ++at;
    if (is(at, "+-")) ++at;
    const std::size_t exponent = skip_digits(text, at);
    if (exponent == at) return false;
    at = exponent;
  }
  return at == text.size();
}

std::optional<Scalar> resolve_number(std::string_view text) {
  std::string without_underscores;
  if (text.find('_') != std::string_view::npos) {
    std::copy_if(text.begin(), text.end(), std::back_inserter(without_underscores),
                 [](char c) { return c != '_'; });
    text = without_underscores;
  }
  if (text[0] != '.')
    if (auto whole = resolve_integer(text)) return whole;
  if (!looks_real(text)) return std::nullopt;
  return real(std::strtod(std::string(text).c_str(), nullptr));
}

// Go's FormatFloat(x, 'g', -1, 32): the form in which kubectl writes a real key.
std::string short_text(float number) {
  std::array<char, 64> buffer{};
  const auto print = [&](std::chars_format format) {
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, format).ptr;
    return std::string(buffer.data(), end);
  };
  std::string scientific = print(std::chars_format::scientific);
  const int exponent = std::atoi(scientific.c_str() + scientific.find('e') + 1);
  if (exponent < -4 || exponent >= 6) return scientific;
  return print(std::chars_format::fixed);
}

// Without the text: it may be the value of a Secret.
tl::unexpected<Error> no_json_number() {
  return fail(Code::invalid,
              "the number cannot be written as JSON, want a finite one or a text in quotes");
}

}  // namespace

Scalar resolve_plain(std::string_view text) {
  if (text.empty()) return {Kind::null, false, 0, 0};
  const char first = text[0];
  const bool numeric =
      (first >= '0' && first <= '9') || first == '-' || first == '+' || first == '.';
  if (!numeric && std::string_view("yYnNtTfFoO~").find(first) == std::string_view::npos) return {};
  if (auto word = resolve_word(text)) return *word;
  if (numeric)
    if (auto number = resolve_number(text)) return *number;
  return {};
}

Result<Scalar> resolve_tagged(std::string_view name, std::string_view text) {
  if (name == "str") return Scalar{};
  const Scalar scalar = resolve_plain(text);
  if (name == "int" && scalar.kind == Kind::integer) return scalar;
  if (name == "int" && scalar.kind == Kind::real &&
      text.find_first_of(".eE") == std::string_view::npos)
    return scalar;
  if (name == "float" && (scalar.kind == Kind::real || scalar.kind == Kind::integer)) return scalar;
  if (name == "bool" && scalar.kind == Kind::boolean) return scalar;
  if (name == "null" && scalar.kind == Kind::null) return scalar;
  std::string message = "\"";
  message.append(text).append("\" is tagged !!").append(name).append(", which it cannot be");
  return fail(Code::invalid, std::move(message));
}

Result<Json::Value> to_json(const Scalar& scalar, std::string_view text) {
  switch (scalar.kind) {
    case Kind::null:
      return Json::Value();
    case Kind::boolean:
      return Json::Value(scalar.truth);
    case Kind::integer:
      return Json::Value(Json::Int64{scalar.integer});
    case Kind::text:
      return Json::Value(text.data(), text.data() + text.size());
    case Kind::real:
      break;
  }
  if (!std::isfinite(scalar.real)) return no_json_number();
  // JSON in between: what is printed without a point is read as a whole number, if it fits.
  Json::Value value(scalar.real);
  const std::string printed = number_text(value);
  std::int64_t whole = 0;
  const char* const end = printed.data() + printed.size();
  const auto [stop, status] = std::from_chars(printed.data(), end, whole);
  if (status == std::errc() && stop == end) return Json::Value(Json::Int64{whole});
  return value;
}

Result<std::string> to_key(const Scalar& scalar, std::string_view text) {
  switch (scalar.kind) {
    case Kind::null:
      return fail(Code::invalid, "a key is null, want a text (put it in quotes)");
    case Kind::boolean:
      return std::string(scalar.truth ? "true" : "false");
    case Kind::integer:
      return std::to_string(scalar.integer);
    case Kind::text:
      return std::string(text);
    case Kind::real:
      break;
  }
  const auto narrow = static_cast<float>(scalar.real);
  if (!std::isfinite(narrow)) return no_json_number();
  if (text.find_first_of(".eE") == std::string_view::npos)
    return fail(Code::invalid,
                "a key is a whole number of more than 64 bits, want a text (put it in quotes)");
  return short_text(narrow);
}

}  // namespace flotilla::yaml
