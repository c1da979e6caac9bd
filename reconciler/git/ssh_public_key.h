#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Public keys and signatures as ssh writes them (RFC 4253, 5656, 8332, 8709, and PROTOCOL.u2f of
// OpenSSH).
namespace flotilla::git {

// Takes values of the ssh wire format (RFC 4251) from the front of some bytes; nullopt if they are
// cut short. The bytes must outlive it.
class SshReader {
 public:
  explicit SshReader(std::string_view bytes) : rest_(bytes) {}
  std::optional<std::string_view> bytes(std::size_t count);
  std::optional<std::uint32_t> number();
  std::optional<std::string_view> text();
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// A text with its length before it.
std::string ssh_text(std::string_view text);

// The type that a key's bytes name, e.g. ssh-ed25519; empty if they name none.
std::string ssh_key_type(std::string_view key);
// True for the name of a type whose signatures can be checked.
bool is_ssh_key_type(std::string_view type);
// Why a key cannot be used; empty if it can.
std::string ssh_public_key_fault(std::string_view key);
// "SHA256:…" as ssh-keygen -l shows it.
std::string ssh_fingerprint(std::string_view key);

// True if `signature` (a type and what goes with it) was made over `data` by the owner of `key`.
// Never true for RSA with SHA-1, nor for a hardware key that nobody touched.
bool ssh_signature_fits(std::string_view key, std::string_view signature, std::string_view data);

}  // namespace flotilla::git
