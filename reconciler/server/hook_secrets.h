#pragma once

#include "reconciler/server/hooks.h"

#include <array>
#include <filesystem>
#include <optional>

namespace flotilla::server {

// The files `github`, `gitlab`, `gitea` and `generic` of a folder, one secret a line. A file is
// read again when it has changed.
class HookSecrets {
 public:
  explicit HookSecrets(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // Empty: hooks of this kind are not taken. A file that cannot be read is told to the log, once
  // for each state of it.
  const Secrets& of(HookKind kind);

 private:
  // What changes when the file does.
  struct Mark {
    std::int64_t modified = 0;
    std::int64_t changed = 0;
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    bool operator==(const Mark&) const = default;
  };
  struct File {
    std::optional<Mark> mark;
    Secrets secrets;
  };
  static Mark mark_of(const std::filesystem::path& path);

  std::filesystem::path folder_;
  std::array<File, hook_kinds.size()> files_;
};

// The lines that are not empty, without the line ends.
Secrets parse_secrets(std::string_view text);

}  // namespace flotilla::server
