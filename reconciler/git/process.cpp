#include "reconciler/git/process.h"

#include <spawn.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace flotilla::git {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t output_limit = 64U << 20U;
constexpr std::size_t error_limit = 64U << 10U;
// What git gets after SIGTERM to remove its lock files.
constexpr milliseconds grace{1000};

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { reset(); }
  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  void reset(int fd = -1) {
    if (fd_ >= 0) close(fd_);
    fd_ = fd;
  }

 private:
  int fd_;
};

struct Pipe {
  Descriptor read_end;
  Descriptor write_end;

  bool open() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    read_end.reset(ends[0]);
    write_end.reset(ends[1]);
    return fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
  }
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

// Gives the error number, 0 if the program runs. A session of its own has no terminal to ask
// anything at, and is a process group of its own.
int spawn(const Command& command, const Pipe& out, const Pipe& err, pid_t& pid) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, out.write_end.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, err.write_end.get(), STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);

  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  sigset_t all;
  sigfillset(&all);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);

  auto arguments = pointers(command.arguments);
  auto environment = pointers(command.environment);
  const int status =
      posix_spawnp(&pid, arguments[0], &files, &attributes, arguments.data(), environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return status;
}

// Takes what there is; closes the pipe at its end.
void drain(Descriptor& pipe, std::string& text) {
  std::array<char, 65536> buffer{};
  while (pipe.is_open()) {
    const ssize_t got = read(pipe.get(), buffer.data(), buffer.size());
    if (got > 0) {
      text.append(buffer.data(), static_cast<std::size_t>(got));
      if (static_cast<std::size_t>(got) < buffer.size()) return;
      if (text.size() > output_limit) return;
      continue;
    }
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    pipe.reset();
  }
}

// A process group that does not outlive this object.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { reap(); }

  // The process stays unreaped, so that its group's number cannot be given to anybody else.
  bool has_exited() const {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == pid_;
  }
  void signal(int number) const { kill(-pid_, number); }

  // Ends what is left of the group and gives the exit code of its leader.
  int reap() {
    if (pid_ <= 0) return exit_code_;
    signal(SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
    pid_ = 0;
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return exit_code_;
  }

 private:
  pid_t pid_;
  int exit_code_ = 0;
};

class Collector {
 public:
  Collector(Pipe& out, Pipe& err, Outcome& outcome) : out_(out), err_(err), outcome_(outcome) {}

  // True when the child has exited, false at the deadline or when it wrote too much.
  bool until_exit(const Child& child, Deadline deadline,
                  const std::atomic<Deadline>* end = nullptr) {
    while (true) {
      const bool exited = child.has_exited();
      take();
      if (exited) return true;
      if (outcome_.out.size() > output_limit) return false;
      const Deadline last = end == nullptr ? deadline : std::min(deadline, end->load());
      const auto left = std::chrono::ceil<milliseconds>(last - Clock::now());
      if (left.count() <= 0) return false;
      wait(left);
    }
  }

 private:
  void take() {
    drain(out_.read_end, outcome_.out);
    drain(err_.read_end, outcome_.err);
    if (outcome_.err.size() > error_limit) outcome_.err.erase(0, outcome_.err.size() - error_limit);
  }
  // Until there is something to read. Closed pipes mean that the exit is near: look again at once.
  void wait(milliseconds left) {
    std::array<pollfd, 2> fds{{{out_.read_end.get(), POLLIN, 0}, {err_.read_end.get(), POLLIN, 0}}};
    const bool open = out_.read_end.is_open() || err_.read_end.is_open();
    poll(fds.data(), fds.size(),
         static_cast<int>(std::min(left, open ? milliseconds(50) : milliseconds(2)).count()));
  }

  Pipe& out_;
  Pipe& err_;
  Outcome& outcome_;
};

}  // namespace

Result<Outcome> run(const Command& command) {
  if (command.end && command.end->load() <= Clock::now()) {
    Outcome outcome;
    outcome.timed_out = true;
    return outcome;
  }
  Pipe out;
  Pipe err;
  if (!out.open() || !err.open())
    return fail(Code::internal, std::string("cannot make a pipe: ") + std::strerror(errno));
  pid_t pid = 0;
  if (const int status = spawn(command, out, err, pid); status != 0)
    return fail(Code::internal,
                "cannot run " + command.arguments[0] + ": " + std::strerror(status));
  out.write_end.reset();
  err.write_end.reset();

  Child child(pid);
  Outcome outcome;
  Collector collector(out, err, outcome);
  if (!collector.until_exit(child, command.deadline, command.end.get())) {
    outcome.timed_out = outcome.out.size() <= output_limit;
    child.signal(SIGTERM);
    if (outcome.timed_out) collector.until_exit(child, Clock::now() + grace);
  }
  outcome.exit_code = child.reap();
  if (outcome.out.size() > output_limit)
    return fail(Code::too_large, command.arguments[0] + " wrote more than 64 MiB of output");
  return outcome;
}

}  // namespace flotilla::git
