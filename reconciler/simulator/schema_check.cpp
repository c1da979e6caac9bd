#include "reconciler/simulator/schema_check.h"

#include "render/document/json.h"

#include <algorithm>
#include <regex>

namespace flotilla::simulator {

namespace {

using Causes = std::vector<Cause>;

class SchemaCheck {
 public:
  explicit SchemaCheck(Causes& causes) : causes_(causes) {}

  void value(const Json::Value& value, const Schema& schema, const std::string& path) {
    if (value.isNull() && (schema.nullable || path.empty())) return;
    if (!type_fits(value, schema, path)) return;
    if (!schema.allowed.empty()) check_allowed(value, schema, path);
    if (value.isNumeric()) check_number(value, schema, path);
    if (value.isString()) check_text(value.asString(), schema, path);
    if (value.isArray()) list(value, schema, path);
    if (value.isObject()) map(value, schema, path);
  }

 private:
  bool type_fits(const Json::Value& value, const Schema& schema, const std::string& path) {
    const char* want = nullptr;
    using K = Schema::Kind;
    if (schema.kind == K::text && !value.isString()) want = "string";
    if (schema.kind == K::integer && !value.isIntegral()) want = "integer";
    if (schema.kind == K::number && !value.isNumeric()) want = "number";
    if (schema.kind == K::boolean && !value.isBool()) want = "boolean";
    if (schema.kind == K::list && !value.isArray()) want = "array";
    if ((schema.kind == K::structure || schema.kind == K::map) && !value.isObject())
      want = "object";
    if (want == nullptr) return true;
    const std::string found = value.isString()     ? "string"
                              : value.isBool()     ? "boolean"
                              : value.isArray()    ? "array"
                              : value.isObject()   ? "object"
                              : value.isNull()     ? "null"
                              : value.isIntegral() ? "integer"
                                                   : "number";
    causes_.push_back({"FieldValueTypeInvalid",
                       "Invalid value: \"" + found + "\": " + path + " in body must be of type " +
                           want + ": \"" + found + "\"",
                       path});
    return false;
  }

  void check_allowed(const Json::Value& value, const Schema& schema, const std::string& path) {
    std::vector<std::string> texts;
    for (const Json::Value& allowed : schema.allowed) {
      if (same(allowed, value)) return;
      texts.push_back(allowed.isString() ? allowed.asString() : canonical_json(allowed));
    }
    causes_.push_back(unsupported(path, value, texts));
  }

  void wrong(const std::string& path, const Json::Value& value, const std::string& rule) {
    causes_.push_back(wrong_value(path, value, path + " in body should " + rule));
  }

  void check_number(const Json::Value& value, const Schema& schema, const std::string& path) {
    if (schema.minimum && value.asDouble() < *schema.minimum)
      wrong(path, value,
            "be greater than or equal to " + number_text(Json::Value(*schema.minimum)));
    if (schema.maximum && value.asDouble() > *schema.maximum)
      wrong(path, value, "be less than or equal to " + number_text(Json::Value(*schema.maximum)));
  }

  void check_text(const std::string& text, const Schema& schema, const std::string& path) {
    if (schema.min_length && text.size() < *schema.min_length)
      wrong(path, text, "be at least " + std::to_string(*schema.min_length) + " chars long");
    if (schema.max_length && text.size() > *schema.max_length)
      causes_.push_back(
          {"FieldValueTooLong",
           "Too long: may not be more than " + std::to_string(*schema.max_length) + " bytes",
           path});
    if (schema.pattern.empty()) return;
    try {
      if (!std::regex_search(text, std::regex(schema.pattern)))
        wrong(path, text, "match '" + schema.pattern + "'");
    } catch (const std::regex_error&) {
      return;  // Go's syntax knows more than ECMAScript's; what we cannot read we do not enforce.
    }
  }

  void list(const Json::Value& value, const Schema& schema, const std::string& path) {
    if (schema.min_items && value.size() < *schema.min_items)
      wrong(path, value, "have at least " + std::to_string(*schema.min_items) + " items");
    if (schema.max_items && value.size() > *schema.max_items)
      causes_.push_back({"FieldValueTooMany",
                         "Too many: " + std::to_string(value.size()) + ": must have at most " +
                             std::to_string(*schema.max_items) + " items",
                         path});
    if (schema.items == nullptr) return;
    for (Json::ArrayIndex i = 0; i < value.size(); ++i)
      this->value(value[i], *schema.items, path + "[" + std::to_string(i) + "]");
  }

  void map(const Json::Value& value, const Schema& schema, const std::string& path) {
    const std::string dot = path.empty() ? "" : path + ".";
    for (const auto& [name, field] : schema.fields)
      if (field.required && !value.isMember(name)) causes_.push_back(required(dot + name));
    for (const std::string& name : value.getMemberNames()) {
      if (path.empty() && name == "metadata") continue;
      if (const Schema* child = child_of(schema, name))
        this->value(value[name], *child, dot + name);
    }
  }

  Causes& causes_;
};

}  // namespace

std::vector<Cause> check_schema(const Json::Value& object, const Schema& schema) {
  Causes causes;
  SchemaCheck(causes).value(object, schema, "");
  std::ranges::stable_sort(causes, {}, &Cause::field);
  return causes;
}

}  // namespace flotilla::simulator
