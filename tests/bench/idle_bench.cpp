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
  tests::Process process(
      {tests::flotilla_program(), "run", "--repo", repository.path(), "--kubeconfig",
       farm.kubeconfig(), "--data-dir", farm.folder() / "data"},
      log);
  const auto status = [&] {
    const tests::Outcome outcome =
        tests::run_program({"/usr/bin/env", "git", "-C", repository.path(), "log", "-1",
                            "--format=%H", "flotilla/status"});
    return outcome.out;
  };
  std::string tip;
  auto moved = std::chrono::steady_clock::now();
  tests::eventually(300s, "the fleet settles", [&]() -> std::string {
    const std::string now = status();
    if (now != tip) moved = std::chrono::steady_clock::now();
    tip = now;
    const bool rests = !tip.empty() && std::chrono::steady_clock::now() - moved > 15s;
    return rests ? "" : "the status branch moves: " + tests::read_file(log);
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
  print("idle.status_moved", status() == tip ? 0 : 1, "times");
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
