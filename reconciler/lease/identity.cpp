#include "reconciler/lease/identity.h"

#include "render/base/digest.h"
#include "render/base/text.h"

#include <signal.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <vector>

namespace flotilla::lease {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_name = 63;

std::string read_text(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool is_name(std::string_view text) {
  const auto is_end = [](unsigned char c) { return std::isalnum(c) != 0; };
  const auto is_inner = [&](unsigned char c) {
    return is_end(c) || c == '-' || c == '_' || c == '.';
  };
  return !text.empty() && text.size() <= longest_name && is_end(text.front()) &&
         is_end(text.back()) && std::all_of(text.begin(), text.end(), is_inner);
}

// The part before the first dot: the rest is the network's.
std::string host_name() {
  std::array<char, 256> buffer{};
  if (gethostname(buffer.data(), buffer.size() - 1) != 0) return "flotilla";
  std::string name = lower(split(buffer.data(), '.').front()).substr(0, 40);
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '-');
  return is_name(name) ? name : "flotilla";
}

Result<std::string> random_ending() {
  constexpr std::string_view letters = "bcdfghjklmnpqrstvwxz2456789";
  std::array<unsigned char, 6> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    return fail(Code::internal, "the system gives no random bytes");
  std::string ending;
  for (const unsigned char byte : bytes) ending += letters[byte % letters.size()];
  return ending;
}

// Which machine, since its last start, and which of its process namespaces.
const std::string& machine() {
  static const std::string digest = [] {
    std::error_code fault;
    const fs::path space = fs::read_symlink("/proc/self/ns/pid", fault);
    const std::string boot = read_text("/proc/sys/kernel/random/boot_id");
    if (fault || boot.empty()) return std::string();
    return sha256_hex("flotilla " + boot + space.string() + host_name()).substr(0, 16);
  }();
  return digest;
}

struct Run {
  bool ended = false;  // a zombie
  std::string started;
};
// From /proc/<pid>/stat: state and starttime are the 1st and the 20th after the name in brackets.
std::optional<Run> run_of(const std::string& pid) {
  const std::string stat = read_text("/proc/" + pid + "/stat");
  const auto end = stat.rfind(')');
  if (end == std::string::npos || end + 2 >= stat.size()) return std::nullopt;
  const std::vector<std::string> fields = split(stat.substr(end + 2), ' ');
  if (fields.size() < 20) return std::nullopt;
  return Run{fields[0] == "Z" || fields[0] == "X", fields[19]};
}

milliseconds clock(clockid_t id) {
  timespec time{};
  clock_gettime(id, &time);
  return std::chrono::duration_cast<milliseconds>(std::chrono::seconds(time.tv_sec) +
                                                  std::chrono::nanoseconds(time.tv_nsec));
}

}  // namespace

Now now() {
  timespec wall{};
  clock_gettime(CLOCK_REALTIME, &wall);
  // CLOCK_MONOTONIC stands still while the machine sleeps, and its leases expire all the same.
  return {clock(CLOCK_BOOTTIME), std::int64_t{wall.tv_sec} * 1'000'000 + wall.tv_nsec / 1000};
}

Result<std::string> replica_name(const std::string& given, const fs::path& data_dir) {
  if (!given.empty()) {
    if (is_name(given)) return given;
    return fail(Code::invalid, "\"" + given +
                                   "\" is no name of a replica, want at most 63 letters, digits, "
                                   "'-', '_' and '.', a letter or digit at both ends");
  }
  const fs::path file = data_dir / "replica";
  const std::string kept(trim(read_text(file)));
  if (is_name(kept)) return kept;
  TRY_ASSIGN(const std::string ending, random_ending());
  const std::string name = host_name() + "-" + ending;
  std::error_code fault;
  fs::create_directories(data_dir, fault);
  const fs::path beside = data_dir / "replica.new";
  std::ofstream(beside, std::ios::binary | std::ios::trunc) << name << '\n';
  if (read_text(beside) == name + "\n") fs::rename(beside, file, fault);
  if (fault || read_text(file) != name + "\n")
    return fail(Code::invalid, "cannot write " + file.string());
  return name;
}

std::string process_token() {
  const std::string pid = std::to_string(getpid());
  const std::optional<Run> run = run_of(pid);
  if (machine().empty() || !run) {
    static const std::string random = random_ending().value_or("") + random_ending().value_or("");
    return "unknown." + pid + "." + random;
  }
  return machine() + "." + pid + "." + run->started;
}

bool is_gone(std::string_view process_token) {
  const std::vector<std::string> parts = split(process_token, '.');
  if (parts.size() != 3 || machine().empty() || parts[0] != machine()) return false;
  pid_t pid = 0;
  const std::string& digits = parts[1];
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), pid);
  if (read.ec != std::errc() || read.ptr != digits.data() + digits.size() || pid <= 0) return false;
  if (kill(pid, 0) != 0 && errno == ESRCH) return true;
  const std::optional<Run> run = run_of(digits);
  return run && (run->ended || run->started != parts[2]);
}

}  // namespace flotilla::lease
