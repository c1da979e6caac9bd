#include "reconciler/git/ssh_signature.h"

#include "reconciler/git/ssh_public_key.h"
#include "render/base/text.h"

#include <openssl/sha.h>

#include <optional>

namespace flotilla::git {
namespace {

constexpr std::string_view magic = "SSHSIG";
constexpr std::string_view name_space = "git";
constexpr std::string_view begin_mark = "-----BEGIN SSH SIGNATURE-----";
constexpr std::string_view end_mark = "-----END SSH SIGNATURE-----";
constexpr std::uint32_t version = 1;

struct Envelope {
  std::string_view key;
  std::string_view name_space;
  std::string_view reserved;
  std::string_view hash;
  std::string_view signature;
};

std::optional<std::string> dearmored(std::string_view text) {
  text = trim(text);
  if (!text.starts_with(begin_mark) || !text.ends_with(end_mark) ||
      text.size() < begin_mark.size() + end_mark.size())
    return std::nullopt;
  text.remove_prefix(begin_mark.size());
  text.remove_suffix(end_mark.size());
  return base64_decode(text);
}

std::optional<Envelope> opened(std::string_view bytes) {
  SshReader reader(bytes);
  if (reader.bytes(magic.size()) != magic || reader.number() != version) return std::nullopt;
  const auto key = reader.text();
  const auto space = reader.text();
  const auto reserved = reader.text();
  const auto hash = reader.text();
  const auto signature = reader.text();
  if (!signature || !reader.at_end()) return std::nullopt;
  return Envelope{*key, *space, *reserved, *hash, *signature};
}

// Empty for a hash that is not allowed.
std::string hashed(std::string_view name, std::string_view text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::string digest;
  if (name == "sha256") {
    digest.resize(SHA256_DIGEST_LENGTH);
    SHA256(bytes, text.size(), reinterpret_cast<unsigned char*>(digest.data()));
  } else if (name == "sha512") {
    digest.resize(SHA512_DIGEST_LENGTH);
    SHA512(bytes, text.size(), reinterpret_cast<unsigned char*>(digest.data()));
  }
  return digest;
}

// Why none of the entries of this key counts at that time; empty if one does.
std::string trust_fault(std::string_view key, std::int64_t time, const TrustedKeys& keys) {
  std::string fault = "which is not trusted";
  for (const SshKey& known : keys.ssh) {
    if (known.key != key) continue;
    if (known.valid_before && time > *known.valid_before)
      fault = "which has expired (valid-before in " + known.file + ")";
    else if (known.valid_after && time < *known.valid_after)
      fault = "which was not valid yet (valid-after in " + known.file + ")";
    else
      return {};
  }
  return fault;
}

}  // namespace

std::string ssh_signature_fault(std::string_view payload, std::string_view armored,
                                std::int64_t time, const TrustedKeys& keys) {
  const auto bytes = dearmored(armored);
  const auto envelope = bytes ? opened(*bytes) : std::nullopt;
  if (!envelope) return "has an ssh signature that cannot be read";
  const std::string type = ssh_key_type(envelope->key);
  const std::string by = "is signed by " + ssh_fingerprint(envelope->key) + " (" +
                         (is_ssh_key_type(type) ? type : "an unknown type of key") + ")";
  if (const std::string fault = trust_fault(envelope->key, time, keys); !fault.empty())
    return by + ", " + fault;
  if (envelope->name_space != name_space) return by + ", but not for the namespace \"git\"";
  const std::string digest = hashed(envelope->hash, payload);
  if (digest.empty()) return by + ", but with a hash that is not supported";
  if (SshReader(envelope->signature).text() == "ssh-rsa")
    return by + ", but with SHA-1, want rsa-sha2-256 or rsa-sha2-512";
  std::string signed_data(magic);
  signed_data += ssh_text(envelope->name_space) + ssh_text(envelope->reserved) +
                 ssh_text(envelope->hash) + ssh_text(digest);
  if (!ssh_signature_fits(envelope->key, envelope->signature, signed_data))
    return by + ", but the signature does not fit";
  return {};
}

}  // namespace flotilla::git
