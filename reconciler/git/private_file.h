#pragma once

#include "render/base/result.h"

#include <filesystem>
#include <memory>
#include <string_view>

namespace flotilla::git {

// A file in memory that only this user's processes can read, for programs that take a secret by the
// name of a file. It has no name in any folder: it needs none that can be written, and nothing of
// it is left behind, however this process ends.
class PrivateFile {
 public:
  // internal: the system gives no such file.
  static Result<std::shared_ptr<const PrivateFile>> holding(std::string_view content);

  PrivateFile(const PrivateFile&) = delete;
  PrivateFile& operator=(const PrivateFile&) = delete;
  ~PrivateFile();

  // Good for child processes as long as this object lives.
  std::filesystem::path path() const;

 private:
  explicit PrivateFile(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace flotilla::git
