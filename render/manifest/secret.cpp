#include "render/base/text.h"
#include "render/manifest/manifest.h"

#include <algorithm>

namespace flotilla::manifest {

void settle_string_data(Json::Value& object) {
  if (get_string(object, "apiVersion") != "v1" || get_string(object, "kind") != "Secret") return;
  const Json::Value* found = find(object, "stringData");
  if (found == nullptr || !found->isObject()) return;
  if (!std::all_of(found->begin(), found->end(), [](const Json::Value& v) { return v.isString(); }))
    return;
  if (const Json::Value* data = find(object, "data"); data && !data->isObject() && !data->isNull())
    return;
  const Json::Value texts = *found;
  object.removeMember("stringData");
  for (auto it = texts.begin(); it != texts.end(); ++it)
    object["data"][it.name()] = base64_encode(it->asString());
}

}  // namespace flotilla::manifest
