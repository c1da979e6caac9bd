#pragma once

#include "tests/support/child_process.h"

#include <chrono>
#include <string>

namespace flotilla::tests {

struct Outcome {
  int code = -1;  // exit code; 128 + number for a signal
  std::string out;
  std::string err;
  std::chrono::milliseconds took{0};

  std::string text() const { return out + err; }
};

// Runs a program to its end; throws std::runtime_error with its output when that takes too long.
Outcome run_program(const Arguments& arguments,
                    std::chrono::seconds limit = std::chrono::seconds(120));

// The program `flotilla` under test.
Outcome flotilla(Arguments arguments, std::chrono::seconds limit = std::chrono::seconds(120));
std::string flotilla_program();

int exit_code(int wait_status);

}  // namespace flotilla::tests
