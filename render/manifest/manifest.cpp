#include "render/manifest/manifest.h"

#include "render/base/digest.h"
#include "render/document/json.h"

namespace flotilla::manifest {

namespace {

// A map of texts under metadata, as labels and annotations must be. kubectl refuses a null value
// too.
Result<void> check_marks(const Json::Value& object, const char* field) {
  const Json::Value* map = find_path(object, {"metadata", field});
  if (map == nullptr || map->isNull()) return {};
  const std::string path = std::string("metadata.") + field;
  if (!map->isObject()) {
    return fail(Code::invalid,
                path + " is " + std::string(type_name(*map)) + ", want a map of texts",
                at(*map, {}));
  }
  for (auto it = map->begin(); it != map->end(); ++it) {
    if (it->isString()) continue;
    return fail(Code::invalid,
                path + "[\"" + it.name() + "\"] is " + std::string(type_name(*it)) +
                    ", want a text (quote it)",
                at(*it, {}));
  }
  return {};
}

Result<void> check_identity(const Object& before, const Json::Value& after) {
  const std::string api_version = get_string(after, "apiVersion");
  if (api_version != get_string(before.tree, "apiVersion")) {
    return fail(Code::invalid, "an override changed apiVersion to \"" + api_version +
                                   "\", want \"" + before.api_version + "\" kept");
  }
  const ObjectKey was = key_of(before.tree);
  const ObjectKey is = key_of(after);
  if (was == is) return {};
  return fail(Code::invalid, "an override changed the object to " + to_string(is) +
                                 ", want kind, name and namespace kept");
}

void mark(Json::Value& tree, const Object& object, const Marks& marks) {
  if (Json::Value* annotations = find_path(tree, {"metadata", "annotations"});
      annotations != nullptr && annotations->isObject()) {
    // Our own notes on the live object: a copy of them in a file says nothing about this apply.
    annotations->removeMember(std::string(origin_annotation));
    annotations->removeMember(std::string(digest_annotation));
  }
  set_label(tree, managed_by_label, "flotilla");
  set_label(tree, part_of_label, marks.applyset_id);
  set_annotation(tree, source_annotation, object.source.file);
}

Result<Manifest> build(const Object& object, const std::vector<Transform>& transforms,
                       const Marks& marks) {
  Json::Value tree = object.tree;
  for (const Transform& transform : transforms) TRY(transform(tree));
  TRY(check_identity(object, tree));
  TRY(check_marks(tree, "labels"));
  TRY(check_marks(tree, "annotations"));
  prune_fields(tree);
  settle_string_data(tree);
  mark(tree, object, marks);

  // Copied, since a text that has grown holds up to twice the memory it needs.
  const std::string text = canonical_json(tree);
  auto json = std::make_shared<const std::string>(text.data(), text.size());
  std::string digest = sha256_hex(*json);
  return Manifest{object.key, object.api_version, std::move(json), std::move(digest),
                  object.source.file};
}

}  // namespace

std::string applyset_id(std::string_view owner) {
  // name.namespace.kind.group; the group of a ConfigMap is empty, so the text ends with a dot.
  return "applyset-" + sha256_base64url(std::string(owner) + ".flotilla-system.ConfigMap.") + "-v1";
}

Result<Manifest> build_manifest(const Object& object, const std::vector<Transform>& transforms,
                                const Marks& marks) {
  Result<Manifest> manifest = build(object, transforms, marks);
  if (manifest) return manifest;
  Error error = std::move(manifest).error();
  if (error.where.file.empty()) {
    error.where.file = object.source.file;
    if (error.where.line == 0) error.where = object.source;
  }
  return fail(while_doing(std::move(error), "building " + to_string(object.key)));
}

}  // namespace flotilla::manifest
