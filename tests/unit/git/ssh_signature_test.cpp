#include "reconciler/git/ssh_signature.h"

#include "reconciler/git/ssh_public_key.h"
#include "render/base/text.h"
#include "tests/support/git_servers/sandbox.h"
#include "tests/support/git_servers/signer.h"

#include <catch2/catch.hpp>
#include <openssl/sha.h>

using namespace flotilla;
using namespace flotilla::git;
using namespace flotilla::testing;
using Catch::Matchers::Contains;

namespace {

constexpr std::int64_t now = 1'700'000'000;  // 2023-11-14

std::string signed_by(const Sandbox& box, const std::string& text, const std::string& name_space,
                      const std::string& options = "") {
  write_file(box / "text", text);
  shell(box.path(), "rm -f text.sig && ssh-keygen -q -Y sign -f key -n " + name_space + " " +
                        options + " text");
  return read_file(box / "text.sig");
}

TrustedKeys keys_of(const std::string& line) {
  const auto keys = read_keys("keys", line);
  REQUIRE(keys);
  return *keys;
}

std::string error_of(const std::string& content) {
  const auto keys = read_keys("keys", content);
  return keys ? "" : keys.error().message;
}

std::string sha256(const std::string& bytes) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

}  // namespace

TEST_CASE("what ssh-keygen signs fits, and nothing else does") {
  const std::string type = GENERATE(as<std::string>(), "ed25519", "ecdsa -b 256", "ecdsa -b 384",
                                    "ecdsa -b 521", "rsa -b 2048");
  const std::string hash = GENERATE(as<std::string>(), "-O hashalg=sha256", "-O hashalg=sha512");
  const Sandbox box;
  make_ssh_key(box / "key", type);
  const TrustedKeys keys = keys_of(read_file(box / "key.pub"));
  const std::string signature = signed_by(box, "hello", "git", hash);
  CHECK(ssh_signature_fault("hello", signature, now, keys) == "");
  CHECK_THAT(ssh_signature_fault("hallo", signature, now, keys), Contains("does not fit"));
  CHECK_THAT(ssh_signature_fault("hello", signature, now, {}), Contains("not trusted"));
  CHECK_THAT(ssh_signature_fault("hello", signed_by(box, "hello", "file"), now, keys),
             Contains("not for the namespace"));
  CHECK_THAT(ssh_signature_fault("hello", signature.substr(0, 150), now, keys),
             Contains("cannot be read"));
  const std::string shown = shell(box.path(), "ssh-keygen -l -f key.pub");
  CHECK_THAT(shown, Contains(ssh_fingerprint(keys.ssh.front().key) + " "));
}

TEST_CASE("a signature of a hardware token needs a touch") {
  const Sandbox box;
  shell(box.path(),
        "openssl genpkey -algorithm ed25519 -out token.pem && openssl pkey -in "
        "token.pem -pubout -outform DER -out public.der");
  const std::string type = "sk-ssh-ed25519@openssh.com";
  const std::string der = read_file(box / "public.der");
  const std::string key = ssh_text(type) + ssh_text(der.substr(der.size() - 32)) + ssh_text("ssh:");
  const auto signed_with = [&](char flags) {
    const std::string rest = std::string(1, flags) + std::string("\0\0\0\7", 4);
    write_file(box / "data", sha256("ssh:") + rest + sha256("hello"));
    shell(box.path(), "openssl pkeyutl -sign -rawin -inkey token.pem -in data -out signature");
    return ssh_text(type) + ssh_text(read_file(box / "signature")) + rest;
  };
  CHECK(ssh_public_key_fault(key).empty());
  CHECK(ssh_signature_fits(key, signed_with(1), "hello"));
  CHECK_FALSE(ssh_signature_fits(key, signed_with(1), "hallo"));
  CHECK_FALSE(ssh_signature_fits(key, signed_with(0), "hello"));
}

TEST_CASE("keys are read from lines of authorized keys and of allowed signers") {
  const Sandbox box;
  make_ssh_key(box / "key");
  const std::string key = read_file(box / "key.pub");
  const std::string signature = signed_by(box, "hello", "git");
  const auto fault = [&](const std::string& line) {
    return ssh_signature_fault("hello", signature, now, keys_of(line));
  };
  CHECK(fault("# who may\n\n" + key) == "");
  CHECK(fault("ann@example.org " + key) == "");
  CHECK(fault("*@example.org,bob namespaces=\"file,git\" " + key) == "");
  CHECK_THAT(fault("* namespaces=\"file\" " + key), Contains("not trusted"));
  CHECK_THAT(fault("* namespaces=\"*,!git\" " + key), Contains("not trusted"));
  CHECK(fault("* valid-after=\"20230101\",valid-before=\"20240101Z\" " + key) == "");
  CHECK_THAT(fault("* valid-before=\"20230101\" " + key), Contains("has expired"));
  CHECK_THAT(fault("* valid-after=\"202312010000\" " + key), Contains("not valid yet"));
}

TEST_CASE("keys that cannot be used are errors with their place") {
  const Sandbox box;
  make_ssh_key(box / "key");
  make_ssh_key(box / "small", "rsa -b 1024");
  const std::string key = read_file(box / "key.pub");
  CHECK_THAT(error_of("\n* cert-authority " + key), Contains("keys:2 has a cert-authority"));
  CHECK_THAT(error_of("cert-authority " + key), Contains("keys:1 has a cert-authority"));
  CHECK_THAT(error_of("* shiny=\"x\" " + key), Contains("has the option shiny"));
  CHECK_THAT(error_of("* valid-before=\"soon\" " + key), Contains("want YYYYMMDD"));
  CHECK_THAT(error_of("ssh-dss AAAA"), Contains("has a key of type ssh-dss"));
  CHECK_THAT(error_of("ssh-ed25519 AAAA"), Contains("has a damaged key"));
  CHECK_THAT(error_of("hello"), Contains("is no ssh public key"));
  CHECK_THAT(error_of(read_file(box / "small.pub")), Contains("an RSA key of 1024 bits"));
  CHECK_THAT(error_of("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n"),
             Contains("no OpenPGP public key"));
}
