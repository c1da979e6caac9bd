#pragma once

#include "render/base/result.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flotilla::git {

struct SshKey {
  std::string key;                          // its bytes
  std::string file;                         // where it stands, for messages
  std::optional<std::int64_t> valid_after;  // seconds since 1970
  std::optional<std::int64_t> valid_before;
};

// The public keys whose signatures count.
struct TrustedKeys {
  std::vector<SshKey> ssh;
  std::string openpgp;  // a binary keyring

  bool empty() const { return ssh.empty() && openpgp.empty(); }
  void add(const TrustedKeys& others);
  // The same for the same keys in the same order.
  std::string digest() const;
};

// The keys of one file: OpenPGP, armored or binary, or ssh with a line per key as in
// authorized_keys or in git's allowed signers. `name` is said in errors; invalid: something in it
// is no public key that can be used, or there is none.
Result<TrustedKeys> read_keys(const std::string& name, std::string_view content);

// Those of all files of a folder; names that begin with a dot are passed over. invalid also if it
// cannot be read or holds none.
Result<TrustedKeys> read_key_folder(const std::filesystem::path& folder);

}  // namespace flotilla::git
