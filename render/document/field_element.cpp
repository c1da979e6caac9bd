#include "render/document/field_element.h"

#include "render/base/text.h"
#include "render/document/json.h"

#include <vector>

namespace flotilla {

std::string field_element_text(std::string_view element) {
  const std::string body(element.substr(2));
  if (element.starts_with("f:")) return "." + body;
  std::string text("[");
  const Result<Json::Value> keys =
      element.starts_with("k:") ? parse_json_fast(body) : Json::Value();
  if (keys && keys->isObject()) {
    std::vector<std::string> parts;
    for (const std::string& key : keys->getMemberNames())
      parts.push_back(key + "=" + canonical_json((*keys)[key]));
    text.append(join(parts, ","));
  } else {
    if (element.starts_with("v:")) text.append("=");
    text.append(body);
  }
  return text.append("]");
}

}  // namespace flotilla
