#include "reconciler/server/hook_secrets.h"

#include "reconciler/log/log.h"
#include "render/base/text.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace flotilla::server {
namespace {

constexpr std::int64_t largest_file = std::int64_t{64} << 10U;

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

// Nothing, and a word in the log, if it cannot be read.
std::optional<std::string> read_file(const std::filesystem::path& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(static_cast<std::size_t>(largest_file), '\0');
  if (file) file.read(text.data(), largest_file);
  if (!file && !file.eof()) {
    log::warning("cannot read a webhook secret",
                 {{"file", path.string()}, {"error", std::strerror(errno)}});
    return std::nullopt;
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

}  // namespace

Secrets parse_secrets(std::string_view text) {
  Secrets secrets;
  for (std::string& line : split(std::string(text), '\n')) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) secrets.push_back(std::move(line));
  }
  return secrets;
}

HookSecrets::Mark HookSecrets::mark_of(const std::filesystem::path& path) {
  struct stat facts{};
  if (stat(path.c_str(), &facts) != 0) return {};
  return {nanoseconds(facts.st_mtim), nanoseconds(facts.st_ctim), facts.st_ino, facts.st_size};
}

const Secrets& HookSecrets::of(HookKind kind) {
  File& file = files_[static_cast<std::size_t>(kind)];
  const std::filesystem::path path = folder_ / to_string(kind);
  const Mark mark = mark_of(path);
  if (file.mark == mark) return file.secrets;
  file.mark = mark;
  file.secrets.clear();
  if (mark.inode == 0) return file.secrets;
  if (mark.size >= largest_file) {
    log::warning("a webhook secret is larger than 64 KiB", {{"file", path.string()}});
    return file.secrets;
  }
  if (const auto text = read_file(path)) file.secrets = parse_secrets(*text);
  return file.secrets;
}

}  // namespace flotilla::server
