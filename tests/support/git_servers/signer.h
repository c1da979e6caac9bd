#pragma once

#include <filesystem>
#include <string>

// Real keys, and git set up to sign with them.
namespace flotilla::testing {

// Makes an ssh key (ssh-keygen's -t and -b) in a file; the public one has ".pub" added.
void make_ssh_key(const std::filesystem::path& file, const std::string& type = "ed25519");
// From now on `git commit -S` and `git tag -s` in this repository sign with it.
void sign_with_ssh(const std::filesystem::path& repository, const std::filesystem::path& key);

// A GnuPG home of its own, with one key.
class GnuPg {
 public:
  // `settings` go to gpg before anything else, e.g. --faked-system-time=20200101T000000; `expire`
  // as gpg has it, 0: never.
  GnuPg(std::filesystem::path home, const std::string& user, const std::string& settings = "",
        const std::string& expire = "0");
  GnuPg(const GnuPg&) = delete;
  GnuPg& operator=(const GnuPg&) = delete;
  ~GnuPg();
  // The public key, armored or not.
  std::string public_key(bool armored = true) const;
  void sign(const std::filesystem::path& repository) const;
  void shell(const std::string& command) const;

 private:
  std::filesystem::path home_;
  std::string user_;
};

// Writes a file and commits it signed; gives the commit's id.
std::string commit_signed(const std::filesystem::path& repository, const std::string& path,
                          const std::string& content);

}  // namespace flotilla::testing
