#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What shows that a webhook comes from somebody who knows the secret. Every comparison takes the
// same time whatever differs.
namespace flotilla::server {

using Secrets = std::vector<std::string>;  // any of them will do: an old and a new one

// HMAC-SHA256, 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view text);

// True if `hex` (either case) is the HMAC-SHA256 of `text` under one of the secrets.
bool is_signed(const Secrets& secrets, std::string_view text, std::string_view hex);
// True if `token` is one of the secrets.
bool is_token(const Secrets& secrets, std::string_view token);

// Bytes from hex digits; nullopt if it is none.
std::optional<std::string> from_hex(std::string_view digits);
// By digests of one length, so that not even the length shows.
bool same(std::string_view a, std::string_view b);

}  // namespace flotilla::server
