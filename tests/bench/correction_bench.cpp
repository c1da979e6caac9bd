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
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

// How long what somebody does to a managed object of a real kube-apiserver stands while
// `flotilla run` watches: an edit, a scale, a delete, each from the answer to it until the server
// has our value again. Prints lines of "name value unit".
//   correction_bench [SAMPLES]
namespace {

using namespace flotilla;
using namespace std::chrono_literals;
using bench::print;
using Clock = std::chrono::steady_clock;

std::string config_map(int number) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: part-" + std::to_string(number) +
         ", namespace: shop}\ndata: {value: ours}\n";
}

std::string deployment(int number) {
  const std::string name = "web-" + std::to_string(number);
  return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name +
         ", namespace: shop}\nspec:\n  replicas: 2\n  selector: {matchLabels: {app: " + name +
         "}}\n  template:\n    metadata: {labels: {app: " + name +
         "}}\n    spec: {containers: [{name: main, image: \"registry.example.com/web:1\"}]}\n";
}

class Scene {
 public:
  explicit Scene(int samples) {
    servers_.write_kubeconfig(folder_.path() / "kubeconfig");
    repo_.write("fleet.yaml",
                "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: bench}\n");
    repo_.write("clusters/member1.yaml",
                "apiVersion: cluster.karmada.io/v1alpha1\nkind: Cluster\n"
                "metadata: {name: member1}\nspec: {syncMode: Push}\n");
    repo_.write(
        "policies/all.yaml",
        "apiVersion: policy.karmada.io/v1alpha1\nkind: ClusterPropagationPolicy\n"
        "metadata: {name: all}\nspec:\n  resourceSelectors:\n"
        "  - {apiVersion: v1, kind: ConfigMap}\n  - {apiVersion: apps/v1, kind: Deployment}\n"
        "  placement: {}\n");
    for (int i = 0; i < samples; ++i) {
      repo_.write("apps/part-" + std::to_string(i) + ".yaml", config_map(i));
      repo_.write("apps/web-" + std::to_string(i) + ".yaml", deployment(i));
    }
    repo_.commit("all");
  }

  tests::Process start() const {
    return tests::Process({tests::flotilla_program(), "run", "--repo", repo_.path(), "--kubeconfig",
                           folder_.path() / "kubeconfig", "--data-dir", folder_.path() / "data"},
                          folder_.path() / "log");
  }

  tests::KubeReply call(const tests::KubeCall& call) const { return servers_.call(0, call); }

 private:
  tests::KubeServers servers_;
  tests::TempFolder folder_;
  tests::WorkTree repo_;
};

std::string part_path(int number) {
  return "/api/v1/namespaces/shop/configmaps/part-" + std::to_string(number);
}
std::string web_path(int number) {
  return "/apis/apps/v1/namespaces/shop/deployments/web-" + std::to_string(number);
}

void measure(const std::string& name, const Scene& scene, int samples,
             const std::function<tests::KubeCall(int)>& spoil,
             const std::function<bool(const tests::KubeReply&)>& is_ours,
             const std::function<std::string(int)>& path) {
  std::vector<double> times;
  for (int i = 0; i < samples; ++i) {
    const tests::KubeReply spoiled = scene.call(spoil(i));
    if (spoiled.status / 100 != 2)
      throw std::runtime_error(name + ": " + std::to_string(spoiled.status) + spoiled.body);
    const auto start = Clock::now();
    while (!is_ours(scene.call({.path = path(i)}))) {
      if (Clock::now() - start > 60s) throw std::runtime_error(name + " is not taken back");
      std::this_thread::sleep_for(2ms);
    }
    times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
  print((name + ".min").c_str(), *std::ranges::min_element(times), "ms");
  print((name + ".median").c_str(), bench::median(times), "ms");
  print((name + ".max").c_str(), *std::ranges::max_element(times), "ms (want <= 2000)");
}

void run(int samples) {
  const Scene scene(samples);
  const tests::Process process = scene.start();
  const auto is_there = [](const tests::KubeReply& reply) {
    return reply.status == 200 && tests::contains(reply.body, "\"value\":\"ours\"");
  };
  tests::eventually(120s, "everything is applied", [&]() -> std::string {
    for (int i = 0; i < samples; ++i)
      if (!is_there(scene.call({.path = part_path(i)})) ||
          scene.call({.path = web_path(i)}).status != 200)
        return std::to_string(i) + " is missing";
    return "";
  });
  print("correction.samples", samples, "samples each");
  measure(
      "correction.edit", scene, samples,
      [](int i) {
        return tests::KubeCall{.verb = "PATCH",
                               .path = part_path(i),
                               .body = R"({"data":{"value":"theirs"}})",
                               .content_type = "application/merge-patch+json"};
      },
      is_there, part_path);
  measure(
      "correction.scale", scene, samples,
      [](int i) {
        return tests::KubeCall{.verb = "PATCH",
                               .path = web_path(i) + "/scale?fieldManager=kubectl",
                               .body = R"({"spec":{"replicas":7}})",
                               .content_type = "application/merge-patch+json"};
      },
      [](const tests::KubeReply& reply) {
        return reply.status == 200 && tests::contains(reply.body, "\"replicas\":2");
      },
      web_path);
  measure(
      "correction.delete", scene, samples,
      [](int i) { return tests::KubeCall{.verb = "DELETE", .path = part_path(i)}; }, is_there,
      part_path);
}

}  // namespace

int main(int argc, char** argv) {
  if (const auto missing = tests::KubeServers::missing()) {
    std::fprintf(stderr, "correction_bench: SKIPPED: %s\n", missing->c_str());
    return 0;
  }
  try {
    run(argc > 1 ? std::atoi(argv[1]) : 50);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "correction_bench: %s\n", error.what());
    return 1;
  }
}
