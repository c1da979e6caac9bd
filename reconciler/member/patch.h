#pragma once

#include "render/document/tree.h"

#include <string>
#include <string_view>

// JSON patches (RFC 6902) that only apply to the object as it was seen.
namespace flotilla::member {

class GuardedPatch {
 public:
  // The server answers 409 if `live` has been written since.
  explicit GuardedPatch(const Json::Value& live);

  void replace(const std::string& path, const Json::Value& value);
  void remove(const std::string& path);
  std::string text() const;

 private:
  Json::Value steps_{Json::arrayValue};
};

}  // namespace flotilla::member
