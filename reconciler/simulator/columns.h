#pragma once

#include "render/document/tree.h"

#include <string>
#include <vector>

namespace flotilla::simulator {

// A column after the name in `kubectl get` of a built-in kind.
struct BuiltinColumn {
  const char* name;
  const char* type;
  int priority;  // 1: only with -o wide
  Json::Value (*cell)(const Json::Value& object);
};

// nullptr: only the age is shown.
const std::vector<BuiltinColumn>* columns_of(const std::string& kind_id);

}  // namespace flotilla::simulator
