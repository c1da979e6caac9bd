#include "reconciler/git/resolve.h"

#include "reconciler/git/semver.h"

#include <git2.h>

#include <optional>
#include <vector>

namespace flotilla::git {
namespace {

Error unknown(const Store& store, const std::string& ref) {
  return Error{
      Code::not_found, "no branch, tag or commit \"" + ref + "\" in " + store.name, {}, {}};
}

constexpr std::string_view branches = "refs/heads/";
constexpr std::string_view tags = "refs/tags/";
constexpr std::string_view range_mark = "semver:";

Result<Reference> peeled(Store& store, const git_object& object, const std::string& ref) {
  Reference result;
  Handle<git_object> commit;
  const int status = fill(commit, git_object_peel, &object, GIT_OBJECT_COMMIT);
  if (status == GIT_EINVALIDSPEC || status == GIT_EPEEL)
    return fail(Code::invalid, "\"" + ref + "\" in " + store.name + " is no commit");
  if (status != 0) return fail(read_error(store, "\"" + ref + "\""));
  result.commit = to_hex(*git_object_id(commit.get()));
  if (git_object_type(&object) == GIT_OBJECT_TAG) result.tag = to_hex(*git_object_id(&object));
  return result;
}

// What people call a ref: without "refs/heads/".
std::string name_of(Store& store, const std::string& name) {
  if (name.starts_with(branches)) return name.substr(branches.size());
  if (name.starts_with(tags)) return name.substr(tags.size());
  if (name != "HEAD") return name;
  Handle<git_reference> head;
  if (fill(head, git_reference_lookup, store.repository.get(), "HEAD") != 0) return {};
  const char* target = git_reference_symbolic_target(head.get());
  return target == nullptr ? "" : name_of(store, target);
}

// nullopt if there is no such ref (or it could not be the name of one).
std::optional<Result<Reference>> by_name(Store& store, const std::string& name,
                                         const std::string& ref) {
  git_oid oid;
  const int status = git_reference_name_to_id(&oid, store.repository.get(), name.c_str());
  if (status == GIT_ENOTFOUND || status == GIT_EINVALIDSPEC) return std::nullopt;
  if (status != 0)
    return fail(last_error(Code::internal, "cannot read " + name + " of " + store.name));
  Handle<git_object> object;
  if (fill(object, git_object_lookup, store.repository.get(), &oid, GIT_OBJECT_ANY) != 0)
    return fail(read_error(store, "\"" + ref + "\""));
  auto found = peeled(store, *object, ref);
  if (found) found->name = name_of(store, name);
  return found;
}

bool could_be_id(const std::string& ref) {
  return ref.size() >= GIT_OID_MINPREFIXLEN && ref.size() <= GIT_OID_HEXSZ &&
         ref.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
}

std::optional<Result<Reference>> by_id(Store& store, const std::string& ref) {
  git_oid prefix;
  if (!could_be_id(ref) || git_oid_fromstrn(&prefix, ref.data(), ref.size()) != 0)
    return std::nullopt;
  Handle<git_object> object;
  const int status = fill(object, git_object_lookup_prefix, store.repository.get(), &prefix,
                          ref.size(), GIT_OBJECT_ANY);
  if (status == GIT_ENOTFOUND) return std::nullopt;
  if (status == GIT_EAMBIGUOUS)
    return fail(Code::invalid,
                "short id \"" + ref + "\" is ambiguous in " + store.name + ", want more digits");
  if (status != 0) return fail(read_error(store, "\"" + ref + "\""));
  return peeled(store, *object, ref);
}

std::optional<Result<Reference>> by_expression(Store& store, const std::string& ref) {
  if (ref.find_first_of("~^@") == std::string::npos) return std::nullopt;
  Handle<git_object> object;
  if (fill(object, git_revparse_single, store.repository.get(), ref.c_str()) != 0)
    return std::nullopt;
  return peeled(store, *object, ref);
}

Result<std::vector<std::string>> tag_names(Store& store) {
  std::vector<std::string> names;
  Handle<git_reference_iterator> all;
  int status = fill(all, git_reference_iterator_glob_new, store.repository.get(), "refs/tags/*");
  const char* name = nullptr;
  while (status == 0 && (status = git_reference_next_name(&name, all.get())) == 0)
    names.emplace_back(std::string_view(name).substr(tags.size()));
  if (status == GIT_ITEROVER) return names;
  return fail(last_error(Code::internal, "cannot read the tags of " + store.name));
}

Result<Reference> by_range(Store& store, const std::string& ref) {
  const std::string text = ref.substr(range_mark.size());
  TRY_ASSIGN(const VersionRange range, VersionRange::parse(text));
  TRY_ASSIGN(const std::vector<std::string> names, tag_names(store));
  if (const auto tag = highest(range, names))
    if (auto found = by_name(store, std::string(tags) + *tag, ref)) return *found;
  const auto newest = highest(*VersionRange::parse(">=0.0.0-0"), names);
  return fail(Code::not_found,
              "no tag of " + store.name + " is a version in \"" + text + "\", " +
                  (newest ? "the highest one is " + *newest : "none is a version"));
}

}  // namespace

Result<Reference> resolve_ref(Store& store, const std::string& ref) {
  if (ref.empty()) return fail(Code::invalid, "an empty name is no branch, tag or commit");
  if (ref.starts_with(range_mark)) return by_range(store, ref);
  if (ref == "HEAD" && git_repository_head_unborn(store.repository.get()) == 1)
    return fail(Code::not_found, "HEAD of " + store.name + " has no commit yet");
  // A full id cannot be shadowed by a branch of that name.
  if (ref.size() == GIT_OID_HEXSZ)
    if (auto found = by_id(store, ref)) return *found;
  if (ref == "HEAD" || ref.starts_with("refs/"))
    if (auto found = by_name(store, ref, ref)) return *found;
  for (const char* prefix : {"refs/heads/", "refs/tags/", "refs/remotes/"})
    if (auto found = by_name(store, prefix + ref, ref)) return *found;
  if (auto found = by_id(store, ref)) return *found;
  if (auto found = by_expression(store, ref)) return *found;
  return fail(unknown(store, ref));
}

}  // namespace flotilla::git
