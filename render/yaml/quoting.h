#pragma once

#include <string>
#include <string_view>

namespace flotilla::yaml {

// True if `text` without quotes, as a key or a value in block style, would be read as something
// else than this text.
bool needs_quotes(std::string_view text);

// `text` in double quotes, on one line.
std::string quoted(std::string_view text);

// True if `text` has several lines and a literal block ("|") brings it back as it is.
bool fits_literal(std::string_view text);

}  // namespace flotilla::yaml
