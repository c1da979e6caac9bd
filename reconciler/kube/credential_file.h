#pragma once

#include "render/base/result.h"

#include <filesystem>
#include <string>

// Files that hold credentials. Errors name the file, never what is in it.
namespace flotilla::kube {

// The whole file; a missing or unreadable one is unauthorized. At most 1 MiB.
Result<std::string> read_credential_file(const std::filesystem::path& file);

// A bearer token without the white space around it.
Result<std::string> read_token_file(const std::filesystem::path& file);

// `text` if it is a header-safe token or password: one line of visible characters.
Result<std::string> checked_token(std::string_view text, const std::filesystem::path& file,
                                  std::string_view key);

// PEM, from PEM or base64 of PEM.
Result<std::string> pem_of(std::string_view text, const std::filesystem::path& file,
                           std::string_view key);

}  // namespace flotilla::kube
