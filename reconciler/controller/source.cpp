#include "reconciler/controller/source.h"

#include "reconciler/controller/recover.h"
#include "reconciler/controller/rendered.h"
#include "reconciler/decision/revision.h"
#include "reconciler/decision/verification.h"
#include "reconciler/log/log.h"
#include "reconciler/metrics/metrics.h"
#include "render/base/digest.h"
#include "render/interpreter/timestamp.h"

#include <unistd.h>

#include <chrono>

namespace flotilla::controller {
namespace {

std::filesystem::path cache_folder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache != '\0')
    return cache;
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0')
    return std::filesystem::path(home) / ".cache";
  return std::filesystem::temp_directory_path();
}

}  // namespace

void log_problems(const decision::Decision& decision) {
  for (const Problem& problem : decision.problems)
    if (problem.severity == Severity::error)
      log::error(to_string(problem));
    else
      log::warning(to_string(problem));
  for (const ObjectKey& key : decision.unmatched)
    log::info("no policy selects it", {{"object", to_string(key)}});
}

namespace {

// The root of a local repository: a folder inside one is refused, since a repository is read as a
// whole.
Result<std::string> local_root(const std::string& folder) {
  TRY_ASSIGN(const git::Repository local, git::Repository::open(folder));
  std::error_code error;
  const auto root = local.work_tree();
  if (!root) return std::filesystem::absolute(folder).lexically_normal().string();
  if (std::filesystem::equivalent(*root, folder, error)) return root->string();
  return fail(Code::invalid, folder + " is a folder inside the repository " + root->string() +
                                 ", want --repo " + root->string());
}

}  // namespace

std::filesystem::path data_folder(const Options& options) {
  if (!options.data_dir.empty()) return options.data_dir;
  std::string url = options.repo;
  if (git::is_local(url) && !url.starts_with("file://"))
    if (const auto root = local_root(url)) url = *root;
  return cache_folder() / "flotilla" / sha256_hex(url).substr(0, 16);
}

Result<Source> Source::open(const Options& options) {
  std::string url = options.repo;
  if (git::is_local(url) && !url.starts_with("file://")) {
    TRY_ASSIGN(url, local_root(url));
  }
  const std::filesystem::path dir = data_folder(options);
  TRY_ASSIGN(FolderLock lock, FolderLock::take(dir));
  TRY_ASSIGN(git::Repository repository,
             git::Repository::open_mirror(dir / "mirror.git", url, options.network));
  return Source(std::move(repository), options, std::move(lock));
}

Result<std::string> Source::branch_commit(const std::string& branch) const {
  auto commit = repository_.resolve("refs/heads/" + branch);
  if (commit) return *commit;
  if (commit.error().code == Code::not_found) return std::string();
  return fail(std::move(commit).error());
}

// False if only a look at all of it can tell.
Result<bool> Source::follow_branch(const catalog::FileTree& tree) {
  if (memory_commit_.empty()) return false;
  const auto changes = tree.changes_since(memory_commit_);
  if (!changes || !*changes) return false;
  std::map<std::string, std::optional<std::string>> changed;
  for (const catalog::FileChange& change : **changes) {
    if (!status::is_status_file(change.path)) continue;
    std::optional<std::string>& content = changed[change.path];
    if (!change.entry) continue;
    TRY_ASSIGN(content, tree.read(*change.entry));
  }
  status::update_memory(memory_, changed);
  return true;
}

// A branch that moved is read where it differs from what is known of it.
Result<void> Source::remember(const std::string& commit) {
  catch_up();
  if (remembered_ && commit == memory_commit_) return {};
  if (commit.empty()) {
    memory_ = {};
  } else {
    TRY_ASSIGN(const auto tree, repository_.tree(commit));
    bool followed = false;
    // Else what was decided here and never written stands beside what the branch says.
    if (remembered_) {
      TRY_ASSIGN(followed, follow_branch(*tree));
    }
    if (!followed) {
      TRY_ASSIGN(memory_, status::read_memory(*tree));
    }
  }
  memory_commit_ = commit;
  remembered_ = true;
  inventories_.clear();
  for (const auto& [cluster, entries] : memory_.inventory) {
    auto inventory = std::make_shared<decision::Inventory>();
    for (const status::InventoryEntry& entry : entries) (*inventory)[entry.item.key] = entry.item;
    inventories_[cluster] = std::move(inventory);
  }
  return {};
}

void Source::catch_up() {
  if (!pushed_.empty()) {
    status::update_memory(memory_, pushed_);
    // It may have been of an older decision. Of a part of the branch others say what was decided.
    if (decision_ && !options_.lease.sharded) count_as_previous(*decision_);
  }
  pushed_.clear();
  if (written_) status::note_made(memory_, *written_);
  written_.reset();
}

namespace {

// Some files of a tree.
class PartOfTree : public catalog::FileTree {
 public:
  PartOfTree(const catalog::FileTree& tree, const std::set<std::string>& paths)
      : tree_(tree), paths_(paths) {}
  Result<std::vector<catalog::FileEntry>> list() const override {
    TRY_ASSIGN(std::vector<catalog::FileEntry> entries, tree_.list());
    std::erase_if(entries, [&](const auto& entry) { return !paths_.contains(entry.path); });
    return entries;
  }
  Result<std::string> read(const catalog::FileEntry& entry) const override {
    return tree_.read(entry);
  }

 private:
  const catalog::FileTree& tree_;
  const std::set<std::string>& paths_;
};

}  // namespace

// What Fleet.spec.confirmDeletions names. One whose history is too long to be looked through
// confirms nothing, as one that names no commit.
Result<std::vector<decision::Confirmation>> Source::confirmations(const catalog::Catalog& catalog,
                                                                  const std::string& commit) {
  std::vector<decision::Confirmation> all;
  std::set<std::string> looked_up;
  for (const std::string& text : decision::confirmations_in(catalog)) {
    decision::Confirmation& one = all.emplace_back();
    one.text = text;
    auto since = repository_.since(text, commit);
    if (!since) {
      log::warning("a confirmation of deletions was not looked up",
                   {{"confirmation", text}, {"why", to_string(since.error())}});
    } else if (*since) {
      one.commits = (*since)->commits;
      looked_up.insert((*since)->id);
      auto known = changes_.find((*since)->id);
      if (known == changes_.end()) {
        TRY_ASSIGN(auto changes, changes_of(**since));
        known = changes_.emplace((*since)->id, std::move(changes)).first;
      }
      one.removed = known->second.removed;
      one.touched = known->second.touched;
    }
  }
  std::erase_if(changes_, [&](const auto& known) { return !looked_up.contains(known.first); });
  return all;
}

Result<decision::Confirmation> Source::changes_of(const git::Since& since) const {
  decision::Confirmation changes;
  catalog::Catalog before;
  if (!since.parent.empty()) {
    TRY_ASSIGN(const auto tree, repository_.tree(since.parent));
    TRY_ASSIGN(before, catalog::load_catalog(PartOfTree(*tree, since.files)));
  }
  TRY_ASSIGN(const auto tree, repository_.tree(since.id));
  TRY_ASSIGN(const auto after, catalog::load_catalog(PartOfTree(*tree, since.files)));
  decision::note_changes(changes, before, after);
  return changes;
}

// What was decided counts as previous from now on, whether or not the status branch could be
// written meanwhile. Its settings do not: they are known when the clusters have followed them.
void Source::count_as_previous(const decision::Decision& decision) {
  auto& bindings = memory_.previous.bindings;
  auto known = bindings.begin();
  for (const decision::BindingPtr& binding : decision.bindings.pointers()) {
    while (known != bindings.end() && known->second != binding && known->first < binding->object)
      known = bindings.erase(known);
    if (known != bindings.end() && known->first == binding->object)
      known->second = binding;
    else
      known = bindings.emplace_hint(known, binding->object, binding);
    ++known;
  }
  bindings.erase(known, bindings.end());
  memory_.previous.owner = decision.owner;
  memory_.previous.owner_source = decision.owner_source;
}

// The commit that the status branch says was applied last; empty if it says none.
std::string Source::recorded_commit() const {
  return decision::commit_of(get_string(memory_.fleet, {"status", "revision"}));
}

// The commit that was followed before, if it is no ancestor of the new one.
Result<std::string> Source::rewritten_from(const std::string& commit) const {
  const std::string before = decided_.commit.empty() ? recorded_commit() : decided_.commit;
  if (before.empty() || before == commit) return std::string();
  TRY_ASSIGN(const bool goes_on, repository_.is_ancestor(before, commit));
  if (goes_on) return std::string();
  log::warning("the history was rewritten: what was followed before is not part of it",
               {{"before", before}, {"now", commit}});
  return before;
}

void Source::start_over() {
  decided_ = {};
  decision_.reset();
  remembered_ = false;
}

// The commit to decide, if its signatures allow it; nullopt if there is none.
Result<std::optional<std::string>> Source::verified(const git::Reference& found) {
  const git::RulesOf rules_of =
      [this](const std::string& commit) -> Result<std::optional<git::SignatureRules>> {
    TRY_ASSIGN(const auto tree, repository_.tree(commit));
    TRY_ASSIGN(const auto catalog, catalog::load_catalog(*tree, &cache_));
    TRY_ASSIGN(auto said, decision::verification_in(catalog));
    if (!said) return std::optional<git::SignatureRules>();
    return git::SignatureRules{said->commits, said->tags, std::move(said->keys)};
  };
  const std::string last = decided_.commit.empty() ? recorded_commit() : decided_.commit;
  const bool by_range = options_.ref.starts_with("semver:");
  const std::string ref = by_range ? "refs/tags/" + found.name : options_.ref;
  auto accepted = verifier_.accept(repository_, {found.commit, ref, last}, rules_of);
  if (accepted) {
    refusal_.clear();
    return std::optional(found.commit);
  }
  const std::string why = to_string(accepted.error());
  if (why != refusal_) {
    refusal_ = why;
    return fail(std::move(accepted).error());
  }
  if (decided_.commit.empty() && !last.empty() && last != found.commit &&
      verifier_.accept(repository_, {last, last, last}, rules_of))
    return std::optional(last);
  return std::optional<std::string>();
}

Result<std::optional<Decided>> Source::refresh() {
  TRY(repository_.fetch());
  TRY_ASSIGN(git::Reference found,
             repository_.resolve_ref(options_.ref.empty() ? "HEAD" : options_.ref));
  branch_moved_ = false;
  // A replica that does not lead decides what the leader has decided.
  if (followed_) {
    if (followed_->empty() || !repository_.commit(*followed_)) return std::optional<Decided>();
    found.commit = *followed_;
  }
  if (found.commit == decided_.commit) {
    refusal_.clear();
    TRY_ASSIGN(const std::string moved_to, branch_commit(options_.status_branch));
    branch_moved_ = moved_to != memory_commit_;
    if (!branch_moved_ || !options_.lease.sharded) return std::optional<Decided>();
    // What the leader placed anew, and what the others observe, stands there.
    TRY(remember(moved_to));
    return std::optional(decide());
  }
  TRY_ASSIGN(const std::string status_commit, branch_commit(options_.status_branch));
  branch_moved_ = remembered_ && status_commit != memory_commit_;
  TRY(remember(status_commit));
  TRY_ASSIGN(const std::optional<std::string> allowed, verified(found));
  if (!allowed && branch_moved_ && options_.lease.sharded && !decided_.commit.empty())
    return std::optional(decide());
  if (!allowed) return std::optional<Decided>();
  const std::string& commit = *allowed;
  TRY_ASSIGN(const auto tree, repository_.tree(commit));
  decision::Snapshot snapshot;
  snapshot.revision = decision::revision_text(found.name, commit);
  TRY_ASSIGN(snapshot.catalog, catalog::load_catalog(*tree, &cache_));
  TRY_ASSIGN(snapshot.confirmations, confirmations(snapshot.catalog, commit));
  TRY_ASSIGN(const git::Commit head, repository_.commit(commit));
  snapshot.time = interpreter::format_timestamp(head.time);
  Decided next;
  next.commit = commit;
  next.subject = head.subject;
  TRY_ASSIGN(next.root_commit, repository_.root_commit(commit));
  TRY_ASSIGN(const std::size_t generation, repository_.commit_count(commit));
  next.generation = static_cast<std::int64_t>(generation);
  TRY_ASSIGN(next.rewritten_from, rewritten_from(commit));
  if (status_commit.empty() && memory_.previous.bindings.empty())
    TRY(recall_previous(options_, snapshot, next.root_commit, memory_.previous));
  if (on_previous) on_previous(memory_.previous, !status_commit.empty());
  // It may be needed when the branch has forgotten it.
  TRY(repository_.keep("applied", commit));
  snapshot.observed = std::move(snapshot_.observed);
  snapshot_ = std::move(snapshot);
  decided_ = std::move(next);
  Decided decided = decide();
  decided.commit_is_new = true;
  return std::optional(std::move(decided));
}

Decided Source::decide() {
  const metrics::Stopwatch watch;
  auto decision =
      std::make_shared<decision::Decision>(decider_.decide(snapshot_, memory_.previous));
  metrics::decided(decider_.decided_anew(), watch.elapsed());
  count_as_previous(*decision);
  decision_ = decision;
  Decided decided = decided_;
  decided.decision = std::move(decision);
  decided.remembered = inventories_;
  return decided;
}

std::optional<Decided> Source::observe(std::map<std::string, status::ClusterStatusPtr> statuses) {
  for (auto& [cluster, status] : statuses) snapshot_.observed[cluster] = std::move(status);
  if (decided_.commit.empty()) return std::nullopt;
  catch_up();
  return decide();
}

}  // namespace flotilla::controller
