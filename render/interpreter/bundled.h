#pragma once

#include "render/interpreter/customization.h"

#include <map>
#include <string>

namespace flotilla::interpreter {

// The files of render/interpreter/bundled, by path: "<group>/<version>/<Kind>/<field>.lua".
const std::map<std::string, std::string>& bundled_files();

// The same as customizations, one per kind; a path that does not fit is passed over.
const std::vector<Customization>& bundled_customizations();

}  // namespace flotilla::interpreter
