#include "reconciler/kube/credential_file.h"

#include "render/base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <system_error>

namespace flotilla::kube {
namespace {

constexpr std::size_t kLargestFile = 1U << 20U;

}  // namespace

Result<std::string> read_credential_file(const std::filesystem::path& file) {
  std::error_code fault;
  if (!std::filesystem::exists(file, fault)) {
    return fail(Code::unauthorized, fmt::format("{} does not exist", file.string()));
  }
  if (!std::filesystem::is_regular_file(file, fault)) {
    return fail(Code::unauthorized, fmt::format("{} is not a file", file.string()));
  }
  std::ifstream stream(file, std::ios::binary);
  std::string text(kLargestFile + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad() || (stream.fail() && !stream.eof())) {
    return fail(Code::unauthorized, fmt::format("{} cannot be read", file.string()));
  }
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kLargestFile) {
    return fail(Code::too_large, fmt::format("{} is over the limit of 1 MiB", file.string()));
  }
  return text;
}

Result<std::string> checked_token(std::string_view text, const std::filesystem::path& file,
                                  std::string_view key) {
  const std::string_view token = trim(text);
  if (token.empty()) {
    return fail(Code::unauthorized, fmt::format("{}: {} is empty", file.string(), key));
  }
  const bool visible = std::ranges::all_of(token, [](char c) { return c > ' ' && c < '\x7F'; });
  if (!visible) {
    return fail(Code::invalid,
                fmt::format("{}: {} holds white space or control characters, want one word",
                            file.string(), key));
  }
  return std::string(token);
}

Result<std::string> read_token_file(const std::filesystem::path& file) {
  TRY_ASSIGN(const std::string text, read_credential_file(file));
  return checked_token(text, file, "the token");
}

Result<std::string> pem_of(std::string_view text, const std::filesystem::path& file,
                           std::string_view key) {
  constexpr std::string_view kMark = "-----BEGIN ";
  if (text.find(kMark) != std::string_view::npos) return std::string(text);
  std::optional<std::string> decoded = base64_decode(text);
  if (decoded && decoded->find(kMark) != std::string::npos) return std::move(*decoded);
  return fail(Code::invalid,
              fmt::format("{}: {} is neither PEM nor base64 of PEM", file.string(), key));
}

}  // namespace flotilla::kube
