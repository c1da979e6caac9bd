#include "reconciler/member/patch.h"

#include "render/document/json.h"

namespace flotilla::member {
namespace {

Json::Value step(const char* op, const std::string& path) {
  Json::Value step(Json::objectValue);
  step["op"] = op;
  step["path"] = path;
  return step;
}

}  // namespace

// A failed `test` would be a 422 like any other fault of a patch; a stale version is a 409.
GuardedPatch::GuardedPatch(const Json::Value& live) {
  replace("/metadata/resourceVersion", get_string(live, {"metadata", "resourceVersion"}));
}

void GuardedPatch::replace(const std::string& path, const Json::Value& value) {
  steps_.append(step("replace", path))["value"] = value;
}

void GuardedPatch::remove(const std::string& path) { steps_.append(step("remove", path)); }

std::string GuardedPatch::text() const { return canonical_json(steps_); }

}  // namespace flotilla::member
