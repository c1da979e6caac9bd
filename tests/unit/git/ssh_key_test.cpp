#include "reconciler/git/ssh_key.h"

#include "render/base/text.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using flotilla::git::ssh_key_fault;

namespace {

std::string field(const std::string& text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  std::string bytes;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) bytes += static_cast<char>(size >> shift & 0xffU);
  return bytes + text;
}

std::string pem(const std::string& label, const std::string& body) {
  return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
}

// The outside of a key file of OpenSSH; its private half is none.
std::string openssh(const std::string& type, const std::string& cipher) {
  std::string bytes("openssh-key-v1\0", 15);
  bytes += field(cipher) + field(cipher == "none" ? "none" : "bcrypt") + field("");
  bytes += std::string("\0\0\0\1", 4) + field(field(type) + field("public")) + field("private");
  return pem("OPENSSH PRIVATE KEY", base64_encode(bytes));
}

}  // namespace

TEST_CASE("keys that ssh cannot or may not use are told by their text") {
  struct Case {
    std::string text;
    std::string fault;  // how it begins; empty: none
  };
  const std::string rsa = "it is an RSA key, want an ed25519 or ecdsa one without passphrase";
  const std::string encrypted = "it is encrypted with a passphrase";
  const Case cases[] = {
      {openssh("ssh-ed25519", "none"), ""},
      {openssh("ecdsa-sha2-nistp256", "none"), ""},
      {"\r\n " + replace_all(openssh("ssh-ed25519", "none"), "\n", "\r\n"), ""},
      {openssh("ssh-ed25519", "aes256-ctr"), encrypted},
      {openssh("ssh-rsa", "none"), rsa},
      {openssh("ssh-rsa", "aes256-ctr"), rsa},
      {openssh("ssh-dss", "none"), "it is a DSA key"},
      {pem("RSA PRIVATE KEY", "AAAA"), rsa},
      {pem("RSA PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\n\nAAAA"), rsa},
      {pem("DSA PRIVATE KEY", "AAAA"), "it is a DSA key"},
      {pem("EC PRIVATE KEY", "AAAA"), ""},
      {pem("EC PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\n\nAAAA"), encrypted},
      {pem("ENCRYPTED PRIVATE KEY", "AAAA"), encrypted},
      {pem("PRIVATE KEY", "AAAA"), "it is damaged"},
      {pem("OPENSSH PRIVATE KEY", "AAAA"), "it is damaged"},
      {pem("OPENSSH PRIVATE KEY", "%%%"), "it is damaged"},
      {pem("OPENSSH PRIVATE KEY",
           base64_encode(std::string("openssh-key-v1\0", 15) + "\xff\xff\xff\xff")),
       "it is damaged"},
      {"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA", "it is damaged: the end is missing"},
      {"-----BEGIN OPENSSH", "it is damaged"},
      {pem("CERTIFICATE", "AAAA"), "it is no private key"},
      {pem("PUBLIC KEY", "AAAA"), "it is no private key"},
      {"ssh-ed25519 AAAA me@host", "it is a public key"},
      {"ecdsa-sha2-nistp256 AAAA", "it is a public key"},
      {"PuTTY-User-Key-File-3: ssh-ed25519", "it is a key of PuTTY"},
      {"hello", "it is no private key"},
      {"", "it is no private key"},
  };
  for (const Case& item : cases) {
    CAPTURE(item.text);
    const std::string fault = ssh_key_fault(item.text);
    CAPTURE(fault);
    CHECK(fault.empty() == item.fault.empty());
    CHECK(fault.starts_with(item.fault));
  }
}
