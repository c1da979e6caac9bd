#include "overrides/overriders/expand.h"

#include "render/base/text.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

namespace flotilla::overrides {

namespace {

// "cluster.labels['x']" is {labels, x}; "cluster.name" is {name, }.
struct Name {
  std::string fact;
  std::optional<std::string> key;
};

// Reads a name from the front of `text` up to what is no part of it any more.
Result<Name> take_name(std::string_view& text) {
  constexpr std::string_view prefix = "cluster.";
  const auto unknown = [begin = text] {
    return fail(Code::invalid, "found ${" + std::string(begin.substr(0, begin.find('}'))) +
                                   "}, want cluster.name, region, provider, zone, zones, "
                                   "labels['key'] or annotations['key'] (write $${ for a ${)");
  };
  if (!text.starts_with(prefix)) return unknown();
  text.remove_prefix(prefix.size());
  const auto end =
      std::find_if(text.begin(), text.end(), [](char c) { return c < 'a' || c > 'z'; });
  const auto length = static_cast<std::size_t>(end - text.begin());
  Name name{std::string(text.substr(0, length)), std::nullopt};
  text.remove_prefix(length);
  const bool keyed = name.fact == "labels" || name.fact == "annotations";
  constexpr std::array<std::string_view, 5> plain = {"name", "region", "provider", "zone", "zones"};
  if (!keyed && std::find(plain.begin(), plain.end(), name.fact) == plain.end()) return unknown();
  if (!keyed) return name;
  if (text.size() < 2 || text[0] != '[' || (text[1] != '\'' && text[1] != '"')) return unknown();
  const auto close = text.find(text[1], 2);
  if (close == std::string_view::npos || text.substr(close + 1, 1) != "]") return unknown();
  name.key = text.substr(2, close - 2);
  text.remove_prefix(close + 2);
  return name;
}

using LookUp = std::function<Result<std::optional<std::string>>(const Name&)>;

// One "${...}", from behind the brace on.
Result<std::string> take_variable(std::string_view& text, const LookUp& look_up) {
  const std::string_view begin = text;
  // The rest of the text is not told: it may be meant for a Secret.
  const auto unclosed = fail(Code::invalid, "found a ${ without a }");
  if (text.find('}') == std::string_view::npos) return unclosed;
  TRY_ASSIGN(const Name name, take_name(text));
  std::optional<std::string> otherwise;
  const auto close = text.find('}');
  if (close == std::string_view::npos) return unclosed;
  std::string_view rest = text.substr(0, close);
  if (rest.starts_with(":-")) {
    otherwise = rest.substr(2);
    rest = {};
  }
  const std::string written(begin.substr(0, begin.size() - text.size() + close));
  if (!rest.empty())
    return fail(Code::invalid,
                "found \"" + std::string(rest) + "\" in ${" + written + "}, want } or :-");
  if (otherwise && otherwise->find("${") != std::string::npos)
    return fail(Code::invalid, "found a ${ in the default of ${" + written +
                                   "}, want a text (a default ends at the first })");
  text.remove_prefix(close + 1);
  TRY_ASSIGN(auto value, look_up(name));
  if (!value) value = otherwise;
  if (!value)
    return fail(Code::invalid, "the cluster has no value for ${" + written + "} (${" + written +
                                   ":-default} gives one)");
  return std::move(*value);
}

Result<std::string> expand_with(std::string_view text, const LookUp& look_up) {
  std::string out;
  while (!text.empty()) {
    const auto dollar = std::min(text.find('$'), text.size());
    out += text.substr(0, dollar);
    text.remove_prefix(dollar);
    if (text.starts_with("$$")) {
      out += '$';
      text.remove_prefix(2);
    } else if (text.starts_with("${")) {
      text.remove_prefix(2);
      TRY_ASSIGN(const std::string value, take_variable(text, look_up));
      out += value;
    } else if (!text.empty()) {
      out += '$';
      text.remove_prefix(1);
    }
  }
  return out;
}

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

std::optional<std::string> fact_of(const Cluster& cluster, const Name& name) {
  if (name.fact == "name") return cluster.name;
  if (name.fact == "region") return unless_empty(cluster.region);
  if (name.fact == "provider") return unless_empty(cluster.provider);
  if (name.fact == "zone")
    return cluster.zones.empty() ? std::nullopt : unless_empty(cluster.zones[0]);
  if (name.fact == "zones") return unless_empty(join(cluster.zones, ","));
  if (name.fact == "labels") {
    const auto found = cluster.labels.find(*name.key);
    return found == cluster.labels.end() ? std::nullopt : std::optional(found->second);
  }
  const Json::Value* annotations =
      cluster.object == nullptr ? nullptr : annotations_of(cluster.object->tree);
  const Json::Value* found = annotations == nullptr ? nullptr : find(*annotations, *name.key);
  return found == nullptr || !found->isString() ? std::nullopt : std::optional(found->asString());
}

using ChangeText = std::function<Result<std::string>(const std::string&, const Json::Value& place)>;

Result<void> change_texts(Json::Value& value, const ChangeText& change) {
  if (value.isString()) {
    const Position position = position_of(value);
    TRY_ASSIGN(const std::string text, change(value.asString(), value));
    value = Json::Value(text);
    set_position(value, position);
    return {};
  }
  if (!value.isArray() && !value.isObject()) return {};
  for (Json::Value& item : value) TRY(change_texts(item, change));
  return {};
}

// The values of an entry, of the operations of a fieldOverrider, and of a list of operations.
Result<void> change_values(Json::Value& entry, const ChangeText& change) {
  if (entry.isArray()) {
    for (Json::Value& operation : entry) TRY(change_values(operation, change));
    return {};
  }
  if (Json::Value* value = find_path(entry, {"value"})) TRY(change_texts(*value, change));
  for (const char* name : {"json", "yaml"})
    if (Json::Value* operations = find_path(entry, {name});
        operations != nullptr && operations->isArray())
      TRY(change_values(*operations, change));
  return {};
}

}  // namespace

Result<std::string> expand(std::string_view text, const Cluster& cluster) {
  return expand_with(text, [&](const Name& name) -> Result<std::optional<std::string>> {
    return fact_of(cluster, name);
  });
}

Result<void> expand_values(Json::Value& entry, const Cluster& cluster, const std::string& file) {
  return change_values(
      entry, [&](const std::string& text, const Json::Value& place) -> Result<std::string> {
        auto expanded = expand(text, cluster);
        if (expanded) return expanded;
        Error error = std::move(expanded).error();
        error.where = at(place, file);
        return fail(std::move(error));
      });
}

Expansion fill_in_samples(Json::Value& entry) {
  Expansion found = Expansion::none;
  const LookUp sample = [](const Name&) -> Result<std::optional<std::string>> { return "x"; };
  const auto fill_in = [&](const std::string& text, const Json::Value&) -> Result<std::string> {
    const std::string unescaped = replace_all(text, "$$", "");
    if (unescaped != text) found = std::max(found, Expansion::escapes);
    if (unescaped.find("${") != std::string::npos) found = Expansion::facts;
    auto filled = expand_with(text, sample);
    return filled ? *filled : text;
  };
  if (!change_values(entry, fill_in)) return found;  // fill_in does not fail
  return found;
}

}  // namespace flotilla::overrides
