#include "reconciler/cli/commands.h"
#include "reconciler/cli/example.h"
#include "reconciler/cli/print.h"
#include "reconciler/cli/signals.h"
#include "reconciler/controller/run.h"
#include "reconciler/git/repository.h"
#include "reconciler/simulator/simulator.h"
#include "render/yaml/emitter.h"

#include <unistd.h>

#include <chrono>
#include <fstream>

namespace flotilla::cli {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

struct Stage {
  fs::path dir;
  fs::path repo;
  fs::path kubeconfig;
  std::vector<std::string> names;
  std::vector<std::unique_ptr<simulator::Simulator>> members;
};

bool is_cluster_file(const std::string& path) {
  return path.starts_with("clusters/") && path.ends_with(".yaml");
}

std::string cluster_name(const std::string& path) { return path.substr(9, path.size() - 14); }

// More members than the example has: alike, in turn, the ones it has.
std::string more_cluster(const std::string& name, std::size_t number) {
  static const std::vector<std::pair<std::string, std::string>> places = {
      {"eu", "production"}, {"us", "production"}, {"ap", "staging"}};
  const auto& [region, environment] = places[number % places.size()];
  Json::Value cluster(Json::objectValue);
  cluster["apiVersion"] = "cluster.karmada.io/v1alpha1";
  cluster["kind"] = "Cluster";
  cluster["metadata"]["name"] = name;
  cluster["metadata"]["labels"]["environment"] = environment;
  cluster["spec"]["syncMode"] = "Push";
  cluster["spec"]["provider"] = "embedded";
  cluster["spec"]["region"] = region;
  cluster["spec"]["zones"].append(region + "-1");
  return yaml::emit(cluster);
}

// The example with as many clusters as asked for, and their names.
std::map<std::string, std::optional<std::string>> repository_files(
    std::size_t wanted, std::vector<std::string>& names) {
  std::map<std::string, std::optional<std::string>> files;
  for (const auto& [path, content] : example_files()) {
    if (is_cluster_file(path)) {
      if (wanted > 0 && names.size() >= wanted) continue;
      names.push_back(cluster_name(path));
    }
    files[path] = content;
  }
  for (std::size_t number = names.size(); number < wanted; ++number) {
    const std::string name = "member-" + std::to_string(number + 1);
    names.push_back(name);
    files["clusters/" + name + ".yaml"] = more_cluster(name, number);
  }
  return files;
}

Result<fs::path> demo_folder(const DemoOptions& options) {
  if (!options.dir.empty()) {
    std::error_code error;
    fs::create_directories(options.dir, error);
    if (error)
      return fail(Code::invalid,
                  "cannot make the folder " + options.dir.string() + ": " + error.message());
    return fs::absolute(options.dir).lexically_normal();
  }
  std::string name = (fs::temp_directory_path() / "flotilla-demo-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    return fail(Code::internal, "no temporary folder could be made");
  return fs::path(name);
}

// A bare repository, the way a forge holds one, with the example as its first commit.
Result<void> make_repository(Stage& stage, std::size_t clusters) {
  std::vector<std::string> names;
  const auto files = repository_files(clusters, names);
  stage.repo = stage.dir / "repo.git";
  stage.names = names;
  if (fs::exists(stage.repo / "HEAD")) return {};
  TRY_ASSIGN(git::Repository repository, git::Repository::init_bare(stage.repo));
  git::Author author;
  author.time = std::chrono::duration_cast<std::chrono::seconds>(
                    std::chrono::system_clock::now().time_since_epoch())
                    .count();
  TRY_ASSIGN(const std::optional<std::string> commit,
             repository.write_commit("", files, "Open the web shop\n", author));
  return repository.push("main", *commit, "");
}

Result<void> start_members(Stage& stage, Progress& progress) {
  std::vector<simulator::KubeconfigEntry> entries;
  for (const std::string& name : stage.names) {
    progress.show("starting member " + name);
    simulator::Options options;
    options.name = name;
    TRY_ASSIGN(std::unique_ptr<simulator::Simulator> member, simulator::Simulator::start(options));
    entries.push_back({name, member->server_url(), member->ca_pem(), member->token()});
    stage.members.push_back(std::move(member));
  }
  stage.kubeconfig = stage.dir / "kubeconfig";
  std::ofstream file(stage.kubeconfig, std::ios::trunc);
  file << simulator::kubeconfig(entries);
  file.close();
  std::error_code ignored;
  fs::permissions(stage.kubeconfig, fs::perms::owner_read | fs::perms::owner_write, ignored);
  if (!file) return fail(Code::invalid, "cannot write " + stage.kubeconfig.string());
  return {};
}

void explain(const Stage& stage, bool goes_on) {
  const std::string repo = stage.repo.string();
  print("The repository   " + repo + "\n");
  print("The members      " + std::to_string(stage.names.size()) +
        " embedded clusters; kubectl --kubeconfig " + stage.kubeconfig.string() + " --context " +
        stage.names.front() + " get deployments -A\n");
  if (goes_on)
    print("Change something git clone " + repo + " shop && cd shop   # edit, commit, git push\n");
  print("What happened    git -C " + repo + " log flotilla/status\n");
  print("                 flotilla status --repo " + repo + "\n");
}

}  // namespace

int demo(const DemoOptions& options) {
  Progress progress;
  Stage stage;
  auto dir = demo_folder(options);
  if (!dir) return complain(dir.error());
  stage.dir = *dir;
  if (const auto made = make_repository(stage, options.clusters); !made)
    return complain(made.error());
  const StopOnSignal signals;
  if (const auto started = start_members(stage, progress); !started)
    return complain(started.error());
  progress.show("");
  controller::Options controller_options;
  controller_options.repo = stage.repo.string();
  controller_options.kubeconfig = stage.kubeconfig;
  controller_options.data_dir = stage.dir / "data";
  controller_options.interval = 2s;
  explain(stage, !options.once);
  if (!options.once) {
    print("\nRunning until Ctrl-C.\n");
    std::fflush(stdout);
    const auto exit = controller::run_forever(controller_options, signals.token());
    return exit ? static_cast<int>(*exit) : complain(exit.error());
  }
  controller_options.wait = true;
  controller_options.wait_timeout = 60s;
  const auto outcome = controller::run_once(controller_options,
                                            [&](const std::string& text) { progress.show(text); });
  if (!outcome) return complain(outcome.error());
  print("\n");
  StatusOptions status_options;
  status_options.repo = stage.repo.string();
  status(status_options);
  return static_cast<int>(outcome->exit);
}

}  // namespace flotilla::cli
