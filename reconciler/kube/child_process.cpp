#include "reconciler/kube/child_process.h"

#include "render/base/text.h"

#include <fmt/format.h>
#include <spawn.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace flotilla::kube {
namespace {

using Clock = std::chrono::steady_clock;

class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) ends_ = {-1, -1};
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_reading();
    close_writing();
  }
  bool is_open() const { return ends_[0] >= 0; }
  int reading() const { return ends_[0]; }
  int writing() const { return ends_[1]; }
  void close_reading() { close_end(ends_[0]); }
  void close_writing() { close_end(ends_[1]); }

 private:
  static void close_end(int& fd) {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
  std::array<int, 2> ends_{};
};

// Our environment with `more` on top.
std::vector<std::string> environment(const std::map<std::string, std::string>& more) {
  std::map<std::string, std::string> merged;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    merged.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  for (const auto& [name, value] : more) merged[name] = value;
  std::vector<std::string> lines;
  for (const auto& [name, value] : merged) lines.push_back(fmt::format("{}={}", name, value));
  return lines;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

// A process group of its own, no blocked signals, nothing to read.
int spawn(const ChildProcess& child, const Pipe& out, const Pipe& err, pid_t& pid) {
  std::vector<std::string> args{child.command};
  args.insert(args.end(), child.args.begin(), child.args.end());
  std::vector<std::string> env = environment(child.env);
  const std::vector<char*> arg_list = pointers(args);
  const std::vector<char*> env_list = pointers(env);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.writing(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.writing(), STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const int code = posix_spawnp(&pid, child.command.c_str(), &actions, &attributes, arg_list.data(),
                                env_list.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return code;
}

enum class Reading { more, ended, too_much };

Reading read_some(Pipe& pipe, std::string& text, std::size_t most) {
  std::array<char, 65536> buffer;
  const ssize_t count = ::read(pipe.reading(), buffer.data(), buffer.size());
  if (count < 0 && errno == EINTR) return Reading::more;
  if (count <= 0) {
    pipe.close_reading();
    return Reading::ended;
  }
  text.append(buffer.data(), static_cast<std::size_t>(count));
  return text.size() > most ? Reading::too_much : Reading::more;
}

// Both pipes until they end.
Result<void> read_all(Pipe& out, Pipe& err, const ChildProcess& child, ChildResult& result) {
  const Clock::time_point deadline = Clock::now() + child.timeout;
  while (out.reading() >= 0 || err.reading() >= 0) {
    std::array<pollfd, 2> polled{pollfd{out.reading(), POLLIN, 0},
                                 pollfd{err.reading(), POLLIN, 0}};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) {
      return fail(Code::timeout, fmt::format("did not end within {} ms", child.timeout.count()));
    }
    if (::poll(polled.data(), polled.size(), static_cast<int>(left)) <= 0) continue;
    const bool full = (polled[0].revents != 0 &&
                       read_some(out, result.out, child.most_output) == Reading::too_much) ||
                      (polled[1].revents != 0 &&
                       read_some(err, result.err, child.most_output) == Reading::too_much);
    if (full) {
      return fail(Code::too_large,
                  fmt::format("wrote over the limit of {} bytes", child.most_output));
    }
  }
  return {};
}

}  // namespace

Result<ChildResult> run_child_process(const ChildProcess& child) {
  Pipe out;
  Pipe err;
  if (!out.is_open() || !err.is_open())
    return fail(Code::internal, "cannot run: no pipe to be had");
  pid_t pid = 0;
  const int code = spawn(child, out, err, pid);
  if (code != 0) {
    return fail(Code::unauthorized, fmt::format("cannot be run: {}", lower(std::strerror(code))));
  }
  out.close_writing();
  err.close_writing();
  ChildResult result;
  const Result<void> read = read_all(out, err, child, result);
  if (!read) ::kill(-pid, SIGKILL);
  while (::waitpid(pid, &result.status, 0) < 0 && errno == EINTR) {
  }
  if (!read) return fail(read.error());
  return result;
}

}  // namespace flotilla::kube
