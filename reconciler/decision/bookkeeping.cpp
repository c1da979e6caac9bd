#include "reconciler/decision/bookkeeping.h"

#include "render/base/text.h"
#include "render/manifest/manifest.h"

#include <algorithm>
#include <cstdint>

namespace flotilla::decision {

namespace {

constexpr std::uint32_t fnv_offset = 2166136261U;
constexpr std::uint32_t fnv_prime = 16777619U;
constexpr std::string_view safe_letters = "bcdfghjklmnpqrstvwxz2456789";

constexpr const char* managed_annotations = "resourcetemplate.karmada.io/managed-annotations";
constexpr const char* managed_labels = "resourcetemplate.karmada.io/managed-labels";

// Sorted, since jsoncpp keeps keys in order.
std::vector<std::string> keys_of(const Json::Value* map) {
  std::vector<std::string> keys;
  if (map == nullptr || !map->isObject()) return keys;
  for (auto it = map->begin(); it != map->end(); ++it) keys.push_back(it.name());
  return keys;
}

}  // namespace

std::string safe_hash(const std::string& text) {
  std::uint32_t hash = fnv_offset;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= fnv_prime;
  }
  std::string digits = std::to_string(hash);
  for (char& digit : digits)
    digit = safe_letters[static_cast<unsigned char>(digit) % safe_letters.size()];
  return digits;
}

std::string work_name(const ObjectKey& object) {
  const std::string place = object.namespace_.empty() ? "" : object.namespace_ + "-";
  return lower(replace_all(object.name, ":", ".")) + "-" +
         safe_hash(lower(place + object.name + "-" + object.kind));
}

void keep_books(Json::Value& tree, const Object& object, const Binding& binding,
                const std::string& cluster, bool takes_over) {
  manifest::prune_fields(tree);  // the lists below name what is sent
  const auto generation = get_int(*find(object.tree, "metadata"), "generation").value_or(0);
  if (generation > 0)
    set_annotation(tree, "resourcetemplate.karmada.io/generation", std::to_string(generation));
  const std::string& space = object.key.namespace_;
  const bool has_binding = !binding.name.empty();  // a namespace that comes along has none (20.1)
  if (has_binding && space.empty()) {
    set_annotation(tree, "clusterresourcebinding.karmada.io/name", binding.name);
  } else if (has_binding) {
    set_annotation(tree, "resourcebinding.karmada.io/namespace", space);
    set_annotation(tree, "resourcebinding.karmada.io/name", binding.name);
  }
  set_label(tree, "karmada.io/managed", "true");
  if (!binding.uid.empty()) set_annotation(tree, "resourcetemplate.karmada.io/uid", binding.uid);
  set_annotation(tree, "work.karmada.io/name", work_name(object.key));
  set_annotation(tree, "work.karmada.io/namespace", "karmada-es-" + cluster);
  if (has_binding)
    set_annotation(tree, "work.karmada.io/conflict-resolution", takes_over ? "overwrite" : "abort");
  set_annotation(tree, managed_annotations, "");
  set_annotation(tree, managed_labels, "");
  const std::string annotations = join(keys_of(annotations_of(tree)), ",");
  const std::string labels = join(keys_of(labels_of(tree)), ",");
  set_annotation(tree, managed_annotations, annotations);
  set_annotation(tree, managed_labels, labels);
}

}  // namespace flotilla::decision
