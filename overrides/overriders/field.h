#pragma once

#include "overrides/policy.h"

#include <optional>
#include <string>
#include <string_view>

namespace flotilla::overrides {

// An entry of fieldOverrider: patches the JSON or YAML text in one field of the object
// (karmada-semantics 16.6 and section 28). nullopt if it has an error.
//   json  keeps the order of keys and every literal; new keys come last; an empty text stays empty
//   yaml  is read by YAML 1.1 rules and written anew with sorted keys and without comments, as
//         sigs.k8s.io/yaml does it. Of several documents the first is changed and the others stay
//         as they are (quirk Q32, fixed). Unlike in Karmada, a key that stands twice is an error.
std::optional<Overrider> read_field_overrider(const Json::Value& value, const Reading& reading);

// A YAML stream at the end of its first document: both parts together are the text. What follows
// is empty unless it begins another document.
struct FirstDocument {
  std::string_view document;
  std::string_view others;  // begins with a line "---" or "..."
};
FirstDocument split_first_document(std::string_view text);

}  // namespace flotilla::overrides
