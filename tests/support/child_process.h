#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::tests {

using Arguments = std::vector<std::string>;  // the first one is the program's path

// A child in a process group of its own, its output appended to a file. Killed with the object, and
// by the kernel when this program ends in whatever way.
class Process {
 public:
  // Throws std::system_error when there can be no child; a program that cannot be run exits 127.
  Process(const Arguments& arguments, std::filesystem::path log);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  const std::filesystem::path& log() const { return log_; }
  pid_t pid() const { return pid_; }

  void signal(int number);  // to the whole group; nothing once the child is known to have exited
  void kill_now();

  // The exit status as waitpid gives it, or nothing while it runs.
  std::optional<int> exited();
  bool exits_within(std::chrono::steady_clock::duration limit);

 private:
  std::filesystem::path log_;
  pid_t pid_;
  std::optional<int> status_;
};

// A port of loopback that nobody else is given: the socket stays bound and never listens. With
// SO_REUSEADDR (Go sets it too) a server of ours can listen there; while none does, clients are
// refused.
class Port {
 public:
  Port();  // throws std::system_error
  ~Port();
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  int number() const { return number_; }
  std::string text() const { return std::to_string(number_); }

 private:
  int socket_;
  int number_ = 0;
};

}  // namespace flotilla::tests
