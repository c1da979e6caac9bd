#include "tests/bench/farm.h"

#include "reconciler/simulator/simulator.h"
#include "tests/integration/fleet/eventually.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <stdexcept>
#include <thread>

namespace flotilla::bench {
namespace {

using namespace std::chrono_literals;
using simulator::Simulator;

constexpr const char* serve_word = "--serve-clusters";

std::string name_of(int number) { return "member" + std::to_string(number); }

std::string part(int number, int generation) {
  std::string text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: part-" +
                     std::to_string(number) + "\n  namespace: shop\ndata:\n  generation: \"" +
                     std::to_string(generation) + "\"\n";
  for (int line = 0; line < 8; ++line)
    text += "  setting." + std::to_string(line) + ": what the application reads at its start\n";
  return text;
}

// Objects that are applied one by one are one sort.
std::string sort_of(const simulator::Request& request) {
  const std::string path = request.target.substr(0, request.target.find('?'));
  if (request.target.find("watch=") != std::string::npos) return "watch";
  for (const char* probe : {"/readyz", "/livez", "/healthz", "/version"})
    if (path == probe) return "probe";
  return request.method + " " + path.substr(0, path.find("/part-"));
}

}  // namespace

std::optional<int> Farm::serve(int argc, char** argv) {
  if (argc != 4 || std::string(argv[1]) != serve_word) return std::nullopt;
  const std::filesystem::path folder = argv[3];
  std::vector<std::unique_ptr<Simulator>> servers;
  std::vector<simulator::KubeconfigEntry> entries;
  for (int i = 0; i < std::atoi(argv[2]); ++i) {
    simulator::Options options;
    options.name = name_of(i);
    auto started = Simulator::start(options);
    if (!started) {
      std::fprintf(stderr, "%s\n", to_string(started.error()).c_str());
      return 1;
    }
    const Simulator& server = **started;
    entries.push_back({options.name, server.server_url(), server.ca_pem(), server.token()});
    tests::write_file(folder / (options.name + ".crt"), server.ca_pem());
    tests::write_file(folder / (options.name + ".token"), server.token());
    tests::write_file(folder / (options.name + ".url"), server.server_url());
    servers.push_back(std::move(*started));
  }
  tests::write_file(folder / "kubeconfig.new", simulator::kubeconfig(entries));
  std::filesystem::rename(folder / "kubeconfig.new", folder / "kubeconfig");
  std::map<std::string, long> seen;
  while (true) {  // until it is killed
    std::this_thread::sleep_for(1s);
    for (const auto& server : servers) {
      for (const simulator::Request& request : server->requests()) ++seen[sort_of(request)];
      server->forget_requests();
    }
    std::string text;
    for (const auto& [sort, number] : seen) text += std::to_string(number) + " " + sort + "\n";
    tests::write_file(folder / "requests.new", text);
    std::filesystem::rename(folder / "requests.new", folder / "requests");
  }
}

Farm::Farm(int clusters) {
  for (int i = 0; i < clusters; ++i) names_.push_back(name_of(i));
  process_.emplace(
      tests::Arguments{"/proc/self/exe", serve_word, std::to_string(clusters), folder_.path()},
      folder_.path() / "log");
  tests::eventually(60s, "the embedded clusters are there", [&]() -> std::string {
    if (std::filesystem::exists(kubeconfig())) return "";
    return process_->exited() ? "they ended: " + tests::read_file(process_->log()) : "not yet";
  });
}

tests::KubeEndpoint Farm::endpoint(const std::string& cluster) const {
  return {tests::read_file(folder() / (cluster + ".url")), folder() / (cluster + ".crt"),
          tests::read_file(folder() / (cluster + ".token"))};
}

std::map<std::string, long> Farm::requests() const {
  std::map<std::string, long> seen;
  for (const std::string& line : tests::lines_of(tests::read_file(folder() / "requests"))) {
    const std::size_t space = line.find(' ');
    seen[line.substr(space + 1)] = std::stol(line);
  }
  return seen;
}

PartsRepository::PartsRepository(const std::vector<std::string>& clusters, int objects) {
  repo_.write("fleet.yaml",
              "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: bench}\n");
  for (const std::string& name : clusters)
    repo_.write("clusters/" + name + ".yaml",
                "apiVersion: cluster.karmada.io/v1alpha1\nkind: Cluster\nmetadata: {name: " + name +
                    "}\nspec: {syncMode: Push}\n");
  repo_.write("policies/all.yaml",
              "apiVersion: policy.karmada.io/v1alpha1\nkind: ClusterPropagationPolicy\n"
              "metadata: {name: all}\nspec:\n  resourceSelectors: [{apiVersion: v1, kind: "
              "ConfigMap}]\n  placement: {}\n");
  commit(1, objects);
}

void PartsRepository::commit(int generation, int changed) {
  for (int i = 0; i < changed; ++i)
    repo_.write("apps/part-" + std::to_string(i) + ".yaml", part(i, generation));
  repo_.commit("generation " + std::to_string(generation));
}

std::string part_path(int number) {
  return "/api/v1/namespaces/shop/configmaps/part-" + std::to_string(number);
}

void edit_part(const tests::KubeEndpoint& server, int number) {
  const tests::KubeReply reply =
      tests::ask(server, {.verb = "PATCH",
                          .path = part_path(number),
                          .body = R"({"data":{"setting.0":"edited by hand"}})",
                          .content_type = "application/merge-patch+json"});
  if (reply.status != 200)
    throw std::runtime_error("editing part-" + std::to_string(number) + ": " +
                             std::to_string(reply.status) + " " + reply.error + reply.body);
}

bool is_part_edited(const tests::KubeEndpoint& server, int number) {
  const tests::KubeReply reply = tests::ask(server, {.path = part_path(number)});
  return reply.status != 200 || tests::contains(reply.body, "edited by hand");
}

}  // namespace flotilla::bench
