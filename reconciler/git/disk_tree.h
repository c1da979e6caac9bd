#pragma once

#include "render/catalog/file_tree.h"

#include <filesystem>

namespace flotilla::git {

// A folder as it is. `.git` is left out. Entry ids are empty. Links are listed and never followed.
class DiskTree : public catalog::FileTree {
 public:
  explicit DiskTree(std::filesystem::path root) : root_(std::move(root)) {}
  Result<std::vector<catalog::FileEntry>> list() const override;
  Result<std::string> read(const catalog::FileEntry& entry) const override;

 private:
  std::filesystem::path root_;
};

}  // namespace flotilla::git
