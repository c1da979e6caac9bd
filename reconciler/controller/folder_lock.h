#pragma once

#include "render/base/result.h"

#include <filesystem>
#include <utility>

namespace flotilla::controller {

// One process at a time uses a data folder. The kernel lets go of it when the process ends, however
// it ends.
class FolderLock {
 public:
  // Makes the folder if it is missing. conflict if another process holds it.
  static Result<FolderLock> take(const std::filesystem::path& folder);
  FolderLock(FolderLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  FolderLock& operator=(FolderLock&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }
  ~FolderLock();

 private:
  explicit FolderLock(int file) : file_(file) {}
  int file_;
};

}  // namespace flotilla::controller
