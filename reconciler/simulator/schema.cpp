#include "reconciler/simulator/schema.h"

#include "reconciler/simulator/builtin/tables.h"
#include "render/base/text.h"
#include "render/document/json.h"

#include <sstream>

namespace flotilla::simulator {

namespace {

// Reads the notation of builtin/types.txt. The table is ours, so what does not fit it is a broken
// invariant.
class TypeReader {
 public:
  explicit TypeReader(SchemaSet& set) : set_(set) {}

  void line(std::string_view text) {
    const auto space = text.find(' ');
    Schema& type = named(text.substr(0, space));
    type.kind = Schema::Kind::structure;
    std::string_view rest = space == std::string_view::npos ? "" : text.substr(space + 1);
    if (rest.starts_with('~')) {
      type.atomic = true;
      rest.remove_prefix(1);
    }
    if (rest == "*") type.kind = Schema::Kind::any;
    if (rest.empty() || rest == "*") return;
    for (const std::string& field : split(rest, ' ')) add_field(type, field);
  }

 private:
  Schema& fresh(Schema::Kind kind) {
    set_.nodes.emplace_back().kind = kind;
    return set_.nodes.back();
  }

  Schema& named(std::string_view name) {
    if (const auto found = set_.named.find(name); found != set_.named.end()) return *found->second;
    Schema& type = fresh(Schema::Kind::structure);
    set_.named.emplace(std::string(name), &type);
    return type;
  }

  void add_field(Schema& type, std::string_view text) {
    const auto colon = text.find(':');
    std::string_view name = text.substr(0, colon);
    Schema::Field field;
    if (name.ends_with('!')) {
      field.required = true;
      name.remove_suffix(1);
    }
    rest_ = text.substr(colon + 1);
    field.schema = shape();
    if (rest_.starts_with('='))
      field.otherwise = parse_json_fast(rest_.substr(1)).value_or(Json::Value());
    type.fields.emplace(std::string(name), std::move(field));
  }

  const Schema* shape() {
    bool atomic = false;
    if (rest_.starts_with('~')) {
      atomic = true;
      rest_.remove_prefix(1);
    }
    const char first = rest_.front();
    rest_.remove_prefix(1);
    if (first == '@') return reference();
    if (first == '[') return list();
    if (first == '{') {
      Schema& map = fresh(Schema::Kind::map);
      map.atomic = atomic;
      map.items = shape();
      skip_default();
      rest_.remove_prefix(1);
      return &map;
    }
    return scalar(first);
  }

  // The default of a list's or map's entries; it plays no part here.
  void skip_default() {
    while (!rest_.starts_with('}') && !rest_.starts_with(']') && !rest_.starts_with('|'))
      rest_.remove_prefix(1);
  }

  const Schema* reference() {
    const auto end = rest_.find_first_of("]}|=");
    const std::string_view name = rest_.substr(0, end);
    rest_.remove_prefix(name.size());
    return &named(name);
  }

  const Schema* list() {
    Schema& list = fresh(Schema::Kind::list);
    list.items = shape();
    skip_default();
    if (rest_.starts_with('|')) {
      const std::string_view keys = rest_.substr(1, rest_.find(']') - 1);
      list.merge = keys.empty() ? Schema::Merge::set : Schema::Merge::keyed;
      if (!keys.empty()) list.keys = split(keys, ',');
      rest_.remove_prefix(keys.size() + 1);
    }
    rest_.remove_prefix(1);
    return &list;
  }

  const Schema* scalar(char letter) {
    using K = Schema::Kind;
    switch (letter) {
      case 's':
        return &fresh(K::text);
      case 'i':
        return &fresh(K::integer);
      case 'n':
        return &fresh(K::number);
      case 'b':
        return &fresh(K::boolean);
      case 'q':
        return &fresh(K::quantity);
      case 'I':
        return &fresh(K::int_or_text);
      default:
        break;
    }
    Schema& any = fresh(K::any);
    any.atomic = true;
    return &any;
  }

  SchemaSet& set_;
  std::string_view rest_;
};

const SchemaSet& builtin_types() {
  static const SchemaSet set = [] {
    SchemaSet read;
    TypeReader reader(read);
    for (const std::string& line : split(builtin::types(), '\n'))
      if (!line.empty()) reader.line(line);
    return read;
  }();
  return set;
}

Schema::Kind kind_of(const Json::Value& open_api) {
  if (get_bool(open_api, "x-kubernetes-int-or-string", false)) return Schema::Kind::int_or_text;
  const std::string type = get_string(open_api, "type");
  if (type == "string") return Schema::Kind::text;
  if (type == "integer") return Schema::Kind::integer;
  if (type == "number") return Schema::Kind::number;
  if (type == "boolean") return Schema::Kind::boolean;
  if (type == "array") return Schema::Kind::list;
  if (type == "object")
    return find(open_api, "additionalProperties") ? Schema::Kind::map : Schema::Kind::structure;
  return Schema::Kind::any;
}

std::optional<double> number_at(const Json::Value& open_api, std::string_view key) {
  const Json::Value* value = find(open_api, key);
  if (value == nullptr || !value->isNumeric()) return std::nullopt;
  return value->asDouble();
}

std::optional<std::size_t> size_at(const Json::Value& open_api, std::string_view key) {
  const auto value = get_int(open_api, key);
  if (!value) return std::nullopt;
  return static_cast<std::size_t>(*value);
}

void read_limits(const Json::Value& open_api, Schema& schema) {
  schema.nullable = get_bool(open_api, "nullable", false);
  if (const Json::Value* allowed = find(open_api, "enum"); allowed != nullptr && allowed->isArray())
    schema.allowed.assign(allowed->begin(), allowed->end());
  schema.minimum = number_at(open_api, "minimum");
  schema.maximum = number_at(open_api, "maximum");
  schema.min_length = size_at(open_api, "minLength");
  schema.max_length = size_at(open_api, "maxLength");
  schema.min_items = size_at(open_api, "minItems");
  schema.max_items = size_at(open_api, "maxItems");
  schema.pattern = get_string(open_api, "pattern");
}

void read_list(const Json::Value& open_api, Schema& schema) {
  const std::string style = get_string(open_api, "x-kubernetes-list-type");
  if (style == "set") schema.merge = Schema::Merge::set;
  if (style != "map") return;
  schema.merge = Schema::Merge::keyed;
  schema.keys = get_strings(open_api, "x-kubernetes-list-map-keys");
}

Schema* convert(const Json::Value& open_api, SchemaSet& into);

void read_properties(const Json::Value& open_api, Schema& schema, SchemaSet& into) {
  schema.open = get_bool(open_api, "x-kubernetes-preserve-unknown-fields", false);
  if (const Json::Value* properties = find(open_api, "properties"); properties != nullptr) {
    for (const std::string& name : properties->getMemberNames()) {
      const Json::Value& property = (*properties)[name];
      const Json::Value* otherwise = find(property, "default");
      schema.fields[name] = {convert(property, into), false,
                             otherwise ? *otherwise : Json::Value()};
    }
  }
  for (const std::string& name : get_strings(open_api, "required")) {
    Schema::Field& field = schema.fields[name];
    field.required = true;
    if (field.schema == nullptr) field.schema = any_schema();
  }
}

Schema* convert(const Json::Value& open_api, SchemaSet& into) {
  Schema& schema = into.nodes.emplace_back();
  schema.kind = kind_of(open_api);
  schema.atomic = get_string(open_api, "x-kubernetes-map-type") == "atomic";
  read_limits(open_api, schema);
  if (schema.kind == Schema::Kind::list) {
    read_list(open_api, schema);
    const Json::Value* items = find(open_api, "items");
    schema.items = items != nullptr ? convert(*items, into) : any_schema();
  }
  if (schema.kind == Schema::Kind::map) {
    const Json::Value& values = *find(open_api, "additionalProperties");
    schema.items = values.isObject() ? convert(values, into) : any_schema();
  }
  if (schema.kind == Schema::Kind::structure) read_properties(open_api, schema, into);
  return &schema;
}

}  // namespace

const Schema* any_schema() {
  static const Schema any;
  return &any;
}

const Schema* builtin_schema(std::string_view type) {
  const auto found = builtin_types().named.find(type);
  return found == builtin_types().named.end() ? any_schema() : found->second;
}

const Schema* custom_schema(const Json::Value& open_api, SchemaSet& into) {
  Schema& schema = *convert(open_api, into);
  if (schema.kind != Schema::Kind::structure) return any_schema();
  static const Schema text = [] {
    Schema schema_of_text;
    schema_of_text.kind = Schema::Kind::text;
    return schema_of_text;
  }();
  schema.fields["apiVersion"] = {&text, false, {}};
  schema.fields["kind"] = {&text, false, {}};
  schema.fields["metadata"] = {builtin_schema("meta.v1.ObjectMeta"), false, {}};
  return &schema;
}

const Schema* child_of(const Schema& schema, std::string_view key) {
  if (schema.kind == Schema::Kind::any) return any_schema();
  if (schema.kind == Schema::Kind::map) return schema.items;
  if (schema.kind != Schema::Kind::structure) return nullptr;
  if (const auto found = schema.fields.find(key); found != schema.fields.end())
    return found->second.schema;
  return schema.open ? any_schema() : nullptr;
}

}  // namespace flotilla::simulator
