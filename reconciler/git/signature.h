#pragma once

#include "reconciler/git/handles.h"
#include "reconciler/git/trusted_keys.h"

#include <cstdint>
#include <optional>
#include <string>

namespace flotilla::git {

// A commit or an annotated tag, taken apart.
struct Signed {
  std::string payload;    // what was signed
  std::string signature;  // armored; empty: it is not signed
  std::string fault;      // why the signature cannot count, whatever it is
  std::int64_t time = 0;  // of the committer or tagger, seconds since 1970
};

struct SignedTag {
  std::string name;    // as the tag itself has it
  std::string target;  // id
  bool of_commit = false;
  Signed content;
};

// From the bytes of the object.
Signed take_commit_apart(std::string_view raw);
SignedTag take_tag_apart(std::string_view raw);

Result<Signed> read_signed_commit(Store& store, const std::string& id);
// The annotated tag refs/tags/<name>; nullopt if the tag is lightweight. not_found if there is no
// such tag.
Result<std::optional<SignedTag>> read_signed_tag(Store& store, const std::string& name);

// Why the signature does not count ("is not signed", "is signed by …, which is not trusted"); empty
// if it does. An error means that it could not be found out.
Result<std::string> signature_fault(const Signed& content, const TrustedKeys& keys);

}  // namespace flotilla::git
