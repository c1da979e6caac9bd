#include "reconciler/git/signature.h"

#include "reconciler/git/openpgp_signature.h"
#include "reconciler/git/ssh_signature.h"
#include "render/base/text.h"

#include <git2.h>

#include <charconv>

namespace flotilla::git {
namespace {

constexpr std::string_view pgp_mark = "-----BEGIN PGP SIGNATURE-----";
constexpr std::string_view ssh_mark = "-----BEGIN SSH SIGNATURE-----";

// Takes a line from the front, with its end.
std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  const std::string_view line =
      rest.substr(0, end == std::string_view::npos ? rest.size() : end + 1);
  rest.remove_prefix(line.size());
  return line;
}

std::string_view without_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  return line;
}

// Of "Ann <ann@example.org> 1700000000 +0000".
std::int64_t time_of(std::string_view person) {
  const auto mail_end = person.rfind("> ");
  if (mail_end == std::string_view::npos) return 0;
  std::int64_t time = 0;
  const std::string_view digits = person.substr(mail_end + 2);
  std::from_chars(digits.data(), digits.data() + digits.size(), time);
  return time;
}

Result<std::pair<git_object_t, std::string>> read_raw(Store& store, const git_oid& id) {
  Handle<git_odb> database;
  Handle<git_odb_object> object;
  if (fill(database, git_repository_odb, store.repository.get()) != 0 ||
      fill(object, git_odb_read, database.get(), &id) != 0)
    return fail(read_error(store, "object " + to_hex(id)));
  const auto* bytes = static_cast<const char*>(git_odb_object_data(object.get()));
  return std::pair(git_odb_object_type(object.get()),
                   std::string(bytes, git_odb_object_size(object.get())));
}

}  // namespace

Signed take_commit_apart(std::string_view raw) {
  constexpr std::string_view signature_key = "gpgsig ";
  Signed commit;
  std::string_view rest = raw;
  bool has_committer = false;
  bool in_signature = false;
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    in_signature = in_signature && line.starts_with(' ');
    if (in_signature) {
      commit.signature += line.substr(1);
      continue;
    }
    if (line.starts_with(signature_key)) {
      if (!commit.signature.empty()) commit.fault = "has more than one signature";
      // Elsewhere it would hide from some readers what others see: a parent.
      if (!has_committer) commit.fault = "has its signature in a wrong place";
      commit.signature += line.substr(signature_key.size());
      in_signature = true;
      continue;
    }
    commit.payload += line;
    if (line == "\n") break;
    if (line.starts_with("committer ")) {
      has_committer = true;
      commit.time = time_of(without_end(line));
    }
  }
  commit.payload += rest;
  return commit;
}

SignedTag take_tag_apart(std::string_view raw) {
  SignedTag tag;
  std::string_view rest = raw;
  while (!rest.empty()) {
    const std::string_view line = without_end(take_line(rest));
    if (line.empty()) break;
    const auto blank = line.find(' ');
    const std::string_view key = line.substr(0, blank);
    const std::string_view value = blank == std::string_view::npos ? "" : line.substr(blank + 1);
    if (key == "object" && tag.target.empty()) tag.target = value;
    if (key == "type") tag.of_commit = value == "commit";
    if (key == "tag" && tag.name.empty()) tag.name = value;
    if (key == "tagger") tag.content.time = time_of(value);
  }
  // The last one is git's own; what looks like one before it belongs to the message.
  std::size_t begin = raw.size();
  while (!rest.empty()) {
    const std::size_t at = raw.size() - rest.size();
    const std::string_view line = take_line(rest);
    if (line.starts_with(pgp_mark) || line.starts_with(ssh_mark)) begin = at;
  }
  tag.content.payload = raw.substr(0, begin);
  tag.content.signature = raw.substr(begin);
  return tag;
}

Result<Signed> read_signed_commit(Store& store, const std::string& id) {
  TRY_ASSIGN(const git_oid oid, to_oid(id));
  TRY_ASSIGN(const auto object, read_raw(store, oid));
  if (object.first != GIT_OBJECT_COMMIT) return fail(Code::invalid, id + " is no commit");
  return take_commit_apart(object.second);
}

Result<std::optional<SignedTag>> read_signed_tag(Store& store, const std::string& name) {
  git_oid id;
  const int status =
      git_reference_name_to_id(&id, store.repository.get(), ("refs/tags/" + name).c_str());
  if (status == GIT_ENOTFOUND || status == GIT_EINVALIDSPEC)
    return fail(Code::not_found, "no tag " + name + " in " + store.name);
  if (status != 0) return fail(last_error(Code::internal, "cannot read the tag " + name));
  TRY_ASSIGN(const auto object, read_raw(store, id));
  if (object.first != GIT_OBJECT_TAG) return std::optional<SignedTag>();
  return std::optional(take_tag_apart(object.second));
}

Result<std::string> signature_fault(const Signed& content, const TrustedKeys& keys) {
  const std::string_view signature = trim(content.signature);
  if (!content.fault.empty()) return content.fault;
  if (signature.empty()) return std::string("is not signed");
  if (signature.starts_with(ssh_mark))
    return ssh_signature_fault(content.payload, signature, content.time, keys);
  if (signature.starts_with(pgp_mark))
    return openpgp_signature_fault(content.payload, signature, keys.openpgp);
  return std::string("has a signature of a kind that is not supported, want OpenPGP or ssh");
}

}  // namespace flotilla::git
