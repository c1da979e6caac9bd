#include "reconciler/git/private_file.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace flotilla::git {

Result<std::shared_ptr<const PrivateFile>> PrivateFile::holding(std::string_view content) {
  const auto failed = [] {
    return fail(Code::internal, std::string("cannot make a file in memory: ") + strerror(errno));
  };
  const int fd = memfd_create("flotilla", MFD_CLOEXEC);
  if (fd < 0) return failed();
  const std::shared_ptr<const PrivateFile> file(new PrivateFile(fd));
  // It is made open to all; ssh refuses a key that others may read.
  if (fchmod(fd, S_IRUSR | S_IWUSR) != 0) return failed();
  while (!content.empty()) {
    const ssize_t written = write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed();
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return file;
}

PrivateFile::~PrivateFile() { close(fd_); }

std::filesystem::path PrivateFile::path() const {
  return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(fd_);
}

}  // namespace flotilla::git
