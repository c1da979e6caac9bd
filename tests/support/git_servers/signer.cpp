#include "tests/support/git_servers/signer.h"

#include "tests/support/git_servers/sandbox.h"

namespace flotilla::testing {

namespace fs = std::filesystem;

void make_ssh_key(const fs::path& file, const std::string& type) {
  fs::create_directories(file.parent_path());
  testing::shell(file.parent_path(),
                 "ssh-keygen -q -t " + type + " -N '' -C someone -f '" + file.string() + "'");
}

void sign_with_ssh(const fs::path& repository, const fs::path& key) {
  testing::shell(repository, "git config gpg.format ssh && git config user.signingkey '" +
                                 key.string() + ".pub'");
}

GnuPg::GnuPg(fs::path home, const std::string& user, const std::string& settings,
             const std::string& expire)
    : home_(std::move(home)), user_(user) {
  fs::create_directories(home_);
  fs::permissions(home_, fs::perms::owner_all);
  write_file(home_ / "gpg", "#!/bin/sh\nexec gpg --homedir '" + home_.string() +
                                "' --batch --pinentry-mode loopback --passphrase '' " + settings +
                                " \"$@\"\n");
  fs::permissions(home_ / "gpg", fs::perms::owner_all);
  shell("./gpg --quick-generate-key '" + user + "' ed25519 sign " + expire);
}

GnuPg::~GnuPg() {
  try {
    shell("gpgconf --homedir '" + home_.string() + "' --kill gpg-agent || true");
  } catch (...) {
    // It ends by itself when its folder is gone.
    return;
  }
}

std::string GnuPg::public_key(bool armored) const {
  shell(std::string("./gpg --yes -o public ") + (armored ? "--armor" : "--no-armor") +
        " --export '" + user_ + "'");
  return read_file(home_ / "public");
}

void GnuPg::sign(const fs::path& repository) const {
  testing::shell(repository, "git config gpg.format openpgp && git config gpg.program '" +
                                 (home_ / "gpg").string() + "' && git config user.signingkey '" +
                                 user_ + "'");
}

void GnuPg::shell(const std::string& command) const { testing::shell(home_, command); }

std::string commit_signed(const fs::path& repository, const std::string& path,
                          const std::string& content) {
  write_file(repository / path, content);
  testing::shell(repository, "git add -A && git commit -q -S -m 'Change " + path + "'");
  return testing::shell(repository, "git rev-parse HEAD");
}

}  // namespace flotilla::testing
