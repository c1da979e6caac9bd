#include "overrides/overriders/operations.h"

#include "overrides/fields.h"

namespace flotilla::overrides {

namespace {

// An empty path is the whole document, and a path all the same.
std::string read_path(Fields& fields, const char* name, ValueRule rule) {
  const Json::Value* path = fields.any(name);
  if (path != nullptr && path->isString() && path->asString().empty()) return {};
  std::string text = fields.required_text(name);
  if (text.empty()) return text;
  if (auto pointer = parse_pointer(text); !pointer) {
    Reading reading = fields.at(name);
    reading.admitted = reading.admitted || rule == ValueRule::plaintext;
    reading.refuse(*path, "invalid-pointer", pointer.error().message);
  }
  return text;
}

void check_value(Fields& fields, const std::string& op, const Json::Value* value) {
  if (op == "remove" && value != nullptr)
    fields.at("value").refuse(*value, "invalid-value", "is set, want none for remove");
  if ((op == "add" || op == "replace") && value == nullptr)
    fields.at("value").refuse(fields.map_value(), "missing-field", "is missing, want one to " + op);
}

void read_operation(const Json::Value& value, const Reading& reading, const char* path_name,
                    ValueRule rule, Operations& operations) {
  Fields fields(value, reading);
  PatchStep step;
  const std::string op = fields.choice("operator", {"add", "remove", "replace"}, "");
  if (op == "remove") step.op = PatchOp::remove;
  if (op == "replace") step.op = PatchOp::replace;
  step.path = read_path(fields, path_name, rule);
  const Json::Value* given = fields.any("value");
  if (rule == ValueRule::strict) check_value(fields, op, given);
  if (given != nullptr && op != "remove") step.value = *given;
  fields.say_unknown();
  operations.steps.push_back(std::move(step));
  operations.places.push_back(at(value, reading.file));
}

}  // namespace

Operations read_operations(const Json::Value& list, const Reading& reading, const char* path_name,
                           ValueRule rule) {
  Operations operations;
  for (Json::ArrayIndex i = 0; i < list.size(); ++i) {
    std::string index = std::to_string(i);
    read_operation(list[i], reading.below(index.insert(0, 1, '[').append(1, ']')), path_name, rule,
                   operations);
  }
  return operations;
}

}  // namespace flotilla::overrides
