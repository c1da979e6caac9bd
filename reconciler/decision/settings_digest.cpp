#include "reconciler/decision/settings_digest.h"

#include "render/base/digest.h"
#include "render/document/json.h"

namespace flotilla::decision {

std::string digest_of_settings(const catalog::Catalog& catalog) {
  std::string digests;
  for (const catalog::ObjectPtr& object : catalog.settings) {
    const bool is_fleet = object->key.group_kind() == GroupKind{"flotilla.dev", "Fleet"};
    if (!is_fleet || find_path(object->tree, {"spec", "confirmDeletions"}) == nullptr) {
      digests += sha256_hex(canonical_json(object->tree));
      continue;
    }
    Json::Value tree = object->tree;
    find_path(tree, {"spec"})->removeMember("confirmDeletions");
    digests += sha256_hex(canonical_json(tree));
  }
  return "sha256:" + sha256_hex(digests);
}

std::string short_digest(std::string_view bytes) {
  constexpr std::size_t digits = 12;
  return "sha256:" + sha256_hex(bytes).substr(0, digits);
}

}  // namespace flotilla::decision
