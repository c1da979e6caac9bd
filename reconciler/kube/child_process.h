#pragma once

#include "render/base/result.h"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace flotilla::kube {

// A program with its standard input closed, run to its end.
struct ChildProcess {
  std::string command;  // looked up in PATH if it holds no '/'
  std::vector<std::string> args;
  std::map<std::string, std::string> env;  // beside our own environment
  std::chrono::milliseconds timeout{30'000};
  std::size_t most_output = 1U << 20U;
};
struct ChildResult {
  int status = 0;  // as wait() gives it
  std::string out;
  std::string err;
};

// Blocks. At the deadline the program and its children are killed, and the result is a timeout.
Result<ChildResult> run_child_process(const ChildProcess& child);

}  // namespace flotilla::kube
