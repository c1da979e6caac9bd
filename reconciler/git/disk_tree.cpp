#include "reconciler/git/disk_tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace flotilla::git {
namespace {

namespace fs = std::filesystem;
using catalog::FileEntry;

Error disk_error(int number, const std::string& what) {
  const Code code = number == ENOENT || number == ENOTDIR ? Code::not_found
                    : number == EACCES || number == EPERM ? Code::forbidden
                                                          : Code::internal;
  return Error{code, "cannot read " + what + ": " + std::strerror(number), {}, {}};
}

class Walk {
 public:
  explicit Walk(const fs::path& root) : root_(root) {}

  Result<void> walk(const std::string& folder) {
    std::error_code error;
    fs::directory_iterator entry(root_ / folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error))
      if (entry->path().filename() != ".git")
        TRY(add(*entry, folder + entry->path().filename().string()));
    // A folder that vanished while we looked is no error; a root that is not there is one.
    if (error && (error.value() != ENOENT || folder.empty()))
      return fail(disk_error(error.value(), "folder " + (root_ / folder).string()));
    return {};
  }

  std::vector<FileEntry> entries;

 private:
  Result<void> add(const fs::directory_entry& entry, const std::string& path) {
    struct stat info{};
    if (lstat(entry.path().c_str(), &info) != 0) {
      if (errno == ENOENT) return {};
      return fail(disk_error(errno, entry.path().string()));
    }
    const auto size = static_cast<std::uint64_t>(info.st_size);
    if (S_ISDIR(info.st_mode)) return walk(path + "/");
    if (S_ISREG(info.st_mode)) entries.push_back({path, "", size, FileEntry::Kind::file});
    if (S_ISLNK(info.st_mode)) entries.push_back({path, "", size, FileEntry::Kind::link});
    return {};
  }

  const fs::path& root_;
};

// The file may have become something else since it was listed: a pipe must not stop us, a link must
// not lead us out.
Result<std::string> read_regular(const fs::path& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return fail(disk_error(errno, path.string()));
  const auto closer = std::unique_ptr<const int, void (*)(const int*)>(
      &fd, [](const int* open_fd) { close(*open_fd); });
  struct stat info{};
  if (fstat(fd, &info) != 0) return fail(disk_error(errno, path.string()));
  if (!S_ISREG(info.st_mode))
    return fail(Code::invalid, path.string() + " is no regular file and no link");
  std::string text;
  text.reserve(static_cast<std::size_t>(info.st_size));
  std::array<char, 65536> buffer{};
  while (true) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got == 0) return text;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(disk_error(errno, path.string()));
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

bool leads_out(const fs::path& path) {
  return path.is_absolute() || std::ranges::find(path, fs::path("..")) != path.end();
}

}  // namespace

Result<std::vector<FileEntry>> DiskTree::list() const {
  Walk walk(root_);
  TRY(walk.walk(""));
  std::ranges::sort(walk.entries, {}, &FileEntry::path);
  return std::move(walk.entries);
}

Result<std::string> DiskTree::read(const FileEntry& entry) const {
  if (entry.path.empty() || leads_out(entry.path))
    return fail(Code::invalid, "\"" + entry.path + "\" is no path inside the folder");
  const fs::path path = root_ / entry.path;
  struct stat info{};
  if (lstat(path.c_str(), &info) != 0) return fail(disk_error(errno, path.string()));
  if (S_ISLNK(info.st_mode)) {
    std::error_code error;
    const fs::path target = fs::read_symlink(path, error);
    if (error) return fail(disk_error(error.value(), path.string()));
    return target.string();
  }
  if (!S_ISREG(info.st_mode))
    return fail(Code::invalid, path.string() + " is no regular file and no link");
  return read_regular(path);
}

}  // namespace flotilla::git
