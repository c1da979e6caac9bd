#include "reconciler/controller/fleet.h"
#include "reconciler/controller/run.h"
#include "reconciler/log/log.h"
#include "tests/bench/farm.h"
#include "tests/bench/figures.h"

#include <malloc.h>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>

// Whether memory grows over many passes on three embedded clusters: passes of one fleet that list
// everything, whole runs as `run --once` makes them, and a continuous run with an edit to take back
// for each pass and a commit now and then. After a warm-up of as many passes again, resident memory
// and what is allocated are compared; lines of "name value unit". A leak of a pass shows in both.
//   memory_bench [PASSES [lists|runs|continuous]]
namespace {

using namespace flotilla;
using namespace std::chrono_literals;
using bench::print;

constexpr int most_objects = 200;

struct Memory {
  double resident = 0;   // KiB
  double allocated = 0;  // KiB
};

Memory memory_now() {
  malloc_trim(0);
  long pages = 0;
  long resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  const struct mallinfo2 info = mallinfo2();
  return {static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1024,
          static_cast<double>(info.uordblks + info.hblkhd) / 1024};
}

// Passes, the same number of them again, and what the second half added.
void measure(const std::string& name, int passes, const std::function<void(int)>& pass) {
  int number = 0;
  for (int i = 0; i < passes; ++i) pass(number++);
  const Memory before = memory_now();
  for (int i = 0; i < passes; ++i) pass(number++);
  const Memory after = memory_now();
  print((name + ".passes").c_str(), passes, "passes");
  print((name + ".resident").c_str(), after.resident, "KiB");
  print((name + ".resident_growth").c_str(), (after.resident - before.resident) / passes,
        "KiB/pass (want about 0)");
  print((name + ".allocated").c_str(), after.allocated, "KiB");
  print((name + ".allocated_growth").c_str(), (after.allocated - before.allocated) / passes,
        "KiB/pass (want about 0)");
}

controller::Options options_for(const bench::Farm& farm, const bench::PartsRepository& repository,
                                const std::string& data_dir) {
  controller::Options options;
  options.repo = repository.path();
  options.kubeconfig = farm.kubeconfig();
  options.data_dir = farm.folder() / data_dir;
  options.interval = 500ms;
  return options;
}

void lists(const bench::Farm& farm, bench::PartsRepository& repository, int passes) {
  const controller::Options options = options_for(farm, repository, "lists");
  auto source = controller::Source::open(options);
  if (!source) throw std::runtime_error(to_string(source.error()));
  kube::Loop loop;
  controller::Fleet fleet(loop, options);
  measure("memory.lists", passes, [&](int number) {
    if (number % 20 == 0) {
      repository.commit(number + 2, 5);
      auto decided = source->refresh();
      if (!decided) throw std::runtime_error(to_string(decided.error()));
      fleet.want(std::move(**decided));
    }
    loop.run(fleet.pass_once());
    if (fleet.reports().size() != farm.names().size())
      throw std::runtime_error("a pass gives no reports");
    for (const auto& [cluster, report] : fleet.reports())
      if (!report->complete()) throw std::runtime_error("a pass was not finished");
    fleet.take_changes();
  });
}

void runs(const bench::Farm& farm, bench::PartsRepository& repository, int passes) {
  const controller::Options options = options_for(farm, repository, "runs");
  measure("memory.runs", passes, [&](int) {
    const auto outcome = controller::run_once(options);
    if (!outcome) throw std::runtime_error(to_string(outcome.error()));
    if (outcome->exit != controller::Exit::done) throw std::runtime_error(outcome->summary);
  });
}

void await_correction(const tests::KubeEndpoint& server, int number) {
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (bench::is_part_edited(server, number)) {
    if (std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error("an edit is not taken back");
    std::this_thread::sleep_for(2ms);
  }
}

// No object is edited more than five times in a minute: that would be a fight.
void continuous(const bench::Farm& farm, bench::PartsRepository& repository, int passes) {
  const controller::Options options = options_for(farm, repository, "continuous");
  std::stop_source stop;
  std::thread service([&] { (void)controller::run_forever(options, stop.get_token()); });
  try {
    const auto clusters = static_cast<int>(farm.names().size());
    // Each is edited within the warm-up: what is remembered of it is there by then.
    const int parts = std::clamp(passes / clusters, 1, most_objects);
    for (const std::string& cluster : farm.names())
      for (int part = 0; part < parts; ++part) await_correction(farm.endpoint(cluster), part);
    measure("memory.continuous", passes, [&](int number) {
      if (number % 50 == 49) repository.commit(100'000 + number, 5);
      const tests::KubeEndpoint server =
          farm.endpoint(farm.names()[static_cast<std::size_t>(number % clusters)]);
      const int part = number / clusters % parts;
      bench::edit_part(server, part);
      await_correction(server, part);
    });
  } catch (...) {
    stop.request_stop();
    service.join();
    throw;
  }
  stop.request_stop();
  service.join();
}

void run(int passes, const std::string& only) {
  const bench::Farm farm(3);
  bench::PartsRepository repository(farm.names(), most_objects);
  const auto is_asked = [&](const char* part) { return only.empty() || only == part; };
  if (is_asked("lists")) lists(farm, repository, passes);
  if (is_asked("runs")) runs(farm, repository, std::max(1, passes / 10));
  if (is_asked("continuous")) continuous(farm, repository, passes);
}

}  // namespace

int main(int argc, char** argv) {
  if (const auto code = bench::Farm::serve(argc, argv)) return *code;
  log::set_up(log::Format::text, log::Level::off);
  try {
    run(argc > 1 ? std::atoi(argv[1]) : 1'000, argc > 2 ? argv[2] : "");
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "memory_bench: %s\n", error.what());
    return 1;
  }
}
