#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Small text functions that the standard library lacks.
namespace flotilla {

std::string_view trim(std::string_view text);
std::vector<std::string> split(std::string_view text,
                               char separator);  // "a,,b" gives three parts; "" gives one
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string lower(std::string_view ascii);
std::string replace_all(std::string text, std::string_view what, std::string_view with);

// True if `text` is valid UTF-8 (no surrogates, no overlong forms). NUL bytes are valid UTF-8.
bool is_utf8(std::string_view text);

// Standard base64 with padding. Decoding ignores white space and gives nullopt for anything else
// that does not belong.
std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace flotilla
