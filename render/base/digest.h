#pragma once

#include <string>
#include <string_view>

namespace flotilla {

// SHA-256 of `bytes` as 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

// SHA-256 of `bytes` as URL-safe base64 without padding (43 characters), the form ApplySet ids use
// (KEP-3659).
std::string sha256_base64url(std::string_view bytes);

// HMAC-SHA256 of `bytes` as 64 lower-case hex digits.
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);

}  // namespace flotilla
