#pragma once

#include "render/base/result.h"
#include "render/document/tree.h"

#include <string>
#include <string_view>
#include <vector>

namespace flotilla {

// RFC 6901. "" is the whole document; "/a~1b/0" is {"a/b", "0"}. An error if the text is neither
// empty nor begins with '/'.
Result<std::vector<std::string>> parse_pointer(std::string_view text);
std::string pointer_text(const std::vector<std::string>& tokens);
const Json::Value* resolve(const Json::Value& root, const std::vector<std::string>& tokens);
Json::Value* resolve(Json::Value& root, const std::vector<std::string>& tokens);

enum class PatchOp { add, remove, replace };
struct PatchStep {
  PatchOp op = PatchOp::add;
  std::string path;
  Json::Value value;  // null for remove
};

// Applies RFC 6902 steps in order, all or nothing: on an error `root` is as it was. Array indexes
// as in karmada-semantics 16.2 and section 28 (what evanphx/json-patch v5 accepts: negative
// indexes, leading zeros, '-' for add only).
Result<void> apply_patch(Json::Value& root, const std::vector<PatchStep>& steps);

// The place that `token` of a step's path names in a list; negative ones count from `places`, which
// itself is one place too far. An error for "-" and for what is outside of the list.
Result<std::size_t> list_place(const std::string& token, std::size_t places);
// What an error of a step adds: "applying step 1, add "/a"" for index 0.
std::string step_title(std::size_t index, const PatchStep& step);

}  // namespace flotilla
