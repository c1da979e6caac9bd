#include "reconciler/simulator/simulator.h"
#include "tests/bench/figures.h"
#include "tests/integration/fleet/program.h"
#include "tests/integration/fleet/work_tree.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

// What one cluster that refuses connections and one that never answers cost all others: the time
// until every object stands on every healthy embedded cluster, without the two and with them, in
// turn; for `run --once` and for `run`. Medians are printed, as lines of "name value unit".
//   fleet_bench [CLUSTERS [OBJECTS [ROUNDS]]]
namespace {

using namespace flotilla;
using namespace std::chrono_literals;
using bench::print;
using simulator::Simulator;
using Clock = std::chrono::steady_clock;

constexpr auto patience = 120s;
// Long enough for the hanging cluster to be given up, and for the circuits to be tried again.
constexpr auto settle = 35s;

[[noreturn]] void give_up(const std::string& why) {
  throw std::runtime_error("fleet_bench: " + why);
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string object_text(int number, int generation) {
  const std::string name = "part-" + std::to_string(number);
  const std::string metadata = "metadata:\n  name: " + name +
                               "\n  namespace: shop\n  labels: {app.kubernetes.io/name: " + name +
                               "}\n  annotations: {example.com/generation: \"" +
                               std::to_string(generation) + "\"}\n";
  if (number % 3 != 0) {
    std::string text = "apiVersion: v1\nkind: ConfigMap\n" + metadata + "data:\n";
    for (int line = 0; line < 8; ++line)
      text += "  setting." + std::to_string(line) + ": what the application reads at its start\n";
    return text;
  }
  return "apiVersion: apps/v1\nkind: Deployment\n" + metadata +
         "spec:\n  replicas: 2\n  selector: {matchLabels: {app: " + name +
         "}}\n  template:\n    metadata: {labels: {app: " + name +
         "}}\n    spec: {containers: [{name: main, image: \"registry.example.com/shop:1." +
         std::to_string(generation) + "\"}]}\n";
}

// A fleet of its own for each turn: healthy clusters, and two that are not.
class Scene {
 public:
  Scene(int clusters, int objects, bool with_faulty) : objects_(objects) {
    for (int i = 0; i < clusters - 2; ++i) start("member" + std::to_string(i));
    healthy_ = servers_.size();
    if (with_faulty) {
      start("hanging").hang(true);
      simulator::KubeconfigEntry dead = entries_.front();
      dead.name = "dead";
      dead.server = "https://127.0.0.1:" + port_.text();
      entries_.push_back(dead);
    }
    tests::write_file(folder_.path() / "kubeconfig", simulator::kubeconfig(entries_));
    repo_.write("fleet.yaml",
                "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: bench}\n");
    for (const simulator::KubeconfigEntry& entry : entries_)
      repo_.write("clusters/" + entry.name + ".yaml",
                  "apiVersion: cluster.karmada.io/v1alpha1\nkind: Cluster\nmetadata: {name: " +
                      entry.name + "}\nspec: {syncMode: Push}\n");
    repo_.write(
        "policies/all.yaml",
        "apiVersion: policy.karmada.io/v1alpha1\nkind: ClusterPropagationPolicy\n"
        "metadata: {name: all}\nspec:\n  resourceSelectors:\n"
        "  - {apiVersion: v1, kind: ConfigMap}\n  - {apiVersion: apps/v1, kind: Deployment}\n"
        "  placement: {}\n");
    commit(1);
  }

  void commit(int generation) {
    for (int i = 0; i < objects_; ++i)
      repo_.write("apps/part-" + std::to_string(i) + ".yaml", object_text(i, generation));
    repo_.commit("generation " + std::to_string(generation));
  }

  tests::Arguments arguments(const tests::Arguments& more) const {
    tests::Arguments all = {tests::flotilla_program(),
                            "run",
                            "--repo",
                            repo_.path(),
                            "--kubeconfig",
                            folder_.path() / "kubeconfig",
                            "--data-dir",
                            folder_.path() / "data"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  std::string log() const { return folder_.path() / "log"; }

  void forget() {
    for (const auto& server : servers_) server->forget_requests();
  }

  // Until every healthy cluster was sent all objects since forget(), and took them.
  struct Times {
    double first = 0;  // since `start`: the first object, the last
    double last = 0;
  };
  Times converged(Clock::time_point start) const {
    Times times;
    std::vector<const Simulator*> waiting;
    for (std::size_t i = 0; i < healthy_; ++i) waiting.push_back(servers_[i].get());
    while (!waiting.empty()) {
      std::erase_if(waiting, [&](const Simulator* server) {
        const std::size_t stored = stored_on(*server);
        if (stored > 0 && times.first == 0) times.first = seconds_since(start);
        return stored >= static_cast<std::size_t>(objects_);
      });
      if (seconds_since(start) > std::chrono::duration<double>(patience).count())
        give_up(std::to_string(waiting.size()) + " healthy clusters do not converge:\n" +
                tests::read_file(log()));
      std::this_thread::sleep_for(10ms);
    }
    times.last = seconds_since(start);
    return times;
  }

 private:
  Simulator& start(const std::string& name) {
    simulator::Options options;
    options.name = name;
    auto started = Simulator::start(options);
    if (!started) give_up(to_string(started.error()));
    entries_.push_back({name, (*started)->server_url(), (*started)->ca_pem(), (*started)->token()});
    return *servers_.emplace_back(std::move(*started));
  }

  static std::size_t stored_on(const Simulator& server) {
    const auto requests = server.requests();
    return static_cast<std::size_t>(
        std::count_if(requests.begin(), requests.end(), [](const simulator::Request& request) {
          return request.method == "PATCH" && request.status / 100 == 2 &&
                 request.target.find("/namespaces/shop/") != std::string::npos;
        }));
  }

  int objects_;
  tests::TempFolder folder_;
  tests::WorkTree repo_;
  tests::Port port_;
  std::vector<simulator::KubeconfigEntry> entries_;
  std::vector<std::unique_ptr<Simulator>> servers_;
  std::size_t healthy_ = 0;
};

using Figures = std::map<std::string, double>;

Figures once_turn(int clusters, int objects, bool with_faulty) {
  Scene scene(clusters, objects, with_faulty);
  const double cpu = bench::children_cpu();
  const Clock::time_point start = Clock::now();
  tests::Process process(scene.arguments({"--once"}), scene.log());
  Figures figures;
  figures["once.converged"] = scene.converged(start).last;
  if (!process.exits_within(patience)) give_up("run --once does not end");
  figures["once.end"] = seconds_since(start);
  figures["once.cpu"] = bench::children_cpu() - cpu;
  if (tests::exit_code(*process.exited()) != (with_faulty ? 3 : 0))
    give_up("run --once ends with the wrong code:\n" + tests::read_file(scene.log()));
  return figures;
}

Figures continuous_turn(int clusters, int objects, bool with_faulty) {
  Scene scene(clusters, objects, with_faulty);
  const double cpu = bench::children_cpu();
  Clock::time_point start = Clock::now();
  tests::Process process(scene.arguments({"--interval", "500ms"}), scene.log());
  Figures figures;
  figures["run.converged"] = scene.converged(start).last;
  std::this_thread::sleep_for(settle);
  scene.forget();
  start = Clock::now();
  scene.commit(2);
  const Scene::Times times = scene.converged(start);
  figures["run.commit_to_first"] = times.first;
  figures["run.change"] = times.last - times.first;
  process.signal(SIGTERM);
  if (!process.exits_within(30s)) give_up("run does not end");
  figures["run.cpu"] = bench::children_cpu() - cpu;
  return figures;
}

using Turn = Figures (*)(int, int, bool);

void compete(Turn turn, int clusters, int objects, int rounds) {
  std::map<std::string, std::vector<double>> well;
  std::map<std::string, std::vector<double>> faulty;
  for (int round = 0; round < rounds; ++round) {
    std::string line = "# round " + std::to_string(round) + ":";
    const auto note = [&](const Figures& figures, auto& into) {
      for (const auto& [name, value] : figures) {
        into[name].push_back(value);
        line += " " + name + " " + std::to_string(value).substr(0, 6);
      }
    };
    note(turn(clusters, objects, false), well);
    line += " | with two faulty ones:";
    note(turn(clusters, objects, true), faulty);
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
  }
  for (const auto& [name, values] : well) {
    const double without = bench::median(values);
    const double with = bench::median(faulty[name]);
    print((name + "_without").c_str(), without, "s");
    print((name + "_with").c_str(), with, name == "once.end" ? "s (want <= 60)" : "s");
    if (name == "once.converged" || name == "run.converged" || name == "run.change")
      print((name + "_ratio").c_str(), with / without, "(want <= 1.1)");
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int clusters = argc > 1 ? std::atoi(argv[1]) : 50;
  const int objects = argc > 2 ? std::atoi(argv[2]) : 60;
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 5;
  try {
    print("fleet.clusters", clusters, "clusters");
    print("fleet.objects", objects, "objects a cluster");
    compete(once_turn, clusters, objects, rounds);
    compete(continuous_turn, clusters, objects, rounds);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
