#include "reconciler/simulator/typed.h"

#include "render/document/field_element.h"
#include "render/document/json.h"

#include <map>
#include <set>

namespace flotilla::simulator {

using Kind = Schema::Kind;
using Merge = Schema::Merge;

namespace {

// True for maps and lists whose entries have owners of their own.
bool is_container(const Json::Value& value, const Schema& schema) {
  if (schema.atomic) return false;
  if (value.isArray()) return schema.kind == Kind::list && schema.merge != Merge::atomic;
  if (!value.isObject()) return false;
  return schema.kind == Kind::structure || schema.kind == Kind::map || schema.kind == Kind::any;
}

bool is_leaf(const Json::Value& value, const Schema& schema) {
  return !is_container(value, schema) || value.empty();
}

const Schema& below(const Schema& schema, std::string_view key) {
  const Schema* child = child_of(schema, key);
  return child != nullptr ? *child : *any_schema();
}

std::string found(const Json::Value& value) {
  if (value.isString()) return "string";
  if (value.isArray()) return "list";
  if (value.isObject()) return "map";
  return "&value.valueUnstructured{Value:" + canonical_json(value) + "}";
}

std::optional<std::string> scalar_misfit(const Json::Value& value, Kind kind) {
  const bool scalar = !value.isObject() && !value.isArray();
  switch (kind) {
    case Kind::text:
      if (!value.isString()) return ": expected string, got " + found(value);
      break;
    case Kind::integer:
    case Kind::number:
      if (!value.isNumeric()) return ": expected numeric (int or float), got " + found(value);
      break;
    case Kind::boolean:
      if (!value.isBool()) return ": expected boolean, got " + found(value);
      break;
    case Kind::quantity:
    case Kind::int_or_text:
      if (!scalar) return ": expected scalar, got " + found(value);
      break;
    default:
      break;
  }
  return std::nullopt;
}

std::optional<std::string> list_misfit(const Json::Value& value, const Schema& schema) {
  if (!value.isArray()) return ": expected list, got " + found(value);
  std::set<std::string> seen;
  for (Json::ArrayIndex i = 0; i < value.size(); ++i) {
    std::string element = "i:" + std::to_string(i);
    if (schema.merge != Merge::atomic) {
      for (const std::string& key : schema.keys)
        if (const Schema* entry = schema.items; find(value[i], key) == nullptr &&
                                                entry->fields.contains(key) &&
                                                entry->fields.at(key).otherwise.isNull())
          return ": element " + std::to_string(i) +
                 ": associative list with keys has an element that omits key field \"" + key +
                 "\" (and doesn't have default value)";
      element = element_of(value[i], schema);
      if (!seen.insert(element).second)
        return ": duplicate entries for key " + field_element_text(element);
    }
    if (auto wrong = misfit(value[i], *schema.items)) return field_element_text(element) + *wrong;
  }
  return std::nullopt;
}

std::optional<std::string> map_misfit(const Json::Value& value, const Schema& schema) {
  if (!value.isObject()) return ": expected map, got " + found(value);
  for (const std::string& key : value.getMemberNames()) {
    const Schema* child = child_of(schema, key);
    if (child == nullptr) return "." + key + ": field not declared in schema";
    if (auto wrong = misfit(value[key], *child)) return "." + key + *wrong;
  }
  return std::nullopt;
}

// The entries of a keyed list or set by their path element.
std::map<std::string, const Json::Value*> entries(const Json::Value& list, const Schema& schema) {
  std::map<std::string, const Json::Value*> by_element;
  if (list.isArray())
    for (const Json::Value& entry : list) by_element.emplace(element_of(entry, schema), &entry);
  return by_element;
}

// The children of a value that is no leaf, by path element.
std::map<std::string, const Json::Value*> children_of(const Json::Value& value,
                                                      const Schema& schema) {
  if (value.isArray()) return entries(value, schema);
  std::map<std::string, const Json::Value*> children;
  if (value.isObject())
    for (auto it = value.begin(); it != value.end(); ++it) children.emplace("f:" + it.name(), &*it);
  return children;
}

const Schema& schema_below(const Schema& schema, const std::string& element) {
  if (schema.kind == Kind::list) return *schema.items;
  return below(schema, std::string_view(element).substr(2));
}

}  // namespace

std::optional<std::string> misfit(const Json::Value& value, const Schema& schema) {
  if (value.isNull() || schema.kind == Kind::any) return std::nullopt;
  if (schema.kind == Kind::list) return list_misfit(value, schema);
  if (schema.kind == Kind::structure || schema.kind == Kind::map) return map_misfit(value, schema);
  return scalar_misfit(value, schema.kind);
}

std::string element_of(const Json::Value& entry, const Schema& list) {
  if (list.merge == Merge::set) return "v:" + canonical_json(entry);
  Json::Value keys(Json::objectValue);
  for (const std::string& key : list.keys) {
    if (const Json::Value* value = find(entry, key)) {
      keys[key] = *value;
    } else if (const auto field = list.items->fields.find(key); field != list.items->fields.end()) {
      keys[key] = field->second.otherwise;
    }
  }
  return "k:" + canonical_json(keys);
}

namespace {

// True for a field of a structure, as against a key of a map.
bool is_declared(const Schema& schema, const std::string& element) {
  return schema.kind == Kind::structure &&
         schema.fields.contains(std::string_view(element).substr(2));
}

}  // namespace

FieldSet fields_of(const Json::Value& value, const Schema& schema) {
  FieldSet set;
  if (is_leaf(value, schema)) {
    // An empty keyed list states nothing.
    set.member = !(value.isArray() && is_container(value, schema));
    return set;
  }
  for (const auto& [element, child] : children_of(value, schema)) {
    FieldSet entry = fields_of(*child, schema_below(schema, element));
    if (value.isArray() || !is_declared(schema, element)) entry.member = true;
    if (!entry.empty()) set.children.emplace(element, std::move(entry));
  }
  return set;
}

namespace {

Json::Value merge_lists(const Json::Value& live, const Json::Value& config, const Schema& schema) {
  const auto mine = entries(config, schema);
  const auto theirs = entries(live, schema);
  Json::Value merged(Json::arrayValue);
  Json::ArrayIndex next = 0;
  // Entries that only `live` has keep their place before the entry that followed them.
  const auto copy_foreign = [&] {
    while (next < live.size() && !mine.contains(element_of(live[next], schema)))
      merged.append(live[next++]);
  };
  for (const Json::Value& entry : config) {
    copy_foreign();
    const auto other = theirs.find(element_of(entry, schema));
    merged.append(other == theirs.end() ? entry
                                        : merge_typed(*other->second, entry, *schema.items));
    if (other != theirs.end() && next < live.size()) ++next;
  }
  while (next < live.size()) {
    copy_foreign();
    if (next < live.size()) ++next;
  }
  return merged;
}

}  // namespace

Json::Value merge_typed(const Json::Value& live, const Json::Value& config, const Schema& schema) {
  if (live.type() != config.type() || !is_container(config, schema)) return config;
  if (config.isArray()) return merge_lists(live, config, schema);
  Json::Value merged = live;
  for (auto it = config.begin(); it != config.end(); ++it) {
    const std::string key = it.name();
    const Json::Value* old = find(live, key);
    merged[key] = old == nullptr ? *it : merge_typed(*old, *it, below(schema, key));
  }
  return merged;
}

namespace {

// Every path in `value`, containers too: what an Update that brings it owns.
FieldSet everything(const Json::Value& value, const Schema& schema) {
  FieldSet set{true, {}};
  if (is_leaf(value, schema)) return set;
  for (const auto& [element, child] : children_of(value, schema))
    set.children[element] = everything(*child, schema_below(schema, element));
  return set;
}

void put(FieldSet& into, const std::string& element, FieldSet child) {
  if (!child.empty()) into.children[element] = std::move(child);
}

}  // namespace

Difference difference(const Json::Value& before, const Json::Value& after, const Schema& schema) {
  Difference diff;
  if (before.type() != after.type() || !is_container(after, schema)) {
    diff.changed.member = !same(before, after);
    return diff;
  }
  const auto old_children = children_of(before, schema);
  const auto new_children = children_of(after, schema);
  for (const auto& [element, child] : old_children)
    if (!new_children.contains(element))
      put(diff.removed, element, everything(*child, schema_below(schema, element)));
  for (const auto& [element, child] : new_children) {
    const Schema& sub = schema_below(schema, element);
    const auto old = old_children.find(element);
    if (old == old_children.end()) {
      put(diff.added, element, everything(*child, sub));
      continue;
    }
    Difference inner = difference(*old->second, *child, sub);
    put(diff.added, element, std::move(inner.added));
    put(diff.changed, element, std::move(inner.changed));
    put(diff.removed, element, std::move(inner.removed));
  }
  return diff;
}

namespace {

// True if the value was emptied or must go as a whole.
bool strip(Json::Value& value, const FieldSet& set, const Schema& schema) {
  if (set.member && (set.children.empty() || is_leaf(value, schema))) return true;
  if (value.isArray() && schema.kind == Kind::list && schema.merge != Merge::atomic) {
    Json::Value kept(Json::arrayValue);
    for (Json::Value& entry : value) {
      const auto found_set = set.children.find(element_of(entry, schema));
      if (found_set != set.children.end() &&
          (found_set->second.member || strip(entry, found_set->second, *schema.items)))
        continue;
      kept.append(std::move(entry));
    }
    value = std::move(kept);
    return value.empty();
  }
  if (!value.isObject()) return false;
  bool took = false;
  for (const auto& [element, child] : set.children) {
    const std::string key = element.substr(2);
    if (!value.isMember(key) || !strip(value[key], child, below(schema, key))) continue;
    value.removeMember(key);
    took = true;
  }
  return took && value.empty();
}

}  // namespace

void remove_fields(Json::Value& value, const FieldSet& set, const Schema& schema) {
  if (!set.empty()) strip(value, set, schema);
}

}  // namespace flotilla::simulator
