#include "reconciler/git/ssh_key.h"

#include "render/base/text.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstdint>
#include <memory>
#include <optional>

namespace flotilla::git {
namespace {

constexpr const char* advice =
    "want an ed25519 or ecdsa one without passphrase: ssh-keygen -t ed25519 -N ''";

std::string not_accepted(std::string_view kind) {
  return "it is " + std::string(kind) + " key, " + advice;
}

constexpr const char* encrypted =
    "it is encrypted with a passphrase, which nobody is there to type: take it off with "
    "ssh-keygen -p -N '', or use an agent";

struct Free {
  void operator()(BIO* handle) const noexcept { BIO_free_all(handle); }
  void operator()(EVP_PKEY* handle) const noexcept { EVP_PKEY_free(handle); }
};

// The length-prefixed fields of ssh's formats.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : rest_(bytes) {}
  std::optional<std::uint32_t> number() {
    if (rest_.size() < 4) return std::nullopt;
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = value << 8U | static_cast<unsigned char>(rest_[i]);
    rest_.remove_prefix(4);
    return value;
  }
  std::optional<std::string_view> text() {
    const auto size = number();
    if (!size || *size > rest_.size()) return std::nullopt;
    const std::string_view value = rest_.substr(0, *size);
    rest_.remove_prefix(*size);
    return value;
  }

 private:
  std::string_view rest_;
};

std::string fault_of_type(std::string_view type) {
  if (type.starts_with("ssh-rsa")) return not_accepted("an RSA");
  if (type.starts_with("ssh-dss")) return not_accepted("a DSA");
  return {};
}

// The public half stands in clear, also of an encrypted key.
std::string fault_of_openssh(std::string_view body) {
  const std::string damaged = "it is damaged";
  constexpr std::string_view magic("openssh-key-v1\0", 15);
  const auto bytes = base64_decode(body);
  if (!bytes || !bytes->starts_with(magic)) return damaged;
  Fields fields(std::string_view(*bytes).substr(magic.size()));
  const auto cipher = fields.text();
  const auto kdf = fields.text();
  const auto kdf_options = fields.text();
  const auto count = fields.number();
  const auto public_half = fields.text();
  if (!cipher || !kdf || !kdf_options || !count || *count != 1 || !public_half) return damaged;
  const auto type = Fields(*public_half).text();
  if (!type || !fields.text()) return damaged;
  if (std::string fault = fault_of_type(*type); !fault.empty()) return fault;
  return *cipher == "none" ? "" : encrypted;
}

int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) { return -1; }

// PKCS#8 says only inside what kind of key it is.
std::string fault_of_pkcs8(std::string_view text) {
  const std::unique_ptr<BIO, Free> memory(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  const std::unique_ptr<EVP_PKEY, Free> key(
      PEM_read_bio_PrivateKey(memory.get(), nullptr, no_passphrase, nullptr));
  if (!key) return "it is damaged";
  if (EVP_PKEY_base_id(key.get()) == EVP_PKEY_RSA) return not_accepted("an RSA");
  if (EVP_PKEY_base_id(key.get()) == EVP_PKEY_DSA) return not_accepted("a DSA");
  return {};
}

std::string fault_of_other(std::string_view text) {
  if (text.starts_with("ssh-") || text.starts_with("ecdsa-") || text.starts_with("sk-"))
    return "it is a public key, want the private one";
  if (text.starts_with("PuTTY-User-Key-File"))
    return "it is a key of PuTTY, want one of OpenSSH: puttygen FILE -O private-openssh-new";
  return "it is no private key";
}

}  // namespace

std::string ssh_key_fault(std::string_view text) {
  constexpr std::string_view begin = "-----BEGIN ";
  constexpr std::string_view dashes = "-----";
  text = trim(text);
  if (!text.starts_with(begin)) return fault_of_other(text);
  const auto label_end = text.find(dashes, begin.size());
  if (label_end == std::string_view::npos) return "it is damaged";
  const std::string_view label = text.substr(begin.size(), label_end - begin.size());
  const auto body_begin = label_end + dashes.size();
  const auto body_end = text.find("-----END ", body_begin);
  if (body_end == std::string_view::npos) return "it is damaged: the end is missing";
  const std::string_view body = text.substr(body_begin, body_end - body_begin);
  if (label == "OPENSSH PRIVATE KEY") return fault_of_openssh(body);
  if (label == "RSA PRIVATE KEY") return not_accepted("an RSA");
  if (label == "DSA PRIVATE KEY") return not_accepted("a DSA");
  if (label == "ENCRYPTED PRIVATE KEY") return encrypted;
  if (label == "EC PRIVATE KEY")
    return body.find("4,ENCRYPTED") == std::string_view::npos ? "" : encrypted;
  if (label == "PRIVATE KEY") return fault_of_pkcs8(text);
  return "it is no private key";
}

}  // namespace flotilla::git
