#include "reconciler/controller/fleet.h"
#include "reconciler/log/log.h"
#include "tests/bench/farm.h"
#include "tests/bench/figures.h"
#include "tests/integration/fleet/eventually.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <stdexcept>
#include <thread>
#include <vector>

// What one event costs on a cluster where much is ours: an object is edited, the pass takes the
// edit back. CPU of the loop's thread, and the time until our value stands again. Prints lines of
// "name value unit".
//   event_bench [OBJECTS [EVENTS]]
namespace {

using namespace flotilla;
using namespace std::chrono_literals;
using bench::print;
using Clock = std::chrono::steady_clock;

double thread_cpu(std::thread& thread) {
  clockid_t clock = 0;
  pthread_getcpuclockid(thread.native_handle(), &clock);
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

void run(int objects, int events) {
  const bench::Farm farm(1);
  const bench::PartsRepository repository(farm.names(), objects);
  controller::Options options;
  options.repo = repository.path();
  options.kubeconfig = farm.kubeconfig();
  options.data_dir = farm.folder() / "data";
  auto source = controller::Source::open(options);
  if (!source) throw std::runtime_error(to_string(source.error()));
  auto decided = source->refresh();
  if (!decided) throw std::runtime_error(to_string(decided.error()));

  kube::Loop loop;
  controller::Fleet fleet(loop, options);
  std::atomic<int> passes = 0;
  std::atomic<bool> settled = false;
  fleet.on_report = [&](const member::Report& report) {
    ++passes;
    settled = report.complete() && member::is_settled(report);
    loop.post([&] { fleet.take_changes(); });  // as when the status branch is written
  };
  fleet.keep_going();
  fleet.want(std::move(**decided));
  std::thread thread([&] { loop.run(); });
  const tests::KubeEndpoint server = farm.endpoint("member0");
  tests::eventually(300s, "the cluster settles",
                    [&] { return std::string(settled ? "" : "not yet"); });
  print("event.objects", objects, "objects");
  // Warm: watches are open, and the last changes of the first pass are seen.
  int before = -1;
  tests::eventually(60s, "passes end", [&]() -> std::string {
    const int now = passes;
    const bool quiet = now == before;
    before = now;
    if (!quiet) std::this_thread::sleep_for(1s);
    return quiet ? "" : "another pass";
  });
  std::vector<double> cpu;
  std::vector<double> until;
  const int passes_before = passes;
  for (int i = 0; i < events; ++i) {
    const int number = static_cast<int>((i * 7919LL) % objects);
    const double cpu_before = thread_cpu(thread);
    const auto start = Clock::now();
    bench::edit_part(server, number);
    while (bench::is_part_edited(server, number)) {
      if (Clock::now() - start > 30s) throw std::runtime_error("an edit is not taken back");
    }
    until.push_back(std::chrono::duration<double>(Clock::now() - start).count());
    std::this_thread::sleep_for(200ms);  // what the correction itself brings about
    cpu.push_back(thread_cpu(thread) - cpu_before);
  }
  print("event.passes_per_event", double(passes - passes_before) / events, "passes");
  print("event.cpu", bench::median(cpu) * 1000, "ms");
  print("event.cpu_per_pass",
        bench::median(cpu) * 1000 * events / std::max(1, passes - passes_before),
        "ms (want <= 30)");
  print("event.corrected_after", bench::median(until) * 1000, "ms");
  print("event.peak_memory", bench::peak_mebibytes(), "MiB");
  loop.post([&] {
    fleet.stop();
    loop.stop();
  });
  thread.join();
}

}  // namespace

int main(int argc, char** argv) {
  if (const auto code = bench::Farm::serve(argc, argv)) return *code;
  log::set_up(log::Format::text, log::Level::off);
  try {
    run(argc > 1 ? std::atoi(argv[1]) : 10'000, argc > 2 ? std::atoi(argv[2]) : 50);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "event_bench: %s\n", error.what());
    return 1;
  }
}
