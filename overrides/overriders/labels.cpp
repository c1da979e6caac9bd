#include "overrides/overriders/labels.h"

#include "overrides/fields.h"
#include "render/base/text.h"

namespace flotilla::overrides {

namespace {

using TextMap = std::map<std::string, std::string>;

Result<void> change_map(Json::Value& object, const char* field, const std::string& op,
                        const TextMap& values) {
  Json::Value* metadata = find_path(object, {"metadata"});
  if (metadata == nullptr || !metadata->isObject())
    return fail(Code::invalid, "the object has no metadata");
  const Json::Value* found = find(*metadata, field);
  const bool absent = found == nullptr || found->isNull();
  if (!absent && !found->isObject()) {
    return fail(Code::invalid, "metadata." + std::string(field) + " is " +
                                   std::string(type_name(*found)) + ", want a map of texts");
  }
  if (absent && (op != "add" || values.empty())) return {};

  Json::Value& map = (*metadata)[field];
  if (absent) map = Json::Value(Json::objectValue);
  for (const auto& [key, text] : values) {
    if (op == "add" || (op == "replace" && map.isMember(key))) map[key] = text;
    if (op == "remove") map.removeMember(key);
  }
  return {};
}

void check_key(const Json::Value& place, const Reading& reading, const std::string& key,
               bool annotation) {
  // Kubernetes compares annotation keys in lower case when it validates them.
  const std::string fault = label_key_fault(annotation ? lower(key) : key);
  if (!fault.empty())
    reading.refuse(place, "invalid-value", "has the key \"" + key + "\": " + fault);
}

std::optional<Overrider> read(const Json::Value& value, const Reading& reading, bool annotation) {
  const std::size_t errors = error_count(reading.problems);
  Fields fields(value, reading);
  const std::string op = fields.choice("operator", {"add", "remove", "replace"}, "");
  const TextMap values = fields.text_map("value");
  const Json::Value* map = fields.any("value");
  const Reading below = fields.at("value");
  if (map == nullptr && value.isObject())
    below.error(value, "missing-field", "is missing, want a map of texts");
  for (const auto& [key, text] : values) {
    const Json::Value& place = *find(*map, key);
    check_key(place, below, key, annotation);
    if (annotation) continue;
    if (const std::string fault = label_value_fault(text); !fault.empty())
      below.refuse(place, "invalid-value", "has the value \"" + text + "\": " + fault);
  }
  fields.say_unknown();
  if (error_count(reading.problems) > errors) return std::nullopt;

  const char* field = annotation ? "annotations" : "labels";
  const SourceRef where = at(value, reading.file);
  return Overrider{annotation ? "annotationsOverrider" : "labelsOverrider",
                   [=](Json::Value& object, const Cluster&) -> Result<void> {
                     auto done = change_map(object, field, op, values);
                     if (done) return {};
                     Error error = std::move(done).error();
                     error.where = where;
                     return fail(std::move(error));
                   },
                   where, reading.path};
}

}  // namespace

std::optional<Overrider> read_labels_overrider(const Json::Value& value, const Reading& reading) {
  return read(value, reading, false);
}

std::optional<Overrider> read_annotations_overrider(const Json::Value& value,
                                                    const Reading& reading) {
  return read(value, reading, true);
}

}  // namespace flotilla::overrides
