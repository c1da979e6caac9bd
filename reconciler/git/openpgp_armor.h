#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// As much of RFC 4880 as is needed before gpgv looks at something.
namespace flotilla::git {

constexpr int openpgp_signature = 2;
constexpr int openpgp_public_key = 6;

// The bytes of all blocks of that name ("PGP SIGNATURE"), one after the other. nullopt if there is
// none, one is damaged or of another name.
std::optional<std::string> openpgp_dearmored(std::string_view text, std::string_view name);

// The kinds of the packets, in order; nullopt if the bytes are not whole packets.
std::optional<std::vector<int>> openpgp_packets(std::string_view bytes);

}  // namespace flotilla::git
