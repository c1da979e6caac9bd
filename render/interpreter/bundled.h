#pragma once

#include "render/interpreter/customization.h"

#include <map>
#include <string>

// Our rules for kinds of other projects (karmada-semantics 14.5); how their files are written is
// in render/interpreter/bundled/README.md.
namespace flotilla::interpreter {

// The files of render/interpreter/bundled, by path: "<group>/<version>/<Kind>.lua", "shared.lua"
// and "<group>/shared.lua".
const std::map<std::string, std::string>& bundled_files();

// The same as customizations, one per kind, sorted by apiVersion and kind. A kind has an operation
// exactly if its file defines that function; the script is the function with what it uses.
const std::vector<Customization>& bundled_customizations();

}  // namespace flotilla::interpreter
