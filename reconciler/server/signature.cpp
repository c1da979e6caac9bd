#include "reconciler/server/signature.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <array>

namespace flotilla::server {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

Digest digest(std::string_view text) {
  Digest result{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), result.data());
  return result;
}

}  // namespace

std::string hmac_sha256(std::string_view key, std::string_view text) {
  Digest result{};
  unsigned size = result.size();
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), result.data(), &size);
  return {reinterpret_cast<const char*>(result.data()), result.size()};
}

bool same(std::string_view a, std::string_view b) {
  const Digest left = digest(a);
  const Digest right = digest(b);
  return CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::optional<std::string> from_hex(std::string_view digits) {
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = digit(digits[i]);
    const int low = digit(digits[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

bool is_signed(const Secrets& secrets, std::string_view text, std::string_view hex) {
  const std::optional<std::string> claimed = from_hex(hex);
  if (!claimed) return false;
  bool fits = false;
  for (const std::string& secret : secrets) fits |= same(hmac_sha256(secret, text), *claimed);
  return fits;
}

bool is_token(const Secrets& secrets, std::string_view token) {
  bool fits = false;
  for (const std::string& secret : secrets) fits |= same(secret, token);
  return fits;
}

}  // namespace flotilla::server
