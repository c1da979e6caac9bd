#include "tests/support/child_process.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <functional>
#include <future>
#include <mutex>
#include <queue>
#include <system_error>
#include <thread>
#include <utility>

namespace flotilla::tests {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail_with_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

// Between fork and exec: only what is safe in a child of a program with threads.
[[noreturn]] void become(char* const* argv, const char* log, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // it ended before the line above
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
  dup2(open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600), STDOUT_FILENO);
  dup2(STDOUT_FILENO, STDERR_FILENO);
  execv(argv[0], argv);
  _exit(127);
}

pid_t fork_and_exec(const Arguments& arguments, const std::filesystem::path& log) {
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) become(argv.data(), log.c_str(), parent);
  if (child < 0) fail_with_errno("fork");
  setpgid(child, child);  // here too, so that a signal to the group can follow at once
  return child;
}

// PR_SET_PDEATHSIG fires when the *thread* that forked ends, so all forks are made by one thread
// that lasts as long as the program.
class Forker {
 public:
  static pid_t fork(const Arguments& arguments, const std::filesystem::path& log) {
    static Forker forker;
    std::packaged_task<pid_t()> task([&] { return fork_and_exec(arguments, log); });
    std::future<pid_t> child = task.get_future();
    {
      const std::scoped_lock lock(forker.mutex_);
      forker.tasks_.push(std::move(task));
    }
    forker.changed_.notify_one();
    return child.get();
  }

 private:
  void run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return !tasks_.empty(); })) {
      std::packaged_task<pid_t()> task = std::move(tasks_.front());
      tasks_.pop();
      lock.unlock();
      task();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::queue<std::packaged_task<pid_t()>> tasks_;
  std::jthread thread_{[this](const std::stop_token& stop) { run(stop); }};
};

}  // namespace

Process::Process(const Arguments& arguments, std::filesystem::path log)
    : log_(std::move(log)), pid_(Forker::fork(arguments, log_)) {}

Process::~Process() { kill_now(); }

void Process::signal(int number) {
  if (!exited()) kill(-pid_, number);
}

void Process::kill_now() {
  signal(SIGKILL);
  if (status_) return;
  int status = 0;
  waitpid(pid_, &status, 0);
  status_ = status;
}

std::optional<int> Process::exited() {
  int status = 0;
  if (!status_ && waitpid(pid_, &status, WNOHANG) == pid_) status_ = status;
  return status_;
}

bool Process::exits_within(Clock::duration limit) {
  const auto deadline = Clock::now() + limit;
  while (!exited()) {
    if (Clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

Port::Port() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const int on = 1;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (socket_ < 0 || setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      bind(socket_, generic, size) != 0 || getsockname(socket_, generic, &size) != 0) {
    fail_with_errno("reserve a port");
  }
  number_ = ntohs(address.sin_port);
}

Port::~Port() { close(socket_); }

}  // namespace flotilla::tests
