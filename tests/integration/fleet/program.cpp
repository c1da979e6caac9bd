#include "tests/integration/fleet/program.h"

#include "tests/integration/fleet/text.h"

#include <sys/wait.h>

#include <stdexcept>

namespace flotilla::tests {

int exit_code(int wait_status) {
  if (WIFEXITED(wait_status)) return WEXITSTATUS(wait_status);
  return 128 + WTERMSIG(wait_status);
}

Outcome run_program(const Arguments& arguments, std::chrono::seconds limit) {
  const TempFolder folder;
  const std::filesystem::path out = folder.path() / "out";
  const std::filesystem::path err = folder.path() / "err";
  // The shell keeps the two streams apart, and then becomes the program.
  Arguments all = {"/bin/sh", "-c", R"(out=$1; shift; exec "$@" >"$out")", "sh", out.string()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const auto start = std::chrono::steady_clock::now();
  Process process(all, err);
  if (!process.exits_within(limit))
    throw std::runtime_error(arguments.front() + " did not end within " +
                             std::to_string(limit.count()) + " s; it said: " + read_file(err));
  const auto took = std::chrono::steady_clock::now() - start;
  return {exit_code(*process.exited()), read_file(out), read_file(err),
          std::chrono::duration_cast<std::chrono::milliseconds>(took)};
}

std::string flotilla_program() { return FLOTILLA_PROGRAM; }

Outcome flotilla(Arguments arguments, std::chrono::seconds limit) {
  arguments.insert(arguments.begin(), flotilla_program());
  return run_program(arguments, limit);
}

}  // namespace flotilla::tests
