#include "reconciler/git/repository.h"
#include "render/document/tree.h"
#include "render/yaml/reader.h"
#include "tests/bench/figures.h"
#include "tests/integration/fleet/eventually.h"
#include "tests/integration/fleet/program.h"
#include "tests/integration/fleet/work_tree.h"
#include "tests/support/kube_servers.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

// From the end of a push and its webhook until all members have the changed object, and until the
// status branch says so with a ready fleet: one ConfigMap, three real kube-apiservers, `flotilla
// run --listen`. Prints lines of "name value unit".
//   push_bench [ROUNDS]
namespace {

using namespace flotilla;
using namespace std::chrono_literals;
using bench::print;
using Clock = std::chrono::steady_clock;

constexpr std::size_t members = 3;
constexpr const char* secret = "of-the-bench";
constexpr const char* object_path = "/api/v1/namespaces/shop/configmaps/settings";

double since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

class Scene {
 public:
  Scene() : servers_({.members = {"member1", "member2", "member3"}}) {
    servers_.write_kubeconfig(folder_.path() / "kubeconfig");
    repo_.write("fleet.yaml",
                "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: bench}\n");
    for (std::size_t i = 1; i <= members; ++i)
      repo_.write(
          "clusters/member" + std::to_string(i) + ".yaml",
          "apiVersion: cluster.karmada.io/v1alpha1\nkind: Cluster\nmetadata: {name: member" +
              std::to_string(i) + "}\nspec: {syncMode: Push}\n");
    repo_.write("policies/all.yaml",
                "apiVersion: policy.karmada.io/v1alpha1\nkind: ClusterPropagationPolicy\n"
                "metadata: {name: all}\nspec:\n  resourceSelectors: [{apiVersion: v1, kind: "
                "ConfigMap}]\n  placement: {}\n");
    change(0);
    repo_.git({"init", "--quiet", "--bare", "-b", "main", bare().string()});
    push();
    tests::write_file(folder_.path() / "hooks" / "generic", secret);
  }

  std::filesystem::path bare() const { return folder_.path() / "bare.git"; }
  const tests::KubeServers& servers() const { return servers_; }

  tests::Process start() const {
    return tests::Process(
        {tests::flotilla_program(), "run", "--repo", "file://" + bare().string(), "--kubeconfig",
         folder_.path() / "kubeconfig", "--data-dir", folder_.path() / "data", "--listen",
         "127.0.0.1:0", "--hook-secrets", folder_.path() / "hooks"},
        folder_.path() / "log");
  }

  // The address that the controller listens at, as its log says.
  std::string address() const {
    const std::string mark = "listening address=";
    std::string found;
    tests::eventually(60s, "the controller listens", [&]() -> std::string {
      if (!std::filesystem::exists(folder_.path() / "log")) return "no log yet";
      const std::string log = tests::read_file(folder_.path() / "log");
      const std::size_t at = log.find(mark);
      if (at == std::string::npos || log.find('\n', at) == std::string::npos)
        return "not yet: " + log;
      const std::size_t begin = at + mark.size();
      found = log.substr(begin, log.find_first_of(" \n", begin) - begin);
      return "";
    });
    return found;
  }

  std::string change(int generation) {
    repo_.write("apps/settings.yaml",
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: shop}\n"
                "data: {generation: \"" +
                    std::to_string(generation) + "\"}\n");
    return repo_.commit("generation " + std::to_string(generation));
  }
  void push() const { repo_.git({"push", "--quiet", bare().string(), "main"}); }

  std::string log() const { return tests::read_file(folder_.path() / "log"); }

 private:
  tests::KubeServers servers_;
  tests::TempFolder folder_;
  tests::WorkTree repo_;
};

void ring(const std::string& address) {
  tests::KubeEndpoint controller;
  controller.url = "http://" + address;
  controller.token = secret;
  tests::KubeCall call;
  call.verb = "POST";
  call.path = "/hooks/generic";
  call.body = R"({"ref":"refs/heads/main"})";
  const tests::KubeReply reply = tests::ask(controller, call);
  if (reply.status != 200)
    throw std::runtime_error("the webhook: " + std::to_string(reply.status) + reply.error);
}

bool is_everywhere(const Scene& scene, int generation, std::size_t& seen) {
  const std::string wanted = "\"generation\":\"" + std::to_string(generation) + "\"";
  while (seen < members) {
    const tests::KubeReply reply = scene.servers().call(seen, {.path = object_path});
    if (reply.status != 200 || !tests::contains(reply.body, wanted)) return false;
    ++seen;
  }
  return true;
}

// True if the status branch says that this commit is applied and the fleet is ready.
bool is_reported(const git::Repository& bare, const std::string& commit) {
  const auto tip = bare.resolve("refs/heads/" + tests::status_branch);
  if (!tip) return false;
  const auto text = bare.read_file(*tip, "fleet.yaml");
  if (!text) return false;
  const yaml::ReadResult read = yaml::read_documents(*text, "fleet.yaml");
  if (read.documents.empty()) return false;
  const Json::Value& fleet = read.documents.front().tree;
  if (!get_string(fleet, {"status", "revision"}).ends_with(commit)) return false;
  for (const Json::Value& condition : *find_path(fleet, {"status", "conditions"}))
    if (get_string(condition, "type") == "Ready") return get_string(condition, "status") == "True";
  return false;
}

void tell(const std::string& name, std::vector<double> times) {
  std::ranges::sort(times);
  const auto at = [&](double part) {
    const auto rank = static_cast<std::size_t>(part * static_cast<double>(times.size()));
    return times[std::min(rank, times.size() - 1)];
  };
  print((name + ".p50").c_str(), at(0.5), "ms");
  print((name + ".p90").c_str(), at(0.9), "ms");
  print((name + ".p99").c_str(), at(0.99), "ms");
}

void run(int rounds) {
  Scene scene;
  const tests::Process process = scene.start();
  const std::string address = scene.address();
  auto bare = git::Repository::open(scene.bare());
  if (!bare) throw std::runtime_error(to_string(bare.error()));
  std::vector<double> applied;
  std::vector<double> reported;
  for (int round = 0; round <= rounds; ++round) {
    // At whatever moment of what the controller does by itself.
    std::this_thread::sleep_for(500ms + (round * 137 % 1000) * 1ms);
    const std::string commit = scene.change(round + 1);
    scene.push();
    ring(address);
    const auto start = Clock::now();
    std::size_t seen = 0;
    double until_applied = 0;
    while (true) {
      if (until_applied == 0 && is_everywhere(scene, round + 1, seen)) until_applied = since(start);
      if (until_applied > 0 && is_reported(*bare, commit)) break;
      if (since(start) > 60'000) throw std::runtime_error("not reported: " + scene.log());
      std::this_thread::sleep_for(5ms);
    }
    if (round == 0) continue;  // the first one waits for the first pass
    applied.push_back(until_applied);
    reported.push_back(since(start));
  }
  print("push.rounds", rounds, "rounds");
  tell("push.applied", applied);
  tell("push.reported", reported);
  if (std::getenv("PUSH_BENCH_LOG") != nullptr) std::fputs(scene.log().c_str(), stderr);
}

}  // namespace

int main(int argc, char** argv) {
  if (const auto missing = tests::KubeServers::missing()) {
    std::fprintf(stderr, "push_bench: SKIPPED: %s\n", missing->c_str());
    return 0;
  }
  try {
    run(argc > 1 ? std::atoi(argv[1]) : 50);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "push_bench: %s\n", error.what());
    return 1;
  }
}
