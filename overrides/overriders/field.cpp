#include "overrides/overriders/field.h"

#include "overrides/fields.h"
#include "overrides/overriders/operations.h"
#include "render/base/text.h"
#include "render/document/ordered_json.h"
#include "render/yaml/kubernetes_emitter.h"
#include "render/yaml/reader.h"

#include <algorithm>

namespace flotilla::overrides {

namespace {

struct FieldChange {
  std::string path;
  bool yaml = false;
  Operations operations;
  SourceRef where;
};

// "---" or "..." alone or before white space, at the start of a line: nothing else looks like that.
bool is_mark(std::string_view line, std::string_view mark) {
  return line.starts_with(mark) && (line.size() == mark.size() || line[mark.size()] == ' ' ||
                                    line[mark.size()] == '\t' || line[mark.size()] == '\r');
}

bool has_content(std::string_view line) {
  const std::string_view text = trim(line);
  return !text.empty() && text[0] != '#';
}

Result<std::string> patch_json(const std::string& text, const FieldChange& change) {
  if (text.empty()) return text;
  auto document = parse_ordered_json(text);
  if (!document) {
    Error error = std::move(document).error();
    return fail(Code::invalid, "the text is no JSON: " + error.message + " (line " +
                                   std::to_string(error.where.line) + " of it)");
  }
  TRY(apply_operations(*document, change.operations));
  return to_string(*document);
}

Result<std::string> patch_yaml(const std::string& text, const FieldChange& change) {
  const FirstDocument parts = split_first_document(text);
  const yaml::ReadResult read = yaml::read_documents(parts.document, {});
  if (!read.problems.empty()) {
    const Problem& first = read.problems.front();
    return fail(Code::invalid, "the text cannot be read: " + first.message + " (line " +
                                   std::to_string(first.where.line) + " of it)");
  }
  if (read.documents.empty()) return fail(Code::invalid, "the text is empty, want a YAML document");
  Json::Value tree = read.documents.front().tree;
  if (!tree.isObject() && !tree.isArray())
    return fail(Code::invalid,
                "the text is " + std::string(type_name(tree)) + " to YAML, want a map or a list");
  TRY(apply_operations(tree, change.operations));
  TRY_ASSIGN(std::string patched, yaml::emit_as_kubernetes(tree));
  return patched.append(parts.others);
}

Result<void> change_field(Json::Value& object, const FieldChange& change) {
  TRY_ASSIGN(const auto tokens, parse_pointer(change.path));
  Json::Value* field = resolve(object, tokens);
  if (field == nullptr)
    return fail(Code::invalid, "there is no field " + change.path + " to change");
  if (!field->isString())
    return fail(Code::invalid, "the field " + change.path + " is " +
                                   std::string(type_name(*field)) + ", want a text");
  const std::string text = field->asString();
  auto patched = change.yaml ? patch_yaml(text, change) : patch_json(text, change);
  if (!patched)
    return fail(while_doing(std::move(patched).error(), "changing the text in " + change.path));
  *field = Json::Value(*patched);
  return {};
}

Result<void> apply(Json::Value& object, const FieldChange& change) {
  auto done = change_field(object, change);
  if (done) return {};
  Error error = std::move(done).error();
  if (error.where.file.empty()) error.where = change.where;
  // Messages may quote the text, and that of a Secret must not be told.
  if (get_string(object, "kind") == "Secret")
    error = {Code::invalid, "the text in " + change.path + " cannot be changed", error.where, {}};
  return fail(std::move(error));
}

// The empty path is one, though it never leads to a text.
std::string read_field_path(Fields& fields) {
  const Json::Value* path = fields.any("fieldPath");
  if (path != nullptr && path->isString() && path->asString().empty()) {
    fields.at("fieldPath")
        .warning(*path, "invalid-pointer", "is empty: the object itself is no text to change");
    return {};
  }
  std::string text = fields.required_text("fieldPath");
  if (auto pointer = parse_pointer(text); !pointer)
    fields.at("fieldPath").refuse(*path, "invalid-pointer", pointer.error().message);
  return text;
}

Operations read_list(Fields& fields, const char* name) {
  const Json::Value* list = fields.list(name);
  if (list == nullptr) return {};
  return read_operations(*list, fields.at(name), "subPath", ValueRule::strict);
}

}  // namespace

FirstDocument split_first_document(std::string_view text) {
  bool begun = false;
  bool ended = false;
  std::size_t end = text.size();
  for (std::size_t at = 0; at < text.size();) {
    const auto line_end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, line_end - at);
    const bool starts = is_mark(line, "---");
    if (!ended && begun && (starts || is_mark(line, "..."))) {
      ended = true;
      end = at;
    }
    if (ended && starts) return {text.substr(0, end), text.substr(end)};
    // Directives and comments may stand before the "---" of the first document.
    if (starts || (has_content(line) && line[0] != '%')) begun = true;
    at = line_end + 1;
  }
  return {text.substr(0, end), {}};
}

std::optional<Overrider> read_field_overrider(const Json::Value& value, const Reading& reading) {
  const std::size_t errors = error_count(reading.problems);
  Fields fields(value, reading);
  FieldChange change;
  change.where = at(value, reading.file);
  change.path = read_field_path(fields);
  Operations json = read_list(fields, "json");
  Operations yaml = read_list(fields, "yaml");
  fields.say_unknown();
  if (!json.steps.empty() && !yaml.steps.empty())
    fields.at("yaml").refuse(*fields.any("yaml"), "invalid-value",
                             "and json are both set, want one of them");
  if (error_count(reading.problems) > errors) return std::nullopt;
  if (json.steps.empty() && yaml.steps.empty()) {
    reading.error(value, "missing-field", "has neither json nor yaml operations, want one of them");
    return std::nullopt;
  }
  change.yaml = !yaml.steps.empty();
  change.operations = std::move(change.yaml ? yaml : json);
  const SourceRef where = change.where;
  return Overrider{"fieldOverrider",
                   [change = std::move(change)](Json::Value& object, const Cluster&) {
                     return apply(object, change);
                   },
                   where, reading.path};
}

}  // namespace flotilla::overrides
