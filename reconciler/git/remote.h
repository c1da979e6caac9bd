#pragma once

#include "reconciler/git/private_file.h"
#include "reconciler/git/process.h"
#include "reconciler/git/repository.h"
#include "reconciler/git/url.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace flotilla::git {

// What a remote has.
struct RemoteRefs {
  std::map<std::string, std::string> ids;  // refs/heads/* and refs/tags/* (not peeled)
  std::string head_branch;                 // empty: HEAD is detached or there is no commit
  std::string head_id;                     // empty: no commit
};

enum class Fetched { done, mirror_damaged };

// Where a mirror keeps a detached HEAD of its remote.
inline constexpr const char* detached_head_ref = "refs/flotilla/HEAD";

// The network steps. They run the git program as a child process and not libgit2: libgit2 1.5 has
// no network timeouts, no strict known_hosts, and cannot use RSA keys with a current sshd.
class Remote {
 public:
  // Errors as check_credentials(). No network.
  static Result<Remote> open(std::string_view url, Network network);

  const std::string& shown() const { return shown_; }
  const std::string& address() const { return url_.address; }
  Deadline deadline() const { return std::chrono::steady_clock::now() + network_.deadline; }

  Result<RemoteRefs> list(const std::filesystem::path& mirror, Deadline deadline) const;
  Result<Fetched> fetch(const std::filesystem::path& mirror, const RemoteRefs& refs,
                        Deadline deadline) const;
  // Packs what the mirror has as single objects. Objects that no ref leads to go if they are older
  // than half an hour: what was just written and not yet pushed stays.
  Result<void> pack(const std::filesystem::path& mirror, Deadline deadline) const;
  // Compare-and-swap of one branch, whether or not `commit` descends from `expected`; `expected`
  // empty: it must not exist.
  Result<void> push(const std::filesystem::path& mirror, const std::string& branch,
                    const std::string& commit, const std::string& expected,
                    Deadline deadline) const;

 private:
  struct Answer {
    bool ok = false;
    std::string out;
    std::string err;  // secrets masked
  };
  Remote(std::string_view url, Network network);
  Result<Answer> git(const std::filesystem::path& mirror, std::vector<std::string> arguments,
                     Deadline deadline) const;
  std::vector<std::string> environment(const std::filesystem::path& mirror) const;
  std::vector<std::pair<std::string, std::string>> settings() const;
  std::vector<std::pair<std::string, std::string>> http_settings() const;
  bool has_proxy() const { return !network_.proxy.empty() && network_.proxy != "none"; }
  std::string ssh_command() const;
  std::filesystem::path ssh_key() const;
  std::string through_proxy() const;
  bool is_prompt_for_proxy(std::string_view complaint) const;
  std::string masked(std::string text) const;
  Error error(const Answer& answer, Deadline deadline) const;

  RemoteUrl url_;
  RemoteUrl proxy_;
  Network network_;
  std::shared_ptr<const PrivateFile> ssh_key_in_memory_;
  std::string shown_;
  bool local_ = false;
};

}  // namespace flotilla::git
