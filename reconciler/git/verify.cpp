#include "reconciler/git/verify.h"

#include "reconciler/git/signature.h"
#include "render/base/text.h"

#include <algorithm>

namespace flotilla::git {
namespace {

constexpr std::size_t most_commits = 10'000;
constexpr std::size_t most_steps_back = 1'000;
constexpr std::size_t most_known = 50'000;
constexpr std::size_t short_id = 12;
constexpr std::size_t most_shown = 100;

// Others wrote it: no control characters, and not without end.
std::string shown(std::string text) {
  for (char& letter : text)
    if (static_cast<unsigned char>(letter) < ' ' || letter == '\x7f') letter = ' ';
  if (text.size() <= most_shown) return text;
  text.resize(most_shown);
  while (!text.empty() && !is_utf8(text)) text.pop_back();
  return text + "...";
}

bool is_full_id(const std::string& ref) {
  return ref.size() == 40 && ref.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
}

std::string name_of(const Commit& commit) {
  return "commit " + commit.id.substr(0, short_id) + " by " + shown(commit.author) + " (\"" +
         shown(commit.subject) + "\")";
}

}  // namespace

Result<std::string> Verifier::fault_of(const Repository& repository, const std::string& id,
                                       const TrustedKeys& keys, const std::string& digest) {
  const auto known = known_.find({digest, id});
  if (known != known_.end()) return known->second;
  TRY_ASSIGN(std::string fault, repository.commit_signature_fault(id, keys));
  if (known_.size() >= most_known) known_.clear();
  known_[{digest, id}] = fault;
  return fault;
}

// One candidate.
class Verifier::Check {
 public:
  Check(Verifier& verifier, const Repository& repository, const Candidate& candidate,
        const RulesOf& rules_of, TrustedKeys anchor)
      : verifier_(verifier),
        repository_(repository),
        candidate_(candidate),
        rules_of_(rules_of),
        anchor_(std::move(anchor)) {}

  Result<void> run() {
    TRY_ASSIGN(const std::optional<Terms> before, in_force());
    const bool commits = is_anchored() || (before && before->rules.commits);
    if (commits) {
      TRY(check_commits(before ? candidate_.last_good : std::string(),
                        before ? before->keys : anchor_));
    }
    TRY_ASSIGN(Terms own, own_terms(before && before->rules.wanted()));
    // Whoever switches it on signs that with one of the keys: otherwise it would lock out
    // everybody.
    if (!commits && own.rules.commits) TRY(check_commits("", own.keys));
    if (before && before->rules.tags)
      TRY(check_tag(before->keys, commits));
    else if (own.rules.tags)
      TRY(check_tag(own.keys, commits || own.rules.commits));
    verifier_.accepted_ = candidate_.commit;
    verifier_.accepted_terms_ = std::move(own);
    verifier_.accepted_anchor_ = anchor_.digest();
    return {};
  }

 private:
  bool is_anchored() const { return !anchor_.empty(); }

  // The terms of the last good commit; nullopt if there is none whose word counts.
  Result<std::optional<Terms>> in_force() {
    const std::string& last = candidate_.last_good;
    if (last.empty()) return std::optional<Terms>();
    if (last == verifier_.accepted_ && verifier_.accepted_anchor_ == anchor_.digest())
      return std::optional(verifier_.accepted_terms_);
    if (!repository_.commit(last)) return std::optional<Terms>();
    if (is_anchored()) return established(last);
    TRY_ASSIGN(Terms terms, terms_of(last));
    return std::optional(std::move(terms));
  }

  Result<Terms> terms_of(const std::string& commit) {
    TRY_ASSIGN(const auto rules, rules_of_(commit));
    return terms_of(commit, rules.value_or(SignatureRules{}));
  }

  Result<Terms> terms_of(const std::string& commit, SignatureRules rules) {
    Terms terms;
    terms.keys = anchor_;
    if (rules.wanted() || is_anchored())
      for (const std::string& path : rules.keys) {
        const auto content = repository_.read_file(commit, path);
        if (!content)
          return fail(Code::invalid, "Fleet.spec.verify.keys names " + path +
                                         ", which cannot be read in commit " +
                                         commit.substr(0, short_id));
        TRY_ASSIGN(const TrustedKeys keys, read_keys(path, *content));
        terms.keys.add(keys);
      }
    terms.rules = std::move(rules);
    return terms;
  }

  // What is recorded as the last good commit may have been recorded by anybody who can push. It
  // counts if the folder's keys lead to it: one of them signed it, or a first parent of it from
  // which on each commit was signed by keys that the commit before it trusts.
  Result<std::optional<Terms>> established(const std::string& id) {
    TRY_ASSIGN(const auto chain, repository_.log(id, most_steps_back));
    std::size_t at = 0;
    for (const std::string digest = anchor_.digest(); at < chain.size(); ++at) {
      TRY_ASSIGN(const auto fault, verifier_.fault_of(repository_, chain[at].id, anchor_, digest));
      if (fault.empty()) break;
    }
    if (at == chain.size()) return std::optional<Terms>();
    while (true) {
      auto terms = terms_of(chain[at].id);
      if (!terms || at == 0) return as_optional(std::move(terms));
      const std::size_t from = at;
      while (at > 0) {
        TRY_ASSIGN(const auto ids,
                   repository_.commits_after(chain[at].id, chain[at - 1].id, most_commits));
        TRY_ASSIGN(const auto bad, first_bad(ids, terms->keys));
        if (bad.count > 0) break;
        --at;
      }
      if (at == from) return std::optional<Terms>();
    }
  }

  // Terms that cannot be read are no reason to stop: then the folder's keys alone count.
  static Result<std::optional<Terms>> as_optional(Result<Terms> terms) {
    if (!terms) return std::optional<Terms>();
    return std::optional(std::move(*terms));
  }

  struct Bad {
    std::size_t count = 0;
    std::string id;
    std::string fault;
  };

  Result<Bad> first_bad(const std::vector<std::string>& ids, const TrustedKeys& keys) {
    Bad bad;
    const std::string digest = keys.digest();
    for (const std::string& id : ids) {
      TRY_ASSIGN(std::string fault, verifier_.fault_of(repository_, id, keys, digest));
      if (fault.empty() || bad.count++ > 0) continue;
      bad.id = id;
      bad.fault = std::move(fault);
    }
    return bad;
  }

  // `since` empty: the head alone.
  Result<void> check_commits(const std::string& since, const TrustedKeys& keys) {
    const std::string& head = candidate_.commit;
    if (head == since) return {};
    std::vector<std::string> ids;
    if (!since.empty() && repository_.commit(since)) {
      TRY_ASSIGN(ids, repository_.commits_after(since, head, most_commits));
    }
    // A branch that was set back has no commit that is new.
    if (std::find(ids.begin(), ids.end(), head) == ids.end()) ids.push_back(head);
    TRY_ASSIGN(const Bad bad, first_bad(ids, keys));
    if (bad.count == 0) return {};
    TRY_ASSIGN(const Commit commit, repository_.commit(bad.id));
    std::string all;
    if (bad.count > 1)
      all = " (" + std::to_string(bad.count) + " of the " + std::to_string(ids.size()) +
            " commits since " + since.substr(0, short_id) + " do not count)";
    return fail(Code::forbidden, name_of(commit) + " " + bad.fault + all);
  }

  // What the candidate will ask of the commits after it. Refused if nobody could meet it, or if it
  // gets lost unsaid: a Fleet in error must not open the door.
  Result<Terms> own_terms(bool wanted_before) {
    const std::string commit = candidate_.commit.substr(0, short_id);
    auto rules = rules_of_(candidate_.commit);
    if (!rules) return fail(while_doing(std::move(rules).error(), "reading commit " + commit));
    if (!*rules && wanted_before)
      return fail(Code::forbidden,
                  "commit " + commit +
                      " has no Fleet that can be read, and the one before it wants signatures; "
                      "want spec.verify switched off by a signed commit first");
    TRY_ASSIGN(Terms own, terms_of(candidate_.commit, (*rules).value_or(SignatureRules{})));
    if (own.rules.wanted() && own.keys.empty())
      return fail(Code::invalid, "Fleet.spec.verify of commit " + commit +
                                     " wants signatures and there is no key; want spec.verify.keys "
                                     "or --verify-keys");
    return own;
  }

  // `commits`: whether these are checked; then a branch need not be a tag.
  Result<void> check_tag(const TrustedKeys& keys, bool commits) {
    constexpr std::string_view prefix = "refs/tags/";
    const std::string& ref = candidate_.ref;
    if (is_full_id(ref)) return {};
    const std::string name = ref.starts_with(prefix) ? ref.substr(prefix.size()) : ref;
    const bool is_tag = !name.empty() && repository_.resolve(std::string(prefix) + name) &&
                        (name != ref || !repository_.resolve("refs/heads/" + name));
    if (!is_tag && commits) return {};
    if (!is_tag)
      return fail(Code::forbidden, "Fleet.spec.verify.tags wants a signed tag, and " +
                                       (ref.empty() ? "HEAD" : "\"" + shown(ref) + "\"") +
                                       " is none; want --ref with a tag, or spec.verify.commits");
    TRY_ASSIGN(const std::string fault,
               repository_.tag_signature_fault(name, candidate_.commit, keys));
    if (fault.empty()) return {};
    return fail(Code::forbidden, "tag " + shown(name) + " " + fault);
  }

  Verifier& verifier_;
  const Repository& repository_;
  const Candidate& candidate_;
  const RulesOf& rules_of_;
  TrustedKeys anchor_;
};

Result<void> Verifier::accept(const Repository& repository, const Candidate& candidate,
                              const RulesOf& rules_of) {
  TrustedKeys anchor;
  if (!folder_.empty()) {
    TRY_ASSIGN(anchor, read_key_folder(folder_));
  }
  return Check(*this, repository, candidate, rules_of, std::move(anchor)).run();
}

}  // namespace flotilla::git
