#pragma once

#include <string_view>

// The tables beside this file, compiled in. from_openapi.py makes them from a real kube-apiserver
// (v1.36.2).
namespace flotilla::simulator::builtin {

// One kind a line, tab separated: group, version, plural, singular, kind, scope, short names,
// categories, subresources, type.
std::string_view kinds();
// One type a line, in the notation of ../schema.h.
std::string_view types();

}  // namespace flotilla::simulator::builtin
