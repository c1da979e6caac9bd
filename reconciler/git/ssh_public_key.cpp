#include "reconciler/git/ssh_public_key.h"

#include "render/base/text.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

namespace flotilla::git {
namespace {

constexpr int fewest_rsa_bits = 2048;
constexpr int most_rsa_bits = 16384;
constexpr unsigned char touched = 0x01;

struct Free {
  void operator()(BIGNUM* handle) const noexcept { BN_free(handle); }
  void operator()(ECDSA_SIG* handle) const noexcept { ECDSA_SIG_free(handle); }
  void operator()(EVP_MD_CTX* handle) const noexcept { EVP_MD_CTX_free(handle); }
  void operator()(EVP_PKEY* handle) const noexcept { EVP_PKEY_free(handle); }
  void operator()(EVP_PKEY_CTX* handle) const noexcept { EVP_PKEY_CTX_free(handle); }
  void operator()(OSSL_PARAM* handle) const noexcept { OSSL_PARAM_free(handle); }
  void operator()(OSSL_PARAM_BLD* handle) const noexcept { OSSL_PARAM_BLD_free(handle); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

enum class Family { ed25519, ecdsa, rsa };

struct KeyType {
  std::string_view name;
  Family family;
  bool hardware;
  std::string_view curve;             // as ssh names it
  const char* group;                  // as OpenSSL does
  const EVP_MD* (*hash)() = nullptr;  // of ecdsa
};

constexpr std::array<KeyType, 7> key_types{{
    {"ssh-ed25519", Family::ed25519, false, "", "", nullptr},
    {"sk-ssh-ed25519@openssh.com", Family::ed25519, true, "", "", nullptr},
    {"ecdsa-sha2-nistp256", Family::ecdsa, false, "nistp256", "P-256", EVP_sha256},
    {"ecdsa-sha2-nistp384", Family::ecdsa, false, "nistp384", "P-384", EVP_sha384},
    {"ecdsa-sha2-nistp521", Family::ecdsa, false, "nistp521", "P-521", EVP_sha512},
    {"sk-ecdsa-sha2-nistp256@openssh.com", Family::ecdsa, true, "nistp256", "P-256", EVP_sha256},
    {"ssh-rsa", Family::rsa, false, "", "", nullptr},
}};

const KeyType* find_type(std::string_view name) {
  const auto found = std::find_if(key_types.begin(), key_types.end(),
                                  [&](const KeyType& type) { return type.name == name; });
  return found == key_types.end() ? nullptr : &*found;
}

const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// A number of the wire format that must not be negative; null if it is.
Owned<BIGNUM> to_number(std::string_view bytes) {
  if (!bytes.empty() && (static_cast<unsigned char>(bytes.front()) & 0x80U) != 0) return {};
  return Owned<BIGNUM>(BN_bin2bn(raw(bytes), static_cast<int>(bytes.size()), nullptr));
}

Owned<EVP_PKEY> build(const char* algorithm, const Owned<OSSL_PARAM_BLD>& builder) {
  const Owned<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, algorithm, nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
    return {};
  return Owned<EVP_PKEY>(key);
}

Owned<EVP_PKEY> rsa_key(std::string_view exponent, std::string_view modulus) {
  const auto e = to_number(exponent);
  const auto n = to_number(modulus);
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  if (!e || !n || !builder || BN_num_bits(n.get()) > most_rsa_bits ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return {};
  return build("RSA", builder);
}

Owned<EVP_PKEY> ecdsa_key(const KeyType& type, std::string_view point) {
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, type.group, 0) !=
          1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1)
    return {};
  return build("EC", builder);
}

struct Key {
  const KeyType* type = nullptr;
  Owned<EVP_PKEY> handle;
  std::string_view application;  // of a hardware key
};

// nullopt if the bytes are no key of a known type, or hold more than that.
std::optional<Key> read_key(std::string_view bytes) {
  SshReader reader(bytes);
  const auto name = reader.text();
  Key key;
  if (!name || (key.type = find_type(*name)) == nullptr) return std::nullopt;
  if (key.type->family == Family::rsa) {
    const auto exponent = reader.text();
    const auto modulus = reader.text();
    if (!exponent || !modulus) return std::nullopt;
    key.handle = rsa_key(*exponent, *modulus);
  } else {
    if (key.type->family == Family::ecdsa && reader.text() != key.type->curve) return std::nullopt;
    const auto point = reader.text();
    if (!point) return std::nullopt;
    if (key.type->family == Family::ecdsa)
      key.handle = ecdsa_key(*key.type, *point);
    else
      key.handle.reset(
          EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(*point), point->size()));
  }
  if (key.type->hardware) {
    const auto application = reader.text();
    if (!application) return std::nullopt;
    key.application = *application;
  }
  if (!key.handle || !reader.at_end()) return std::nullopt;
  return key;
}

// Two numbers as the DER that OpenSSL wants; empty if they are none.
std::string to_der(std::string_view numbers) {
  SshReader reader(numbers);
  const auto r = reader.text();
  const auto s = reader.text();
  if (!r || !s || !reader.at_end()) return {};
  auto first = to_number(*r);
  auto second = to_number(*s);
  const Owned<ECDSA_SIG> pair(ECDSA_SIG_new());
  if (!first || !second || !pair || ECDSA_SIG_set0(pair.get(), first.get(), second.get()) != 1)
    return {};
  static_cast<void>(first.release());
  static_cast<void>(second.release());
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  if (size <= 0) return {};
  std::string result(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return result;
}

bool fits(EVP_PKEY& key, const EVP_MD* hash, std::string_view signature, std::string_view data) {
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  return context && EVP_DigestVerifyInit(context.get(), nullptr, hash, nullptr, &key) == 1 &&
         EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(data),
                          data.size()) == 1;
}

std::string sha256(std::string_view bytes) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(raw(bytes), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

bool rsa_fits(const Key& key, std::string_view algorithm, std::string_view signature,
              std::string_view data) {
  const EVP_MD* hash = nullptr;
  if (algorithm == "rsa-sha2-256") hash = EVP_sha256();
  if (algorithm == "rsa-sha2-512") hash = EVP_sha512();
  return hash != nullptr && EVP_PKEY_get_bits(key.handle.get()) >= fewest_rsa_bits &&
         fits(*key.handle, hash, signature, data);
}

}  // namespace

std::optional<std::string_view> SshReader::bytes(std::size_t count) {
  if (count > rest_.size()) return std::nullopt;
  const std::string_view taken = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return taken;
}

std::optional<std::uint32_t> SshReader::number() {
  const auto taken = bytes(4);
  if (!taken) return std::nullopt;
  std::uint32_t value = 0;
  for (const char byte : *taken) value = value << 8U | static_cast<unsigned char>(byte);
  return value;
}

std::optional<std::string_view> SshReader::text() {
  const auto size = number();
  if (!size) return std::nullopt;
  return bytes(*size);
}

std::string ssh_text(std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  std::string result;
  for (const unsigned shift : {24U, 16U, 8U, 0U})
    result.push_back(static_cast<char>(size >> shift & 0xffU));
  return result.append(text);
}

std::string ssh_key_type(std::string_view key) {
  return std::string(SshReader(key).text().value_or(""));
}

bool is_ssh_key_type(std::string_view type) { return find_type(type) != nullptr; }

std::string ssh_public_key_fault(std::string_view key) {
  const std::string type = ssh_key_type(key);
  if (!is_ssh_key_type(type)) return "is no ssh key of a type that is supported";
  const auto read = read_key(key);
  if (!read) return "is damaged";
  if (read->type->family == Family::rsa && EVP_PKEY_get_bits(read->handle.get()) < fewest_rsa_bits)
    return "is an RSA key of " + std::to_string(EVP_PKEY_get_bits(read->handle.get())) +
           " bits, want at least " + std::to_string(fewest_rsa_bits);
  return {};
}

std::string ssh_fingerprint(std::string_view key) {
  std::string text = base64_encode(sha256(key));
  while (text.ends_with('=')) text.pop_back();
  return "SHA256:" + text;
}

bool ssh_signature_fits(std::string_view key, std::string_view signature, std::string_view data) {
  const auto by = read_key(key);
  SshReader reader(signature);
  const auto algorithm = reader.text();
  const auto value = reader.text();
  if (!by || !algorithm || !value) return false;
  std::string signed_data(data);
  if (by->type->hardware) {
    const auto flags = reader.bytes(1);
    const auto counter = reader.bytes(4);
    if (!flags || !counter || (static_cast<unsigned char>(flags->front()) & touched) == 0)
      return false;
    signed_data = sha256(by->application).append(*flags).append(*counter).append(sha256(data));
  }
  if (!reader.at_end()) return false;
  if (by->type->family == Family::rsa) return rsa_fits(*by, *algorithm, *value, signed_data);
  if (*algorithm != by->type->name) return false;
  if (by->type->family == Family::ed25519) return fits(*by->handle, nullptr, *value, signed_data);
  const std::string der = to_der(*value);
  return !der.empty() && fits(*by->handle, by->type->hash(), der, signed_data);
}

}  // namespace flotilla::git
