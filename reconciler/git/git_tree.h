#pragma once

#include "reconciler/git/handles.h"
#include "render/catalog/file_tree.h"

#include <string>

namespace flotilla::git {

// The files of one commit, read from the object database. Submodules are left out.
class GitTree : public catalog::FileTree {
 public:
  GitTree(Store& store, std::string commit) : store_(store), commit_(std::move(commit)) {}
  Result<std::vector<catalog::FileEntry>> list() const override;
  Result<std::string> read(const catalog::FileEntry& entry) const override;
  std::string id() const override { return commit_; }
  // Folders that are the same in both commits are not opened.
  Result<std::optional<std::vector<catalog::FileChange>>> changes_since(
      const std::string& commit) const override;
  Result<std::string> read_path(const std::string& path) const;

 private:
  Store& store_;
  std::string commit_;
};

}  // namespace flotilla::git
