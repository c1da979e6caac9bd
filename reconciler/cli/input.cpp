#include "reconciler/cli/input.h"

#include "reconciler/controller/source.h"
#include "reconciler/decision/revision.h"
#include "reconciler/git/disk_tree.h"
#include "render/interpreter/timestamp.h"

#include <unistd.h>

#include <algorithm>
#include <array>

namespace flotilla::cli {
namespace {

namespace fs = std::filesystem;

struct TemporaryFolder {
  fs::path path;
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
};

Result<std::shared_ptr<TemporaryFolder>> temporary_folder() {
  std::string name = (fs::temp_directory_path() / "flotilla-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    return fail(Code::internal,
                "no temporary folder could be made in " + fs::temp_directory_path().string());
  return std::make_shared<TemporaryFolder>(TemporaryFolder{name});
}

fs::path local_path(const std::string& repo) {
  return repo.starts_with("file://") ? fs::path(repo.substr(7)) : fs::path(repo);
}

Result<decision::Snapshot> load(const catalog::FileTree& tree, std::string revision,
                                std::string time = {}) {
  decision::Snapshot snapshot;
  snapshot.time = std::move(time);
  snapshot.revision = std::move(revision);
  TRY_ASSIGN(snapshot.catalog, catalog::load_catalog(tree));
  return snapshot;
}

Result<std::string> time_of(const git::Repository& repository, const std::string& commit) {
  TRY_ASSIGN(const git::Commit found, repository.commit(commit));
  return interpreter::format_timestamp(found.time);
}

// "<branch>@sha1:<id>[-dirty]" of a work tree, empty if it has no commit yet.
Result<std::string> work_tree_revision(const git::Repository& repository) {
  const auto head = repository.resolve("HEAD");
  if (!head && head.error().code == Code::not_found) return std::string();
  if (!head) return fail(head.error());
  TRY_ASSIGN(const bool dirty, repository.is_dirty());
  return decision::revision_text(repository.head_branch(), *head) + (dirty ? "-dirty" : "");
}

}  // namespace

bool is_repository(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / ".git", ignored) ||
         (fs::exists(folder / "HEAD", ignored) && fs::is_directory(folder / "objects", ignored));
}

Result<Opened> open_repository(const std::string& repo, const git::Network& network) {
  if (git::is_local(repo)) {
    const fs::path folder = local_path(repo);
    std::error_code ignored;
    if (!fs::exists(folder, ignored))
      return fail(Code::not_found,
                  "there is no folder " + folder.string() + ", want a git repository");
    if (!is_repository(folder))
      return fail(Code::invalid, folder.string() + " is no git repository");
    TRY_ASSIGN(git::Repository repository, git::Repository::open(folder));
    return Opened{std::move(repository), nullptr};
  }
  TRY_ASSIGN(auto temporary, temporary_folder());
  TRY_ASSIGN(git::Repository repository,
             git::Repository::open_mirror(temporary->path / "mirror.git", repo, network));
  TRY(repository.fetch());
  return Opened{std::move(repository), temporary};
}

Result<decision::Snapshot> read_snapshot(const std::string& repo, const std::string& ref,
                                         const git::Network& network) {
  if (git::is_local(repo) && ref.empty()) {
    const fs::path folder = local_path(repo);
    std::error_code ignored;
    if (!fs::is_directory(folder, ignored))
      return fail(Code::not_found, "there is no folder " + folder.string());
    if (!is_repository(folder)) return load(git::DiskTree(folder), "");
    TRY_ASSIGN(const git::Repository repository, git::Repository::open(folder));
    if (const auto tree = repository.work_tree()) {
      TRY_ASSIGN(std::string revision, work_tree_revision(repository));
      std::string time;
      if (const auto head = repository.resolve("HEAD")) {
        TRY_ASSIGN(time, time_of(repository, *head));
      }
      return load(git::DiskTree(*tree), std::move(revision), std::move(time));
    }
  }
  TRY_ASSIGN(const Opened opened, open_repository(repo, network));
  TRY_ASSIGN(const git::Reference found, opened.repository.resolve_ref(ref.empty() ? "HEAD" : ref));
  TRY_ASSIGN(const auto tree, opened.repository.tree(found.commit));
  TRY_ASSIGN(std::string time, time_of(opened.repository, found.commit));
  return load(*tree, decision::revision_text(found.name, found.commit), std::move(time));
}

Error no_cluster(const std::string& name, const decision::Decision& decision) {
  std::string known;
  for (const overrides::Cluster& cluster : decision.clusters)
    known += (known.empty() ? "" : ", ") + cluster.name;
  return {Code::invalid, "there is no cluster \"" + name + "\" in the repository" +
                             (known.empty() ? ", which has none" : ", want one of: " + known)};
}

Result<status::Memory> read_status_dir(const fs::path& dir) {
  if (dir.empty()) return status::Memory{};
  std::error_code ignored;
  if (!fs::is_directory(dir, ignored))
    return fail(Code::not_found,
                "there is no folder " + dir.string() + ", want the files of a status branch");
  constexpr std::array parts = {"fleet.yaml", "bindings", "clusters", "inventory"};
  if (!fs::is_empty(dir, ignored) && std::ranges::none_of(parts, [&](const char* part) {
        return fs::exists(dir / part, ignored);
      }))
    return fail(Code::invalid, dir.string() +
                                   " has none of fleet.yaml, bindings, clusters and inventory, "
                                   "want the files of a status branch");
  return status::read_memory(git::DiskTree(dir));
}

}  // namespace flotilla::cli
