#pragma once

#include "render/document/tree.h"

#include <string>

namespace flotilla::yaml {

// Block style, keys sorted, two spaces a level, LF, no aliases; texts are quoted exactly when the
// reader would not read them back as the same text. read_documents(emit(x)) gives x.
std::string emit(const Json::Value& value);

}  // namespace flotilla::yaml
