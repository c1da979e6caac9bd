#include "reconciler/decision/decide.h"
#include "render/base/text.h"
#include "render/catalog/catalog.h"
#include "render/document/json.h"
#include "tests/bench/bare_load.h"
#include "tests/bench/figures.h"
#include "tests/support/child_process.h"
#include "tests/support/kube_servers.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

// How fast `flotilla run --once` fills a real kube-apiserver with ConfigMaps, beside a bare load
// generator that sends the same bodies with as many requests in flight to the same server. The two
// take turns; medians are printed, as lines of "name value unit".
//   apply_bench [OBJECTS [ROUNDS]]
namespace {

using namespace flotilla;
using bench::print;
namespace fs = std::filesystem;

constexpr std::size_t in_flight = 32;  // flotilla's --concurrency

[[noreturn]] void give_up(const std::string& why) {
  throw std::runtime_error("apply_bench: " + why);
}

std::string config_map(const std::string& space, int number) {
  std::string text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings-" +
                     std::to_string(number) + "\n  namespace: " + space +
                     "\n  labels:\n    app.kubernetes.io/name: settings-" + std::to_string(number) +
                     "\n    app.kubernetes.io/part-of: shop\ndata:\n";
  for (int line = 0; line < 10; ++line)
    text += "  setting." + std::to_string(line) + ": \"" + std::to_string(number * 7919 + line) +
            " is what the application reads here at its start\"\n";
  return text;
}

// One repository for each round, with a Fleet name and a namespace of its own: the server sees only
// objects that are new to it.
catalog::MemoryTree repository(const std::string& space, int objects) {
  catalog::MemoryTree tree;
  tree.write("fleet.yaml",
             "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: " + space + "}\n");
  tree.write("clusters/member1.yaml",
             "apiVersion: cluster.karmada.io/v1alpha1\nkind: Cluster\nmetadata: {name: member1}\n"
             "spec: {syncMode: Push}\n");
  tree.write(
      "policies/all.yaml",
      "apiVersion: policy.karmada.io/v1alpha1\nkind: ClusterPropagationPolicy\n"
      "metadata: {name: all}\nspec:\n  resourceSelectors: [{apiVersion: v1, kind: ConfigMap}]\n"
      "  placement: {clusterAffinity: {clusterNames: [member1]}}\n");
  for (int i = 0; i < objects; ++i)
    tree.write("apps/settings-" + std::to_string(i) + ".yaml", config_map(space, i));
  return tree;
}

int run_program(const tests::Arguments& arguments, const fs::path& log) {
  tests::Process process(arguments, log);
  if (!process.exits_within(std::chrono::minutes(10))) give_up(arguments[0] + " does not end");
  return *process.exited();
}

void commit(const catalog::MemoryTree& tree, const fs::path& folder) {
  const auto files = tree.list();
  for (const auto& entry : *files) {
    const fs::path file = folder / entry.path;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << *tree.read(entry);
  }
  for (const std::string step : {"init -q -b main", "add -A", "commit -q -m settings"}) {
    tests::Arguments git = {
        "/usr/bin/git", "-C", folder, "-c", "user.name=bench", "-c", "user.email=bench@localhost"};
    for (const std::string& word : split(step, ' ')) git.push_back(word);
    if (run_program(git, folder.string() + ".git.log") != 0) give_up("git " + step + " fails");
  }
}

// What flotilla sends for the repository.
std::vector<bench::BareRequest> requests_for(const catalog::MemoryTree& tree,
                                             const std::string& space) {
  decision::Snapshot snapshot;
  snapshot.catalog = catalog::load_catalog(tree, nullptr).value();
  const decision::Decision decision = decision::decide(snapshot, {});
  std::vector<bench::BareRequest> requests;
  for (const manifest::Manifest& manifest : decision.work.at("member1").manifests) {
    Json::Value object = parse_json_fast(*manifest.json).value();
    set_annotation(object, manifest::digest_annotation, manifest.digest);
    set_annotation(object, manifest::origin_annotation, "created");
    requests.push_back({"/api/v1/namespaces/" + space + "/configmaps/" + manifest.key.name +
                            "?fieldManager=flotilla",
                        canonical_json(object)});
  }
  return requests;
}

struct Turn {
  double rate = 0;  // objects a second between the first and the last request at the server
  double wall = 0;  // of the whole process
  double cpu = 0;
};

class Bench {
 public:
  explicit Bench(int objects) : objects_(objects), servers_({.audit_log = true}) {
    servers_.write_kubeconfig(folder() / "kubeconfig");
    std::ofstream(folder() / "ca.pem") << servers_.ca_pem(0);
    endpoint_ = {servers_.server_url(0), folder() / "ca.pem", servers_.token(0)};
  }

  Turn bare_turn(const std::string& space) {
    make_namespace(space);
    const auto requests = requests_for(repository(space, objects_), space);
    servers_.forget_requests(0);
    Turn turn;
    const double before = bench::own_cpu();
    std::size_t failed = 0;
    turn.wall = bench::seconds([&] { failed = bench::apply_all(endpoint_, requests, in_flight); });
    turn.cpu = bench::own_cpu() - before;
    if (failed > 0) give_up(std::to_string(failed) + " bare requests failed");
    turn.rate = rate_at_server(space);
    return turn;
  }

  Turn flotilla_turn(const std::string& space) {
    const fs::path repo = folder() / space;
    commit(repository(space, objects_), repo);
    servers_.forget_requests(0);
    Turn turn;
    const double before = bench::children_cpu();
    int status = 0;
    const fs::path log = repo.string() + ".log";
    turn.wall = bench::seconds([&] {
      status = run_program({FLOTILLA_PROGRAM, "run", "--once", "--repo", repo, "--kubeconfig",
                            folder() / "kubeconfig", "--data-dir", repo.string() + ".data"},
                           log);
    });
    turn.cpu = bench::children_cpu() - before;
    if (status != 0) {
      std::cerr << std::ifstream(log).rdbuf();
      give_up("flotilla run --once fails");
    }
    turn.rate = rate_at_server(space);
    return turn;
  }

 private:
  const fs::path& folder() const { return servers_.directory(); }

  void make_namespace(const std::string& name) {
    tests::KubeCall call;
    call.verb = "POST";
    call.path = "/api/v1/namespaces";
    call.body = R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":")" + name + "\"}}";
    if (servers_.call(0, call).status != 201) give_up("no namespace " + name);
  }

  double rate_at_server(const std::string& space) const {
    std::vector<tests::AuditedRequest> applies;
    for (tests::AuditedRequest& request : servers_.requests(0))
      if (request.verb == "patch" && request.namespace_name == space &&
          request.resource == "configmaps" && request.code == 201)
        applies.push_back(std::move(request));
    if (applies.size() != static_cast<std::size_t>(objects_))
      give_up("the server made " + std::to_string(applies.size()) + " objects in " + space +
              ", want " + std::to_string(objects_));
    const auto first = std::ranges::min(applies, {}, &tests::AuditedRequest::received).received;
    const auto last = std::ranges::max(applies, {}, &tests::AuditedRequest::answered).answered;
    return objects_ / std::chrono::duration<double>(last - first).count();
  }

  int objects_;
  tests::KubeServers servers_;
  tests::KubeEndpoint endpoint_;
};

double median_of(const std::vector<Turn>& turns, double Turn::* figure) {
  std::vector<double> values;
  for (const Turn& turn : turns) values.push_back(turn.*figure);
  return bench::median(std::move(values));
}

void run(int objects, int rounds) {
  Bench contest(objects);
  contest.bare_turn("warm-up");
  std::vector<Turn> bare;
  std::vector<Turn> own;
  for (int round = 0; round < rounds; ++round) {
    bare.push_back(contest.bare_turn("bare-" + std::to_string(round)));
    own.push_back(contest.flotilla_turn("full-" + std::to_string(round)));
    std::printf(
        "# round %d: bare %.0f objects/s; flotilla %.0f objects/s at the server, %.2f s, cpu %.2f "
        "s\n",
        round, bare.back().rate, own.back().rate, own.back().wall, own.back().cpu);
  }
  const double bare_rate = median_of(bare, &Turn::rate);
  const double own_rate = median_of(own, &Turn::rate);
  const double wall = median_of(own, &Turn::wall);
  print("apply.objects", objects, "objects");
  print("apply.bare", bare_rate, "objects/s");
  print("apply.bare_cpu", median_of(bare, &Turn::cpu), "s");
  print("apply.flotilla", own_rate, "objects/s");
  print("apply.flotilla_wall", wall, "s");
  print("apply.flotilla_cpu", median_of(own, &Turn::cpu), "s");
  print("apply.ratio", own_rate / bare_rate, "(want >= 0.85)");
  print("apply.ratio_whole_process", objects / wall / bare_rate, "(want >= 0.70)");
}

}  // namespace

int main(int argc, char** argv) {
  if (const auto missing = tests::KubeServers::missing()) {
    std::fprintf(stderr, "apply_bench: SKIPPED: %s\n", missing->c_str());
    return 0;
  }
  try {
    run(argc > 1 ? std::atoi(argv[1]) : 3'000, argc > 2 ? std::atoi(argv[2]) : 5);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
