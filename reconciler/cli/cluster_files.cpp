#include "reconciler/cli/cluster_files.h"

#include "reconciler/cli/input.h"
#include "reconciler/git/disk_tree.h"
#include "render/catalog/catalog.h"

#include <algorithm>

namespace flotilla::cli {
namespace {

constexpr std::string_view cluster_group = "cluster.karmada.io";
constexpr std::string_view own_group = "flotilla.dev";

// The files of a tree that may hold a Cluster or the Fleet, and what says which files count.
class Settings : public catalog::FileTree {
 public:
  explicit Settings(const catalog::FileTree& tree) : tree_(tree) {}
  Result<std::vector<catalog::FileEntry>> list() const override {
    TRY_ASSIGN(const std::vector<catalog::FileEntry> entries, tree_.list());
    std::vector<catalog::FileEntry> kept;
    for (const catalog::FileEntry& entry : entries) {
      const bool always =
          entry.kind == catalog::FileEntry::Kind::link || entry.path.ends_with(".flotillaignore");
      if (always || speaks_of_them(entry)) kept.push_back(entry);
    }
    return kept;
  }
  Result<std::string> read(const catalog::FileEntry& entry) const override {
    return tree_.read(entry);
  }

 private:
  // What cannot be read is left to the catalog to complain of.
  bool speaks_of_them(const catalog::FileEntry& entry) const {
    if (!entry.path.ends_with(".yaml") && !entry.path.ends_with(".yml") &&
        !entry.path.ends_with(".json"))
      return false;
    const auto text = tree_.read(entry);
    return !text || text->find(cluster_group) != std::string::npos ||
           text->find(own_group) != std::string::npos;
  }

  const catalog::FileTree& tree_;
};

Result<ClusterFiles> read_from(const catalog::FileTree& tree) {
  TRY_ASSIGN(const catalog::Catalog catalog, catalog::load_catalog(Settings(tree)));
  ClusterFiles files;
  files.owner = "flotilla";
  for (const catalog::ObjectPtr& object : catalog.settings) {
    if (object->key.group == own_group && object->key.kind == "Fleet")
      files.owner = object->key.name;
    if (object->key.group != cluster_group || object->key.kind != "Cluster") continue;
    if (auto cluster = overrides::read_cluster(object, files.problems))
      files.clusters.push_back(std::move(*cluster));
  }
  std::erase_if(files.problems,
                [](const Problem& problem) { return problem.severity != Severity::error; });
  std::ranges::sort(files.clusters, {}, &overrides::Cluster::name);
  return files;
}

}  // namespace

Result<ClusterFiles> read_cluster_files(const std::string& repo, const std::string& ref,
                                        const git::Network& network) {
  const bool local = git::is_local(repo) && !repo.starts_with("file://");
  if (local && ref.empty()) {
    if (!is_repository(repo)) {
      std::error_code ignored;
      if (!std::filesystem::is_directory(repo, ignored))
        return fail(Code::not_found, "there is no folder " + repo);
      return read_from(git::DiskTree(repo));
    }
    TRY_ASSIGN(const git::Repository repository, git::Repository::open(repo));
    if (const auto work_tree = repository.work_tree()) return read_from(git::DiskTree(*work_tree));
  }
  TRY_ASSIGN(const Opened opened, open_repository(repo, network));
  TRY_ASSIGN(const git::Reference found, opened.repository.resolve_ref(ref.empty() ? "HEAD" : ref));
  TRY_ASSIGN(const auto tree, opened.repository.tree(found.commit));
  return read_from(*tree);
}

}  // namespace flotilla::cli
