#pragma once

#include "render/base/result.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::catalog {

struct FileEntry {
  enum class Kind { file, link };
  std::string path;  // relative to the root, '/' between parts
  std::string id;  // names the content (a git blob id); empty if that is not known without reading
  std::uint64_t size = 0;
  Kind kind = Kind::file;
};

// A path whose entry differs between two trees.
struct FileChange {
  std::string path;
  std::optional<FileEntry> entry;  // as it is now; nullopt: gone
};

// A read-only tree of files: a git commit, a folder, or memory in tests.
class FileTree {
 public:
  virtual ~FileTree() = default;
  // Every file and link below the root, sorted by path. Folders are not listed.
  virtual Result<std::vector<FileEntry>> list() const = 0;
  // The content of a file, or the target text of a link.
  virtual Result<std::string> read(const FileEntry& entry) const = 0;
  // Names the content of the whole tree; empty if that is not known without reading it.
  virtual std::string id() const { return {}; }
  // What differs from the tree that was named so, sorted by path; nullopt if this tree cannot tell
  // at less cost than listing.
  virtual Result<std::optional<std::vector<FileChange>>> changes_since(
      const std::string& /*id*/) const {
    return std::optional<std::vector<FileChange>>();
  }
};

class MemoryTree : public FileTree {
 public:
  MemoryTree() = default;
  explicit MemoryTree(std::map<std::string, std::string> files) : files_(std::move(files)) {}
  void write(const std::string& path, std::string content) { files_[path] = std::move(content); }
  void link(const std::string& path, std::string target) { links_[path] = std::move(target); }
  void remove(const std::string& path) { files_.erase(path), links_.erase(path); }
  Result<std::vector<FileEntry>> list() const override;
  Result<std::string> read(const FileEntry& entry) const override;

 private:
  std::map<std::string, std::string> files_;
  std::map<std::string, std::string> links_;
};

}  // namespace flotilla::catalog
