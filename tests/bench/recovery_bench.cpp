#include "reconciler/controller/run.h"
#include "reconciler/log/log.h"
#include "render/document/json.h"
#include "tests/bench/farm.h"
#include "tests/bench/figures.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

// How long an empty controller takes until it knows a fleet again that another one left: every
// cluster read, nothing to be done, the status branch as it was. Embedded clusters in a process of
// their own, so both share the machine. Every write would move a cluster's resource version: how
// many did is printed too. Lines of "name value unit".
//   recovery_bench [CLUSTERS [OBJECTS [ROUNDS]]]
namespace {

using namespace flotilla;
using bench::print;

std::string version_of(const tests::KubeEndpoint& server) {
  tests::KubeCall call;
  call.path = "/api/v1/configmaps?limit=1";
  const tests::KubeReply reply = tests::ask(server, call);
  const auto list = parse_json(reply.body);
  if (!list) throw std::runtime_error("a cluster cannot be listed: " + reply.error);
  return get_string(*list, {"metadata", "resourceVersion"});
}

std::vector<std::string> versions(const bench::Farm& farm) {
  std::vector<std::string> all;
  for (const std::string& name : farm.names()) all.push_back(version_of(farm.endpoint(name)));
  return all;
}

using Clock = std::chrono::steady_clock;

constexpr const char* filling = "first";

// Seconds from the start until the status branch was read and all was decided, until every cluster
// was looked at, and until the status branch was compared (and written).
struct Phases {
  double decided = 0;
  double passed = 0;
  double written = 0;
};

Phases run(const bench::Farm& farm, const bench::PartsRepository& repository,
           const std::string& data_dir) {
  controller::Options options;
  // The clusters share a machine while they are filled.
  if (data_dir == filling) {
    options.request_timeout = std::chrono::minutes(10);
    options.concurrency = 2;
  }
  options.repo = repository.path();
  options.kubeconfig = farm.kubeconfig();
  options.data_dir = farm.folder() / data_dir;
  Phases phases;
  const auto start = Clock::now();
  const auto since = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
  const auto outcome = controller::run_once(options, [&](const std::string& step) {
    if (step.starts_with("0/")) phases.decided = since();
    if (step.starts_with("writing")) phases.passed = since();
    if (step.empty()) phases.written = since();
  });
  if (!outcome) throw std::runtime_error(to_string(outcome.error()));
  if (outcome->exit != controller::Exit::done) throw std::runtime_error(outcome->summary);
  return phases;
}

// The farm counts once a second.
std::map<std::string, long> requests_when_counted(const bench::Farm& farm) {
  std::this_thread::sleep_for(std::chrono::milliseconds(2500));
  return farm.requests();
}

void measure(int clusters, int objects, int rounds) {
  const bench::Farm farm(clusters);
  const bench::PartsRepository repository(farm.names(), objects);
  print("recovery.first", bench::seconds([&] { run(farm, repository, filling); }), "s");
  std::vector<double> times;
  std::vector<double> decided;
  std::vector<double> passed;
  std::vector<double> wrote;
  std::size_t written = 0;
  const double cpu = bench::own_cpu();
  const auto asked = requests_when_counted(farm);
  for (int round = 0; round < rounds; ++round) {
    const std::vector<std::string> before = versions(farm);
    const Phases phases = run(farm, repository, "empty-" + std::to_string(round));
    decided.push_back(phases.decided);
    passed.push_back(phases.passed - phases.decided);
    wrote.push_back(phases.written - phases.passed);
    times.push_back(phases.written);
    const std::vector<std::string> after = versions(farm);
    for (std::size_t i = 0; i < before.size(); ++i) written += before[i] != after[i] ? 1U : 0U;
  }
  print("recovery.steady", bench::median(times), "s");
  print("recovery.decide", bench::median(decided), "s");
  print("recovery.passes", bench::median(passed), "s");
  print("recovery.status", bench::median(wrote), "s");
  print("recovery.cpu", (bench::own_cpu() - cpu) / rounds, "s");
  for (const auto& [sort, number] : requests_when_counted(farm))
    if (const auto before = asked.find(sort); number > (before == asked.end() ? 0 : before->second))
      print(("recovery.requests " + sort).c_str(),
            static_cast<double>(number - (before == asked.end() ? 0 : before->second)) / rounds,
            "requests");
  print("recovery.written_clusters", static_cast<double>(written), "clusters");
  print("recovery.peak", bench::peak_mebibytes(), "MiB");
}

}  // namespace

int main(int argc, char** argv) {
  if (const auto served = bench::Farm::serve(argc, argv)) return *served;
  const auto argument = [&](int i, int otherwise) {
    return argc > i ? std::atoi(argv[i]) : otherwise;
  };
  log::set_up(log::Format::text, log::Level::warning);
  try {
    measure(argument(1, 100), argument(2, 1000), argument(3, 3));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
