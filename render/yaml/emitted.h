#pragma once

#include "render/document/tree.h"

#include <optional>
#include <string_view>

namespace flotilla::yaml {

// One document as emit() writes it, many times faster than read_documents() and with the same
// value; nullopt for anything else, be it YAML or not. Values know no position.
std::optional<Json::Value> read_emitted(std::string_view text);

}  // namespace flotilla::yaml
