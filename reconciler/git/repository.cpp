#include "reconciler/git/repository.h"

#include "reconciler/git/git_tree.h"
#include "reconciler/git/handles.h"
#include "reconciler/git/history.h"
#include "reconciler/git/mirror.h"
#include "reconciler/git/remote.h"
#include "reconciler/git/resolve.h"
#include "reconciler/git/rewrite.h"
#include "reconciler/git/signature.h"
#include "reconciler/git/write.h"

#include <git2.h>

namespace flotilla::git {

namespace fs = std::filesystem;

struct Repository::State {
  // Trees that were handed out refer to the store: it stays where it is, also when a mirror is made
  // anew.
  mutable Store store;
  fs::path folder;
  std::optional<Remote> remote;  // only a mirror has one
  Counted counted;
  std::string rooted;  // a commit, and where its first parents end
  std::string root;
  std::chrono::steady_clock::time_point next_packing;

  Result<void> bring(const RemoteRefs& refs, Deadline deadline);
  void pack();
  Result<void> make_anew(const RemoteRefs& refs, Deadline deadline);
};

namespace {

Commit describe(const git_commit& commit) {
  Commit result;
  result.id = to_hex(*git_commit_id(&commit));
  result.message = git_commit_message(&commit);
  result.subject = result.message.substr(0, result.message.find('\n'));
  const git_signature* author = git_commit_author(&commit);
  result.author = std::string(author->name) + " <" + author->email + ">";
  result.time = git_commit_time(&commit);
  for (unsigned i = 0; i < git_commit_parentcount(&commit); ++i)
    result.parents.push_back(to_hex(*git_commit_parent_id(&commit, i)));
  return result;
}

Error open_error(const fs::path& folder) {
  const git_error* error = git_error_last();
  const std::string why = error != nullptr && error->message != nullptr ? error->message : "";
  if (why.find("objectformat") != std::string::npos)
    return Error{Code::invalid,
                 "repository " + folder.string() +
                     " uses SHA-256 object ids, only SHA-1 repositories are supported",
                 {},
                 {}};
  return last_error(Code::invalid, "cannot open repository " + folder.string());
}

}  // namespace

// Fetches what is missing. A mirror that turns out to be broken is made anew, once.
Result<void> Repository::State::bring(const RemoteRefs& refs, Deadline deadline) {
  const Standing standing = survey(store, refs);
  if (store.damaged || standing == Standing::damaged) return make_anew(refs, deadline);
  if (standing == Standing::behind) {
    auto fetched = remote->fetch(folder, refs, deadline);
    if (!fetched) {
      remove_leftovers(folder);
      return fail(std::move(fetched).error());
    }
    if (*fetched == Fetched::mirror_damaged) return make_anew(refs, deadline);
  }
  // Our own commits make single objects too, so also when there was nothing to fetch.
  if (wants_packing(folder)) pack();
  return set_head(store, refs);
}

// Not worth failing a fetch for: it is tried again later. Young objects that nothing leads to stay
// single, so there may be as many as before.
void Repository::State::pack() {
  constexpr std::chrono::minutes longest(5);
  constexpr std::chrono::minutes pause(10);
  const auto now = std::chrono::steady_clock::now();
  if (now < next_packing) return;
  next_packing = now + pause;
  if (!remote->pack(folder, now + longest)) remove_leftovers(folder);
  // The library may hold on to packs that are gone.
  if (auto reopened = open_or_make_mirror(folder, remote->address())) store = std::move(*reopened);
}

// Beside the old one, which stays until the new one is complete: without network it is still better
// than nothing.
Result<void> Repository::State::make_anew(const RemoteRefs& refs, Deadline deadline) {
  const fs::path beside = folder.string() + ".new";
  TRY_ASSIGN(Store fresh, make_mirror(beside, remote->address()));
  TRY_ASSIGN(const Fetched fetched, remote->fetch(beside, refs, deadline));
  if (fetched != Fetched::done)
    return fail(Code::internal, "a fresh mirror of " + remote->shown() + " is broken at once");
  TRY(set_head(fresh, refs));
  store.damaged = true;  // until it is replaced
  std::error_code error;
  fs::remove_all(folder, error);
  if (!error) fs::rename(beside, folder, error);
  if (error)
    return fail(Code::internal,
                "cannot replace the mirror in " + folder.string() + ": " + error.message());
  TRY_ASSIGN(store, open_or_make_mirror(folder, remote->address()));
  return {};
}

Repository::Repository(std::unique_ptr<State> state) : state_(std::move(state)) {}
Repository::Repository(Repository&&) noexcept = default;
Repository& Repository::operator=(Repository&&) noexcept = default;
Repository::~Repository() = default;

Result<Repository> Repository::open(const fs::path& folder) {
  start_library();
  std::error_code error;
  if (!fs::is_directory(folder, error))
    return fail(Code::not_found, "no folder " + folder.string());
  auto state = std::make_unique<State>();
  const int status =
      fill(state->store.repository, git_repository_open_ext, folder.c_str(), 0U, nullptr);
  if (status == GIT_ENOTFOUND)
    return fail(Code::not_found, "no git repository in " + folder.string() + " or above it");
  if (status != 0) return fail(open_error(folder));
  state->folder = git_repository_path(state->store.repository.get());
  state->store.name = folder.string();
  return Repository(std::move(state));
}

Result<Repository> Repository::open_mirror(const fs::path& folder, const std::string& url,
                                           Network network) {
  auto state = std::make_unique<State>();
  std::error_code error;
  state->folder = fs::absolute(folder, error);
  TRY_ASSIGN(state->remote, Remote::open(url, std::move(network)));
  TRY_ASSIGN(state->store, open_or_make_mirror(state->folder, state->remote->address()));
  return Repository(std::move(state));
}

namespace {

// 0, or what libgit2 says.
int make_repository(const fs::path& folder, unsigned flags) {
  start_library();
  git_repository_init_options options;
  git_repository_init_options_init(&options, GIT_REPOSITORY_INIT_OPTIONS_VERSION);
  options.flags = GIT_REPOSITORY_INIT_MKPATH | GIT_REPOSITORY_INIT_NO_REINIT | flags;
  options.initial_head = "main";
  Handle<git_repository> made;
  return fill(made, git_repository_init_ext, folder.c_str(), &options);
}

Result<void> check_made(int status, const fs::path& folder) {
  if (status == GIT_EEXISTS)
    return fail(Code::conflict, "there is a git repository in " + folder.string() + " already");
  if (status != 0)
    return fail(last_error(Code::internal, "cannot make a git repository in " + folder.string()));
  return {};
}

}  // namespace

Result<Repository> Repository::init(const fs::path& folder) {
  TRY(check_made(make_repository(folder, 0), folder));
  return open(folder);
}

Result<Repository> Repository::init_bare(const fs::path& folder) {
  TRY(check_made(make_repository(folder, GIT_REPOSITORY_INIT_BARE), folder));
  return open(folder);
}

Result<void> Repository::fetch() {
  if (!state_->remote) return {};
  const Deadline deadline = state_->remote->deadline();
  TRY_ASSIGN(const RemoteRefs refs, state_->remote->list(state_->folder, deadline));
  return state_->bring(refs, deadline);
}

Result<std::string> Repository::resolve(const std::string& ref) const {
  TRY_ASSIGN(Reference found, resolve_ref(ref));
  return std::move(found.commit);
}

Result<Reference> Repository::resolve_ref(const std::string& ref) const {
  return git::resolve_ref(state_->store, ref);
}

std::string Repository::head_branch() const {
  Handle<git_reference> head;
  if (fill(head, git_reference_lookup, state_->store.repository.get(), "HEAD") != 0) return {};
  const char* target = git_reference_symbolic_target(head.get());
  const std::string name = target == nullptr ? "" : target;
  constexpr std::string_view branches = "refs/heads/";
  return name.starts_with(branches) ? name.substr(branches.size()) : std::string{};
}

Result<Commit> Repository::commit(const std::string& id) const {
  TRY_ASSIGN(const auto found, find_commit(state_->store, id));
  return describe(*found);
}

Result<std::vector<Commit>> Repository::log(const std::string& id, std::size_t limit) const {
  std::vector<Commit> result;
  for (std::string next = id; result.size() < limit && !next.empty();) {
    TRY_ASSIGN(Commit found, commit(next));
    next = found.parents.empty() ? "" : found.parents.front();
    result.push_back(std::move(found));
  }
  return result;
}

Result<std::string> Repository::root_commit(const std::string& id) const {
  TRY_ASSIGN(auto at, find_commit(state_->store, id));
  if (git_repository_is_shallow(state_->store.repository.get()) == 1)
    return fail(Code::invalid, "the history of " + state_->store.name +
                                   " is cut off (a shallow clone), want a full clone");
  // Of the branch that is followed only what came since is walked.
  while (to_hex(*git_commit_id(at.get())) != state_->rooted) {
    if (git_commit_parentcount(at.get()) == 0) {
      state_->root = to_hex(*git_commit_id(at.get()));
      break;
    }
    TRY_ASSIGN(at, find_commit(state_->store, to_hex(*git_commit_parent_id(at.get(), 0))));
  }
  state_->rooted = id;
  return state_->root;
}

Result<std::optional<Since>> Repository::since(const std::string& id,
                                               const std::string& head) const {
  return git::since(state_->store, id, head);
}

Result<bool> Repository::is_ancestor(const std::string& old, const std::string& now) const {
  return git::is_ancestor(state_->store, old, now);
}

Result<std::size_t> Repository::commit_count(const std::string& id) const {
  return git::commit_count(state_->store, id, state_->counted);
}

Result<void> Repository::keep(const std::string& name, const std::string& commit) {
  return keep_commit(state_->store, name, commit);
}

Result<std::string> Repository::bounded_history(const std::string& id, std::size_t keep) {
  return git::bounded_history(state_->store, id, keep);
}

Result<std::vector<std::string>> Repository::commits_after(const std::string& since,
                                                           const std::string& head,
                                                           std::size_t limit) const {
  return git::commits_after(state_->store, since, head, limit);
}

Result<std::string> Repository::commit_signature_fault(const std::string& id,
                                                       const TrustedKeys& keys) const {
  TRY_ASSIGN(const Signed commit, read_signed_commit(state_->store, id));
  return signature_fault(commit, keys);
}

Result<std::string> Repository::tag_signature_fault(const std::string& name,
                                                    const std::string& commit,
                                                    const TrustedKeys& keys) const {
  TRY_ASSIGN(const auto tag, read_signed_tag(state_->store, name));
  if (!tag) return std::string("is lightweight, want an annotated and signed one");
  // A signed tag can be put under any name.
  if (tag->name != name) return std::string("is another tag under this name");
  if (!tag->of_commit || tag->target != commit) return "does not stand at commit " + commit;
  return signature_fault(tag->content, keys);
}

Result<std::unique_ptr<catalog::FileTree>> Repository::tree(const std::string& commit) const {
  TRY(find_tree(state_->store, commit));
  return std::make_unique<GitTree>(state_->store, commit);
}

Result<std::string> Repository::read_file(const std::string& commit,
                                          const std::string& path) const {
  return GitTree(state_->store, commit).read_path(path);
}

Result<bool> Repository::is_dirty() const {
  git_repository* repository = state_->store.repository.get();
  if (git_repository_is_bare(repository) == 1) return false;
  git_status_options options;
  git_status_options_init(&options, GIT_STATUS_OPTIONS_VERSION);
  options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
  options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_EXCLUDE_SUBMODULES;
  Handle<git_status_list> list;
  if (fill(list, git_status_list_new, repository, &options) != 0)
    return fail(
        last_error(Code::internal, "cannot compare the work tree of " + state_->store.name));
  return git_status_list_entrycount(list.get()) > 0;
}

std::optional<fs::path> Repository::work_tree() const {
  const char* folder = git_repository_workdir(state_->store.repository.get());
  if (folder == nullptr) return std::nullopt;
  return fs::path(folder);
}

Result<std::optional<std::string>> Repository::write_commit(
    const std::string& parent, const std::map<std::string, std::optional<std::string>>& changes,
    const std::string& message, const Author& author) {
  return git::write_commit(state_->store, parent, changes, message, author);
}

Result<void> Repository::push(const std::string& branch, const std::string& commit,
                              const std::string& expected) {
  Store& store = state_->store;
  TRY(find_commit(store, commit));
  if (git_reference_is_valid_name(("refs/heads/" + branch).c_str()) != 1)
    return fail(Code::invalid, "\"" + branch + "\" is no name of a branch");
  if (!state_->remote) return move_branch(store, branch, commit, expected);
  if (auto pushed = state_->remote->push(state_->folder, branch, commit, expected,
                                         state_->remote->deadline());
      !pushed) {
    remove_leftovers(state_->folder);
    return pushed;
  }
  // What the mirror says of the branch must not lag behind until the next fetch.
  TRY_ASSIGN(const git_oid target, to_oid(commit));
  Handle<git_reference> own;
  const std::string name = "refs/heads/" + branch;
  if (fill(own, git_reference_create, store.repository.get(), name.c_str(), &target, 1, nullptr) !=
      0)
    return fail(last_error(Code::internal,
                           "cannot move branch " + branch + " of the mirror of " + store.name));
  return {};
}

}  // namespace flotilla::git
