#pragma once

#include "render/base/result.h"
#include "render/document/tree.h"

#include <string>
#include <string_view>

namespace flotilla::yaml {

// YAML as sigs.k8s.io/yaml writes it, and with it kubectl and Karmada (karmada-semantics 16.6):
// block style, two spaces a level with the dashes of a list below their key, texts with several
// lines as literal blocks, long plain and quoted texts folded at 80 columns, keys in go-yaml's
// natural order (a2 before a10, other characters before letters). For texts that a member cluster's
// programs read; `emit` is for our own files. An error only if a text is not valid UTF-8.
Result<std::string> emit_as_kubernetes(const Json::Value& value);

// go-yaml's order of the keys of a map.
bool natural_less(std::string_view a, std::string_view b);

}  // namespace flotilla::yaml
