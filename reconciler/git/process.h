#pragma once

#include "render/base/result.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace flotilla::git {

using Deadline = std::chrono::steady_clock::time_point;

struct Command {
  std::vector<std::string> arguments;    // the first one is the program, looked up in PATH
  std::vector<std::string> environment;  // "NAME=value", all of it
  Deadline deadline;
  // An earlier deadline that another thread may set meanwhile; nullptr: there is none.
  std::shared_ptr<const std::atomic<Deadline>> end = nullptr;
};

struct Outcome {
  int exit_code = 0;  // 128 + signal if one ended it
  bool timed_out = false;
  std::string out;
  std::string err;  // the last 64 KiB
};

// Runs a program in a process group of its own, without a terminal and with an empty standard
// input. At the deadline the whole group is ended. An error means that the program could not be
// run, or wrote more than 64 MiB.
Result<Outcome> run(const Command& command);

}  // namespace flotilla::git
