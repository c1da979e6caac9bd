#include "render/interpreter/typed.h"

#include "render/interpreter/timestamp.h"

#include <charconv>
#include <cmath>
#include <limits>

namespace flotilla::interpreter {

namespace {

// Where `value` stands below `root`, found by its address: paths cost nothing until one is wanted.
bool find_value(const Json::Value& root, const Json::Value& value, std::string& path) {
  if (&root == &value) return true;
  if (!root.isObject() && !root.isArray()) return false;
  for (auto it = root.begin(); it != root.end(); ++it) {
    std::string below = root.isArray() ? path + "[" + std::to_string(it.index()) + "]"
                        : path.empty() ? it.name()
                                       : path + "." + it.name();
    if (!find_value(*it, value, below)) continue;
    path = std::move(below);
    return true;
  }
  return false;
}

// Beyond this a double no longer names one whole number.
constexpr double largest_exact = 9007199254740992.0;

}  // namespace

Field Field::at(std::string_view key) const {
  const Json::Value* from = map();
  return {from == nullptr ? nullptr : find(*from, key), *reading_};
}

std::vector<Field> Field::items() const {
  std::vector<Field> found;
  const Json::Value* from = list();
  if (from == nullptr) return found;
  for (const Json::Value& item : *from) found.emplace_back(&item, *reading_);
  return found;
}

std::vector<std::pair<std::string, Field>> Field::members() const {
  std::vector<std::pair<std::string, Field>> found;
  const Json::Value* from = map();
  if (from == nullptr) return found;
  for (auto it = from->begin(); it != from->end(); ++it)
    found.emplace_back(it.name(), Field(&*it, *reading_));
  return found;
}

std::string Field::text() const {
  if (!present()) return {};
  if (value_->isString()) return value_->asString();
  fault("a text");
  return {};
}

bool Field::truth() const {
  if (!present()) return false;
  if (value_->isBool()) return value_->asBool();
  fault("a truth value");
  return false;
}

std::optional<std::int64_t> Field::whole_number() const {
  if (!present()) return std::nullopt;
  if (value_->type() == Json::realValue) {
    const double real = value_->asDouble();
    if (real == std::trunc(real) && std::abs(real) <= largest_exact)
      return static_cast<std::int64_t>(real);
  } else if (value_->isInt64()) {
    return value_->asInt64();
  }
  fault("a whole number");
  return std::nullopt;
}

std::int64_t Field::number() const { return whole_number().value_or(0); }

std::int64_t Field::count() const { return count_if_set().value_or(0); }

std::optional<std::int64_t> Field::count_if_set() const {
  const auto number = whole_number();
  if (!number) return std::nullopt;
  if (*number >= std::numeric_limits<std::int32_t>::min() &&
      *number <= std::numeric_limits<std::int32_t>::max())
    return number;
  fault("a number of 32 bits");
  return std::nullopt;
}

std::optional<std::int64_t> Field::time() const {
  if (!present()) return std::nullopt;
  if (!value_->isString()) {
    fault("a time");
    return std::nullopt;
  }
  const auto seconds = parse_timestamp(value_->asString());
  if (!seconds) fault_of_text("a time such as 2006-01-02T15:04:05Z");
  return seconds;
}

std::optional<std::int64_t> Field::number_in_text() const {
  if (!present()) return std::nullopt;
  if (!value_->isString()) {
    fault("a whole number in quotes");
    return std::nullopt;
  }
  const std::string text = value_->asString();
  const char* begin = text.data();
  const char* end = begin + text.size();
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') ++begin;
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(begin, end, number);
  if (error == std::errc() && stop == end) return number;
  fault_of_text("a whole number");
  return std::nullopt;
}

const Json::Value* Field::map() const {
  if (!present()) return nullptr;
  if (value_->isObject()) return value_;
  fault("a map");
  return nullptr;
}

const Json::Value* Field::list() const {
  if (!present()) return nullptr;
  if (value_->isArray()) return value_;
  fault("a list");
  return nullptr;
}

const Json::Value* Field::map_of_texts() const {
  const Json::Value* found = map();
  for (const auto& [key, member] : members()) {
    if (member.value_->isString()) continue;
    member.fault("a text");
    return nullptr;
  }
  return found;
}

void Field::fault(std::string_view wanted) const {
  reading_->fault(*value_, type_name(*value_), wanted);
}

void Field::fault_of_text(std::string_view wanted) const {
  reading_->fault(*value_, "\"" + value_->asString() + "\"", wanted);
}

Reading::Reading(const Json::Value& root, std::string name) : root_(root), name_(std::move(name)) {}

void Reading::fault(const Json::Value& value, std::string_view found, std::string_view wanted) {
  if (fault_) return;
  std::string path;
  find_value(root_, value, path);
  std::string message = name_;
  if (!name_.empty() && !path.empty()) message += ": ";
  message += path;
  if (message.empty()) message = "the object";
  message.append(" is ").append(found).append(", want ").append(wanted);
  fault_ = Error{Code::invalid, std::move(message), {}, {}};
}

Result<void> Reading::done() const {
  if (fault_) return fail(*fault_);
  return {};
}

Result<Json::Value*> map_at(Json::Value& root, std::initializer_list<const char*> keys) {
  Json::Value* value = &root;
  std::string path;
  for (auto key = keys.begin();; ++key) {
    if (value->isNull()) *value = Json::Value(Json::objectValue);
    if (!value->isObject())
      return fail(Code::invalid, (path.empty() ? "the object" : path) + " is " +
                                     std::string(type_name(*value)) + ", want a map");
    if (key == keys.end()) return value;
    value = &(*value)[*key];
    path.append(path.empty() ? "" : ".").append(*key);
  }
}

void put(Json::Value& map, const char* key, std::int64_t value) {
  if (value == 0)
    map.removeMember(key);
  else
    map[key] = static_cast<Json::Int64>(value);
}

void put(Json::Value& map, const char* key, const std::string& value) {
  if (value.empty())
    map.removeMember(key);
  else
    map[key] = value;
}

void put(Json::Value& map, const char* key, const Json::Value* value) {
  if (value == nullptr || value->empty())  // null, [] or {}
    map.removeMember(key);
  else
    map[key] = *value;
}

void put_time(Json::Value& map, const char* key, std::optional<std::int64_t> time) {
  put(map, key, time ? format_timestamp(*time) : std::string());
}

Json::Value time_or_null(std::optional<std::int64_t> time) {
  return time ? Json::Value(format_timestamp(*time)) : Json::Value();
}

}  // namespace flotilla::interpreter
