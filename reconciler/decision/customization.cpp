#include "reconciler/decision/customization.h"

#include "overrides/fields.h"
#include "render/lua/script.h"

#include <algorithm>
#include <tuple>

namespace flotilla::decision {

namespace {

using interpreter::Customization;
using interpreter::Operation;
using overrides::Fields;
using overrides::Reading;

// Where a line of a script stands. A text of several lines is taken for a block ("luaScript: |"),
// which begins on the line below its indicator.
SourceRef place_of_line(const Json::Value& script, const std::string& file, int line) {
  SourceRef begin = at(script, file);
  const bool block = script.asString().find('\n') != std::string::npos;
  if (line == 0 || begin.line == 0) return begin;
  return block ? SourceRef{file, begin.line + line, 0} : begin;
}

void check_script(const Json::Value& script, const char* function, const Reading& reading) {
  const auto compiled = lua::check(script.asString());
  if (compiled) {
    // How a mistyped name looks; a script that makes it in another way is none we know.
    if (script.asString().find(function) == std::string::npos)
      reading.warning(script, "missing-function",
                      std::string("has no function ") + function + ", which is called");
    return;
  }
  const int line = compiled.error().where.line;
  reading.problems.push_back(error_at("invalid-script", place_of_line(script, reading.file, line),
                                      reading.path + " does not compile: " +
                                          (line > 0 ? "line " + std::to_string(line) + ": " : "") +
                                          compiled.error().message,
                                      reading.object));
}

void read_script(Fields& customizations, const interpreter::OperationNames& names,
                 Customization& customization) {
  const Json::Value* value = customizations.any(names.field);
  if (value == nullptr) return;
  const Reading reading = customizations.at(names.field);
  Fields fields(*value, reading);
  const Json::Value* script = fields.any("luaScript");
  std::string text = fields.text("luaScript");
  fields.say_unknown();
  if (script == nullptr && value->isObject())
    reading.below("luaScript").error(*value, "missing-field", "is missing, want a Lua script");
  if (text.empty()) return;
  check_script(*script, names.function, reading.below("luaScript"));
  customization.scripts.emplace(names.operation, std::move(text));
}

void read_target(Fields& spec, Customization& customization) {
  const Json::Value* target = spec.any("target");
  if (target == nullptr) {
    if (spec.map_value().isObject())
      spec.at("target").error(spec.map_value(), "missing-field",
                              "is missing, want the apiVersion and kind of the objects");
    return;
  }
  Fields fields(*target, spec.at("target"));
  customization.api_version = fields.required_text("apiVersion");
  customization.kind = fields.required_text("kind");
  fields.say_unknown();
}

void read_spec(const Json::Value& value, const Reading& reading, Customization& customization) {
  Fields spec(value, reading);
  read_target(spec, customization);
  const Json::Value* scripts = spec.any("customizations");
  spec.say_unknown();
  if (scripts == nullptr) {
    if (value.isObject())
      spec.at("customizations")
          .error(value, "missing-field", "is missing, want a map of Lua scripts");
    return;
  }
  Fields fields(*scripts, spec.at("customizations"));
  for (const auto& names : interpreter::operation_names())
    read_script(fields, names, customization);
  fields.say_unknown();
}

}  // namespace

std::optional<Customization> read_customization(const Object& object, Problems& problems) {
  const std::size_t errors = overrides::error_count(problems);
  const Reading reading{object.source.file, to_string(object.key), problems};
  Customization customization;
  customization.name = object.key.name;
  customization.source = object.source;
  const Json::Value* spec = find(object.tree, "spec");
  if (spec == nullptr) {
    reading.below("spec").error(object.tree, "missing-field", "is missing, want a map");
  } else {
    read_spec(*spec, reading.below("spec"), customization);
  }
  if (overrides::error_count(problems) > errors) return std::nullopt;
  return customization;
}

std::vector<Customization> without_conflicts(std::vector<Customization> customizations,
                                             Problems& problems) {
  std::ranges::stable_sort(customizations, {}, &Customization::name);
  std::map<std::tuple<std::string, std::string, Operation>, std::string> taken;
  std::vector<Customization> standing;
  for (Customization& customization : customizations) {
    bool conflict = false;
    const auto key = [&](Operation operation) {
      return std::tuple(customization.api_version, customization.kind, operation);
    };
    for (const auto& [operation, script] : customization.scripts) {
      const auto other = taken.find(key(operation));
      if (operation == Operation::dependencies || script.empty() || other == taken.end()) continue;
      conflict = true;
      problems.push_back(
          error_at("duplicate-operation", customization.source,
                   "spec.customizations." + std::string(interpreter::names_of(operation).field) +
                       " is for " + customization.api_version + " " + customization.kind +
                       ", for which ResourceInterpreterCustomization " + other->second +
                       " defines it already",
                   "ResourceInterpreterCustomization.config.karmada.io/" + customization.name));
    }
    if (conflict) continue;
    for (const auto& [operation, script] : customization.scripts)
      if (!script.empty()) taken.emplace(key(operation), customization.name);
    standing.push_back(std::move(customization));
  }
  return standing;
}

}  // namespace flotilla::decision
