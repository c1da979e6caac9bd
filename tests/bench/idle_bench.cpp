#include "tests/bench/farm.h"
#include "tests/bench/figures.h"
#include "tests/integration/fleet/eventually.h"
#include "tests/integration/fleet/program.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

// What `flotilla run` costs when nothing happens: CPU of its process and of the git programs that
// it starts, and what it asks embedded clusters (in a process of their own) besides watches and
// health probes. Prints lines of "name value unit".
//   idle_bench [CLUSTERS [OBJECTS [SECONDS]]]
namespace {

using namespace flotilla;
using namespace std::chrono_literals;
using bench::print;

struct Cpu {
  double own = 0;
  double children = 0;  // that it has waited for
};

// /proc/<pid>/stat: utime, stime, cutime and cstime are fields 14 to 17.
Cpu cpu_of(pid_t pid) {
  const std::string text = tests::read_file("/proc/" + std::to_string(pid) + "/stat");
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  double user = 0;
  double system = 0;
  double children_user = 0;
  double children_system = 0;
  fields >> user >> system >> children_user >> children_system;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  return {(user + system) / ticks, (children_user + children_system) / ticks};
}

void run(int clusters, int objects, int seconds) {
  const bench::Farm farm(clusters);
  const bench::PartsRepository repository(farm.names(), objects);
  const std::filesystem::path log = farm.folder() / "controller.log";
  tests::Process process({tests::flotilla_program(), "run", "--repo", repository.path(),
                          "--kubeconfig", farm.kubeconfig(), "--data-dir", farm.folder() / "data"},
                         log);
  const auto git = [&](tests::Arguments arguments) {
    const tests::Arguments begin{"/usr/bin/env", "git", "-C", repository.path()};
    arguments.insert(arguments.begin(), begin.begin(), begin.end());
    return tests::run_program(arguments).out;
  };
  const auto status = [&] { return git({"log", "-1", "--format=%H", "flotilla/status", "--"}); };
  const std::string number = std::to_string(clusters);
  const std::string ready = number + " of " + number + " clusters ready";
  std::string tip;
  auto moved = std::chrono::steady_clock::now();
  tests::eventually(600s, "the fleet settles", [&]() -> std::string {
    std::this_thread::sleep_for(1s);
    const std::string now = status();
    if (now != tip) moved = std::chrono::steady_clock::now();
    tip = now;
    if (tip.empty() || !tests::contains(git({"show", "flotilla/status:fleet.yaml"}), ready))
      return "not every cluster is ready: " + tests::read_file(log);
    return std::chrono::steady_clock::now() - moved > 15s ? "" : "the status branch moves";
  });
  auto asked = farm.requests();
  const Cpu before = cpu_of(process.pid());
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  const Cpu after = cpu_of(process.pid());
  print("idle.clusters", clusters, "clusters");
  print("idle.cpu", (after.own - before.own) / seconds * 100, "% of a core (want < 1)");
  print("idle.children_cpu", (after.children - before.children) / seconds * 100, "% of a core");
  long others = 0;
  for (const auto& [request, count] : farm.requests()) {
    const long more = count - asked[request];
    if (request == "watch" || request == "probe")
      print(("idle." + request).c_str(), static_cast<double>(more), "requests");
    else if (more > 0)
      std::fprintf(stderr, "%ld %s\n", more, request.c_str());
    if (request != "watch" && request != "probe") others += more;
  }
  print("idle.others", static_cast<double>(others), "requests (want 0)");
  const bool moves = status() != tip;
  print("idle.status_moved", moves ? 1 : 0, "(want 0)");
  if (moves)
    std::fputs(git({"log", "--stat", "-p", "-U0",
                    tests::lines_of(tip).front() + "..flotilla/status", "--"})
                   .c_str(),
               stderr);
}

}  // namespace

int main(int argc, char** argv) {
  if (const auto served = bench::Farm::serve(argc, argv)) return *served;
  const auto argument = [&](int i, int otherwise) {
    return argc > i ? std::atoi(argv[i]) : otherwise;
  };
  try {
    run(argument(1, 100), argument(2, 5), argument(3, 60));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "idle_bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
