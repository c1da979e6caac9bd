#include "render/document/object.h"

namespace flotilla {

std::string to_string(const GroupKind& group_kind) {
  return group_kind.group.empty() ? group_kind.kind : group_kind.kind + "." + group_kind.group;
}

GroupKind parse_group_kind(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return {"", std::string(text)};
  return {std::string(text.substr(dot + 1)), std::string(text.substr(0, dot))};
}

std::string group_of(std::string_view api_version) {
  const auto slash = api_version.find('/');
  return slash == std::string_view::npos ? std::string()
                                         : std::string(api_version.substr(0, slash));
}

std::string version_of(std::string_view api_version) {
  const auto slash = api_version.find('/');
  return std::string(slash == std::string_view::npos ? api_version : api_version.substr(slash + 1));
}

std::string to_string(const ObjectKey& key) {
  std::string text = to_string(key.group_kind());
  if (!key.namespace_.empty()) text += "/" + key.namespace_;
  return text + "/" + key.name;
}

const Json::Value* labels_of(const Json::Value& object) {
  return find_path(object, {"metadata", "labels"});
}
const Json::Value* annotations_of(const Json::Value& object) {
  return find_path(object, {"metadata", "annotations"});
}

std::string label(const Json::Value& object, std::string_view key) {
  return get_string(object, {"metadata", "labels", key});
}

std::string annotation(const Json::Value& object, std::string_view key) {
  return get_string(object, {"metadata", "annotations", key});
}

namespace {

void set_mark(Json::Value& object, const char* map, std::string_view key, std::string_view value) {
  Json::Value& metadata = object["metadata"];
  if (!metadata.isObject()) metadata = Json::Value(Json::objectValue);
  Json::Value& marks = metadata[map];
  if (!marks.isObject()) marks = Json::Value(Json::objectValue);
  marks[std::string(key)] = std::string(value);
}

}  // namespace

void set_label(Json::Value& object, std::string_view key, std::string_view value) {
  set_mark(object, "labels", key, value);
}

void set_annotation(Json::Value& object, std::string_view key, std::string_view value) {
  set_mark(object, "annotations", key, value);
}

ObjectKey key_of(const Json::Value& tree) {
  return {group_of(get_string(tree, "apiVersion")), get_string(tree, "kind"),
          get_string(tree, {"metadata", "namespace"}), get_string(tree, {"metadata", "name"})};
}

}  // namespace flotilla
