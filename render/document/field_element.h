#pragma once

#include <string>
#include <string_view>

namespace flotilla {

// One path element of fieldsV1 (f:NAME, k:{KEYS}, v:VALUE, i:INDEX) as API servers write it in
// messages: .NAME, [name="web"], [="value"], [0].
std::string field_element_text(std::string_view element);

}  // namespace flotilla
