#pragma once

#include "reconciler/git/repository.h"
#include "reconciler/git/trusted_keys.h"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

// Which commits may be applied: docs/signatures.md.
namespace flotilla::git {

// What a commit says of signatures (Fleet.spec.verify).
struct SignatureRules {
  bool commits = false;
  bool tags = false;
  std::vector<std::string> keys;  // files of the repository with public keys
  bool wanted() const { return commits || tags; }
};

// The rules that a commit's files hold; nullopt if no Fleet of it can be read.
using RulesOf = std::function<Result<std::optional<SignatureRules>>(const std::string& commit)>;

// What asks to be applied.
struct Candidate {
  std::string commit;
  std::string ref;        // by which it was found: a branch, tag or id; empty: HEAD
  std::string last_good;  // the last commit that was applied; empty: none
};

// Says of one commit after the other whether it may be applied, by the rules of the one before it.
// Remembers what it has found out; used by one thread.
class Verifier {
 public:
  // `keys`: a folder of public keys that count always, read anew for each candidate. With it every
  // commit must be signed. Empty: the repository alone says what is wanted.
  explicit Verifier(std::filesystem::path keys = {}) : folder_(std::move(keys)) {}

  // Errors: forbidden: a commit or the tag is not signed as it must be; the text names the first
  // one and why. invalid: keys or rules that cannot be used. too_large: more than 10,000 commits to
  // check. Others: it could not be found out.
  Result<void> accept(const Repository& repository, const Candidate& candidate,
                      const RulesOf& rules_of);

 private:
  // Rules with the keys they name.
  struct Terms {
    SignatureRules rules;
    TrustedKeys keys;
  };
  class Check;

  Result<std::string> fault_of(const Repository& repository, const std::string& id,
                               const TrustedKeys& keys, const std::string& digest);

  std::filesystem::path folder_;
  std::string accepted_;  // the last one, its terms, and the folder's keys at that time
  Terms accepted_terms_;
  std::string accepted_anchor_;
  // Why a commit does not count, empty if it does; by the digest of the keys, by id.
  std::map<std::pair<std::string, std::string>, std::string> known_;
};

}  // namespace flotilla::git
