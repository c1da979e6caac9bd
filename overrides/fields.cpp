#include "overrides/fields.h"

#include "render/base/text.h"

#include <algorithm>

namespace flotilla::overrides {

namespace {

bool is_whole(const Json::Value& value) {
  return value.type() != Json::realValue && value.isInt64();
}

void wrong_type(const Reading& reading, const Json::Value& value, std::string_view wanted) {
  reading.error(value, "wrong-type",
                "is " + std::string(type_name(value)) + ", want " + std::string(wanted));
}

// How many letters are wrong, missing, too many, or swapped with their neighbour.
std::size_t typing_errors(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> errors(a.size() + 1,
                                               std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i)
    for (std::size_t j = 0; j <= b.size(); ++j) {
      std::size_t& least = errors[i][j];
      least = std::max(i, j);  // one of them is empty
      if (i == 0 || j == 0) continue;
      least = std::min({errors[i - 1][j] + 1, errors[i][j - 1] + 1,
                        errors[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        least = std::min(least, errors[i - 2][j - 2] + 1);
    }
  return errors[a.size()][b.size()];
}

// " (did you mean placement?)", or nothing if no name is close.
std::string meant(std::string_view found, const std::vector<std::string>& known) {
  constexpr std::size_t longest = 64;  // a key may be as long as a file
  if (found.size() > longest) return "";
  std::size_t least = std::min<std::size_t>(2, found.size() / 3) + 1;
  std::string nearest;
  for (const std::string& name : known) {
    const std::size_t errors = typing_errors(found, name);
    if (errors >= least) continue;
    least = errors;
    nearest = name;
  }
  return nearest.empty() ? "" : " (did you mean " + nearest + "?)";
}

std::string bracketed(std::string text) { return text.insert(0, 1, '[').append(1, ']'); }

}  // namespace

Reading Reading::below(std::string_view name) const {
  const bool dot = !path.empty() && !name.starts_with('[');
  return {file, object, problems, path + (dot ? "." : "") + std::string(name), admitted};
}

void Reading::error(const Json::Value& place, std::string code, std::string message) const {
  const std::string text = path.empty() ? std::move(message) : path + " " + message;
  problems.push_back(error_at(std::move(code), at(place, file), text, object));
}

void Reading::warning(const Json::Value& place, std::string code, std::string message) const {
  const std::string text = path.empty() ? std::move(message) : path + " " + message;
  problems.push_back(warning_at(std::move(code), at(place, file), text, object));
}

void Reading::refuse(const Json::Value& place, std::string code, std::string message) const {
  if (admitted) return warning(place, std::move(code), std::move(message));
  error(place, std::move(code), std::move(message));
}

std::size_t error_count(const Problems& problems) {
  return static_cast<std::size_t>(
      std::count_if(problems.begin(), problems.end(),
                    [](const Problem& p) { return p.severity == Severity::error; }));
}

Fields::Fields(const Json::Value& map, Reading reading) : map_(map), reading_(std::move(reading)) {
  if (!map.isObject()) wrong_type(reading_, map, "a map");
}

const Json::Value* Fields::any(const char* name) {
  asked_.emplace_back(name);
  const Json::Value* value = find(map_, name);
  return value == nullptr || value->isNull() ? nullptr : value;
}

const Json::Value* Fields::typed(const char* name, bool (Json::Value::*is)() const,
                                 const char* wanted) {
  const Json::Value* value = any(name);
  if (value == nullptr || (value->*is)()) return value;
  wrong_type(at(name), *value, wanted);
  return nullptr;
}

const Json::Value* Fields::map(const char* name) {
  return typed(name, &Json::Value::isObject, "a map");
}
const Json::Value* Fields::list(const char* name) {
  return typed(name, &Json::Value::isArray, "a list");
}

std::string Fields::text(const char* name) {
  const Json::Value* value = typed(name, &Json::Value::isString, "a text");
  return value == nullptr ? std::string() : value->asString();
}

std::string Fields::required_text(const char* name) {
  const Json::Value* value = any(name);
  if (value == nullptr) {
    if (map_.isObject()) at(name).error(map_, "missing-field", "is missing, want a text");
    return {};
  }
  std::string found = text(name);
  if (value->isString() && found.empty())
    at(name).error(*value, "missing-field", "is empty, want a text");
  return found;
}

bool Fields::truth(const char* name, bool otherwise) {
  const Json::Value* value = typed(name, &Json::Value::isBool, "true or false");
  return value == nullptr ? otherwise : value->asBool();
}

std::optional<std::int64_t> Fields::whole(const char* name, std::int64_t least, std::int64_t most) {
  const Json::Value* value = any(name);
  if (value == nullptr) return std::nullopt;
  if (!is_whole(*value)) {
    wrong_type(at(name), *value, "a whole number");
    return std::nullopt;
  }
  const std::int64_t number = value->asInt64();
  if (number >= least && number <= most) return number;
  at(name).error(*value, "invalid-value",
                 "is " + std::to_string(number) + ", want " + std::to_string(least) + " to " +
                     std::to_string(most));
  return std::nullopt;
}

std::vector<std::string> Fields::texts(const char* name) {
  std::vector<std::string> found;
  each(name, [&](const Json::Value& entry, const Reading& reading) {
    if (entry.isString()) {
      found.push_back(entry.asString());
    } else {
      wrong_type(reading, entry, "a text");
    }
  });
  return found;
}

std::map<std::string, std::string> Fields::text_map(const char* name) {
  std::map<std::string, std::string> found;
  const Json::Value* value = map(name);
  if (value == nullptr) return found;
  for (auto it = value->begin(); it != value->end(); ++it) {
    if (it->isString()) {
      found.emplace(it.name(), it->asString());
    } else {
      wrong_type(at(name).below(bracketed('"' + it.name() + '"')), *it, "a text");
    }
  }
  return found;
}

std::string Fields::choice(const char* name, std::initializer_list<const char*> values,
                           std::string otherwise) {
  const Json::Value* value = any(name);
  const std::string wanted = join({values.begin(), values.end()}, ", ");
  if (value == nullptr) {
    if (otherwise.empty() && map_.isObject())
      at(name).error(map_, "missing-field", "is missing, want one of " + wanted);
    return otherwise;
  }
  if (!value->isString()) {
    wrong_type(at(name), *value, "one of " + wanted);
    return otherwise;
  }
  std::string found = value->asString();
  if (std::find(values.begin(), values.end(), found) != values.end()) return found;
  at(name).error(*value, "invalid-value", "is \"" + found + "\", want one of " + wanted);
  return otherwise;
}

void Fields::each(const char* name,
                  const std::function<void(const Json::Value&, const Reading&)>& read) {
  const Json::Value* entries = list(name);
  if (entries == nullptr) return;
  for (Json::ArrayIndex i = 0; i < entries->size(); ++i)
    read((*entries)[i], at(name).below(bracketed(std::to_string(i))));
}

void Fields::ignore(std::initializer_list<const char*> names) {
  asked_.insert(asked_.end(), names.begin(), names.end());
}

void Fields::say_unknown() const {
  if (!map_.isObject()) return;
  for (auto it = map_.begin(); it != map_.end(); ++it) {
    if (std::find(asked_.begin(), asked_.end(), it.name()) != asked_.end()) continue;
    reading_.below(it.name()).error(*it, "unknown-field",
                                    "is not a known field" + meant(it.name(), asked_));
  }
}

}  // namespace flotilla::overrides
