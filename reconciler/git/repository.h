#pragma once

#include "render/base/result.h"
#include "render/catalog/file_tree.h"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

// Git as Flotilla needs it: fetch into a bare mirror, read trees without a checkout, commit to a
// branch, push by compare-and-swap.
namespace flotilla::git {

struct TrustedKeys;

// How to reach a remote. Everything has a deadline; nothing is ever asked of a terminal.
struct Network {
  std::chrono::milliseconds deadline{60'000};  // of one fetch or push as a whole
  // Set by any thread: nothing is waited for beyond it, whatever is under way. nullptr: never.
  std::shared_ptr<std::atomic<std::chrono::steady_clock::time_point>> end = nullptr;
  std::string token;  // https: sent as the password of `username`; never shown
  std::string username = "git";
  std::filesystem::path ca_file;      // https: own CA, PEM
  std::filesystem::path client_cert;  // https: client certificate, PEM; may hold the key as well
  std::filesystem::path client_key;   // https: its private key, PEM, not encrypted
  // http(s): a http, https, socks5 or socks5h URL; "none": no proxy. Empty: the environment's
  // (https_proxy, all_proxy, ...). NO_PROXY counts in any case.
  std::string proxy;
  std::filesystem::path ssh_key;  // ssh: private key; empty: `ssh_key_text`
  std::string ssh_key_text;       // ssh: private key; empty: the agent and the user's defaults
  // ssh: empty: the user's; an unknown or changed host key is an error
  std::filesystem::path known_hosts;
};

// A remote URL or folder without user info, for messages.
std::string shown_url(std::string_view url);
// True for a folder on this machine (absolute, relative, or file://).
bool is_local(std::string_view url);

struct Author {
  std::string name = "Flotilla";
  std::string email = "flotilla@localhost";
  std::int64_t time = 0;  // seconds since 1970, UTC
};

struct Commit {
  std::string id;       // 40 hex digits
  std::string subject;  // first line of the message
  std::string message;
  std::string author;
  std::int64_t time = 0;
  std::vector<std::string> parents;
};

// What a name stands for.
struct Reference {
  std::string commit;  // id
  std::string name;    // the branch or tag ("main", "v1.4.2"); empty: found by an id or expression
  std::string tag;     // id of the tag object, if an annotated or signed tag was named
};

// What a commit of a history changed, and what came after it.
struct Since {
  std::string id;                 // in full
  std::string parent;             // its first one; empty: it has none
  std::set<std::string> files;    // changed, added or removed against its first parent; all of a
                                  // root commit
  std::set<std::string> commits;  // its id and those of all commits of the history that have it for
                                  // an ancestor
};

class Repository {
 public:
  Repository(Repository&&) noexcept;
  Repository& operator=(Repository&&) noexcept;
  ~Repository();

  // An existing repository, bare or with a work tree; `folder` may be any folder inside it.
  // not_found if there is none.
  static Result<Repository> open(const std::filesystem::path& folder);
  // A bare mirror of `url` in `folder`, made if it is not there, made anew if it is broken or
  // mirrors another URL. No network.
  static Result<Repository> open_mirror(const std::filesystem::path& folder, const std::string& url,
                                        Network network = {});
  // A new repository with a work tree and an initial branch `main`.
  static Result<Repository> init(const std::filesystem::path& folder);
  // The same without a work tree, as a forge holds one.
  static Result<Repository> init_bare(const std::filesystem::path& folder);

  // Brings every branch and tag of the remote into the mirror (refs/heads/*, refs/tags/*), pruning
  // what is gone there; forced updates are taken. Asks for the list of them first, and for nothing
  // more if the mirror has them all. Errors: not_found (no such host, repository),
  // unauthorized, forbidden, timeout, unavailable; the text names the URL. No remote: no-op.
  Result<void> fetch();

  // The commit of a branch, a tag, a full or short id, "HEAD" (with the name of its branch), or of
  // "semver:" and a range of versions (semver.h): the tag with the highest one. A branch goes
  // before a tag of its name; "refs/tags/<name>" is the tag in any case. not_found if there is no
  // such thing; `ref` is said in the message.
  Result<Reference> resolve_ref(const std::string& ref) const;
  // Its commit id alone.
  Result<std::string> resolve(const std::string& ref) const;
  // The branch HEAD names on the remote (mirror) or here; empty if HEAD is detached.
  std::string head_branch() const;
  Result<Commit> commit(const std::string& id) const;
  // First parents from `id` back, newest first, at most `limit`.
  Result<std::vector<Commit>> log(const std::string& id, std::size_t limit) const;
  // Id of the first commit without parents, following first parents from `id`: the identity of a
  // repository.
  Result<std::string> root_commit(const std::string& id) const;

  // The commit that `id` (7 to 40 hex digits) names, if it is `head` or an ancestor of it; nullopt
  // if there is none, or more than one. too_large: more than 100,000 commits came after it.
  Result<std::optional<Since>> since(const std::string& id, const std::string& head) const;

  // True if `now` is `old` or came after it. False: the history was rewritten, or `old` is not here
  // any more.
  Result<bool> is_ancestor(const std::string& old, const std::string& now) const;
  // How many commits `id` has for ancestors, itself among them, as `git rev-list --count` says. The
  // first call walks all of the history, later ones the difference to the one before.
  Result<std::size_t> commit_count(const std::string& id) const;

  // Keeps a commit and all that it needs in the mirror, whatever happens to the branches of the
  // remote, until another one is kept under that name (a part of a ref name, e.g. "applied"). Empty
  // `commit`: no more. What no branch, tag or kept name leads to goes half an hour after it was
  // written, when the mirror is packed.
  Result<void> keep(const std::string& name, const std::string& commit);
  // The commits that `head` has and `since` has not, `since` itself left out, oldest first.
  // too_large: more than `limit`.
  Result<std::vector<std::string>> commits_after(const std::string& since, const std::string& head,
                                                 std::size_t limit) const;

  // Why the signature of a commit does not count by these keys, as "is not signed"; empty if it
  // does. An error means that it could not be found out.
  Result<std::string> commit_signature_fault(const std::string& id, const TrustedKeys& keys) const;
  // The same of the tag refs/tags/<name>, which must be annotated, say that name itself, and stand
  // at `commit`.
  Result<std::string> tag_signature_fault(const std::string& name, const std::string& commit,
                                          const TrustedKeys& keys) const;

  // The files of a commit. Entry ids are blob ids. Stays valid as long as this Repository.
  Result<std::unique_ptr<catalog::FileTree>> tree(const std::string& commit) const;
  // One file of a commit; not_found if it is not there.
  Result<std::string> read_file(const std::string& commit, const std::string& path) const;

  // The changes of a work tree against HEAD: true if it differs (untracked files count, ignored
  // ones do not). Never for bare ones.
  Result<bool> is_dirty() const;
  std::optional<std::filesystem::path> work_tree() const;

  // Writes a commit whose tree is `parent`'s with `changes` made (nullopt removes a file). `parent`
  // empty: a root commit. nullopt if the tree would be the same as the parent's: no change, no
  // commit. No ref is moved.
  Result<std::optional<std::string>> write_commit(
      const std::string& parent, const std::map<std::string, std::optional<std::string>>& changes,
      const std::string& message, const Author& author);

  // A copy of the newest `keep` (at least 1) commits from `id` back along first parents, whose
  // oldest has no parent: trees, messages, authors, committers and times are the same, ids,
  // signatures and merges are not. Gives the id of the new tip, or `id` if no more than `keep` are
  // there. No ref is moved. The same commits give the same copy.
  Result<std::string> bounded_history(const std::string& id, std::size_t keep);

  // Moves `branch` of the remote (for a repository without remote: here) from `expected` (empty: it
  // must not exist) to `commit`. conflict if somebody else moved it meanwhile; nothing is
  // overwritten then. `commit` need not descend from `expected`. Other errors as fetch().
  Result<void> push(const std::string& branch, const std::string& commit,
                    const std::string& expected);

 private:
  struct State;
  explicit Repository(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace flotilla::git
