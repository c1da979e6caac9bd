#pragma once

#include "render/interpreter/types.h"

#include <map>
#include <string>

namespace flotilla::interpreter {

// A ResourceInterpreterCustomization: Lua scripts for operations of one apiVersion and kind.
struct Customization {
  std::string name;
  std::string api_version;
  std::string kind;
  std::map<Operation, std::string> scripts;
  SourceRef source;  // of the object; lines of scripts are counted from their own first line
};

}  // namespace flotilla::interpreter
