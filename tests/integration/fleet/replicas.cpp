#include "tests/integration/fleet/replicas.h"

#include "render/yaml/reader.h"
#include "tests/integration/fleet/eventually.h"

#include <csignal>
#include <stdexcept>

namespace flotilla::tests {
namespace {

using namespace std::chrono_literals;

// Runs a program under another host's name.
const std::string as_host = R"(hostname "$0" && exec "$@")";

Arguments on_host(const std::string& host) {
  return {"/usr/bin/unshare", "--uts", "/bin/sh", "-c", as_host, host};
}

bool can_have_hosts() {
  static const bool can = [] {
    Arguments arguments = on_host("elsewhere");
    arguments.push_back("/bin/true");
    return run_program(arguments).code == 0;
  }();
  return can;
}

}  // namespace

Replicas::Replicas(const Service& service, Arguments lease)
    : service_(service), lease_(std::move(lease)) {}

std::filesystem::path Replicas::log_of(const std::string& name) const {
  return service_.world.folder.path() / (name + ".log");
}

void Replicas::start(const std::string& name) {
  const World& world = service_.world;
  Arguments arguments = can_have_hosts() ? on_host(name) : Arguments();
  const Arguments program = {flotilla_program(),
                             "run",
                             "--repo",
                             service_.bare.string(),
                             "--kubeconfig",
                             world.kubeconfig.string(),
                             "--data-dir",
                             (world.folder.path() / ("data-" + name)).string(),
                             "--interval",
                             "1s",
                             "--listen",
                             "127.0.0.1:0",
                             "--replica",
                             name,
                             "-v"};
  arguments.insert(arguments.end(), program.begin(), program.end());
  arguments.insert(arguments.end(), lease_.begin(), lease_.end());
  Run& run = runs_[name];
  const std::filesystem::path log = log_of(name);
  run.log_begin = std::filesystem::exists(log) ? read_file(log).size() : 0;
  run.process = std::make_unique<Process>(arguments, log);
}

void Replicas::kill(const std::string& name) {
  runs_.at(name).process->kill_now();
  runs_.erase(name);
}

void Replicas::end(const std::string& name) {
  tests::end(*runs_.at(name).process);
  runs_.erase(name);
}

void Replicas::freeze(const std::string& name, bool on) {
  runs_.at(name).process->signal(on ? SIGSTOP : SIGCONT);
}

std::string Replicas::address_of(const std::string& name) const {
  if (!std::filesystem::exists(log_of(name))) return "";
  const std::string log = read_file(log_of(name)).substr(runs_.at(name).log_begin);
  const std::size_t at = log.find("127.0.0.1:", log.find("listening"));
  return at == std::string::npos ? "" : log.substr(at, log.find_first_of("\" \n", at) - at);
}

KubeReply Replicas::ask(const std::string& name, const std::string& path) const {
  const std::string address = address_of(name);
  if (address.empty()) return {};
  return tests::ask({"http://" + address, {}, {}}, {.path = path, .timeout = 2s});
}

std::optional<double> Replicas::metric(const std::string& name, const std::string& metric) const {
  for (const std::string& line : lines_of(ask(name, "/metrics").body))
    if (line.starts_with(metric + " ")) return std::stod(line.substr(metric.size() + 1));
  return std::nullopt;
}

std::string Replicas::leader() const {
  std::string leader;
  for (const auto& [name, run] : runs_) {
    if (metric(name, "flotilla_leader") != 1) continue;
    if (!leader.empty()) return "";
    leader = name;
  }
  return leader;
}

std::map<std::string, int> Replicas::shares() const {
  std::map<std::string, int> shares;
  for (const auto& [name, run] : runs_)
    shares[name] = static_cast<int>(metric(name, "flotilla_shard_clusters").value_or(0));
  return shares;
}

std::string Replicas::logs() const {
  std::string text;
  for (const auto& entry : std::filesystem::directory_iterator(service_.world.folder.path()))
    if (entry.path().extension() == ".log")
      text += "--- " + entry.path().stem().string() + "\n" + read_file(entry.path());
  return text;
}

std::string replica_of(const SeenRequest& request) {
  const std::size_t begin = request.user_agent.find(" (");
  if (!request.user_agent.starts_with("flotilla/") || begin == std::string::npos) return "";
  return request.user_agent.substr(begin + 2, request.user_agent.rfind(')') - begin - 2);
}

std::vector<SeenRequest> work_on(const Members& members, const std::string& member) {
  std::vector<SeenRequest> work;
  for (SeenRequest& request : members.requests(member)) {
    const bool is_of_leases = request.group == "coordination.k8s.io" ||
                              (request.method == "POST" && request.resource == "namespaces");
    const bool is_watch = contains(request.query, "watch=");  // its end is logged too
    const bool is_work = !is_of_leases && !is_watch && !request.resource.empty();
    if (is_work && !replica_of(request).empty()) work.push_back(std::move(request));
  }
  return work;
}

std::vector<std::string> writers_of(const std::vector<SeenRequest>& work) {
  std::vector<std::string> writers;
  for (const SeenRequest& request : work)
    if (request.writes() && (writers.empty() || writers.back() != replica_of(request)))
      writers.push_back(replica_of(request));
  return writers;
}

std::string entangled(const std::vector<SeenRequest>& work) {
  std::set<std::string> gone;
  const SeenRequest* last = nullptr;
  for (const SeenRequest& request : work) {
    const std::string replica = replica_of(request);
    if (gone.contains(replica))
      return replica + ": " + to_string(request) + ", after " + replica_of(*last) + ": " +
             to_string(*last);
    if (last != nullptr && replica_of(*last) != replica) {
      gone.insert(replica_of(*last));
      if (request.received < last->answered)
        return replica + ": " + to_string(request) + " came before the answer to " +
               replica_of(*last) + ": " + to_string(*last);
    }
    last = &request;
  }
  return "";
}

namespace {

Json::Value status_document(const World& world, const std::string& file) {
  const yaml::ReadResult read = yaml::read_documents(world.status_file(file), file);
  if (!read.problems.empty() || read.documents.size() != 1)
    throw std::runtime_error(file + " of the status branch is not one YAML document");
  return read.documents.front().tree;
}

std::string binding_lack(const World& world, const std::string& file,
                         const std::vector<std::string>& clusters) {
  std::set<std::string> applied;
  const Json::Value binding = status_document(world, file);
  for (const Json::Value& item : binding["status"]["aggregatedStatus"])
    if (item["applied"].asBool() && item["health"] == "Healthy")
      applied.insert(item["clusterName"].asString());
  for (const std::string& cluster : clusters)
    if (!applied.contains(cluster)) return file + " is not applied and healthy on " + cluster;
  return "";
}

std::string ready_lack(const Json::Value& status, const std::string& of) {
  for (const Json::Value& condition : status["conditions"])
    if (condition["type"] == "Ready")
      return condition["status"] == "True" ? "" : of + ": " + condition["message"].asString();
  return of + " has no condition Ready";
}

}  // namespace

std::string status_lack(const Service& service, const std::vector<std::string>& clusters,
                        const std::set<std::string>& objects) {
  service.fetch_status();
  const World& world = service.world;
  if (!world.repo.has(status_branch)) return "there is no status branch";
  const std::string commit = lines_of(world.repo.git({"rev-parse", "main"})).front();
  if (!contains(world.status_file("fleet.yaml"), commit)) return "it is of an older commit";
  const Json::Value fleet = status_document(world, "fleet.yaml");
  if (const std::string lack = ready_lack(fleet["status"], "the fleet"); !lack.empty()) return lack;
  const std::string readme = world.status_file("README.md");
  for (const std::string& cluster : clusters) {
    if (!contains(readme, cluster)) return "README.md does not name " + cluster;
    const Json::Value file = status_document(world, "clusters/" + cluster + ".yaml");
    if (const std::string lack = ready_lack(file["status"], cluster); !lack.empty()) return lack;
    const std::set<std::string> listed = inventory_names(world, cluster);
    for (const std::string& object : objects)
      if (!listed.contains(object)) return "the inventory of " + cluster + " lacks " + object;
    for (const std::string& object : listed)
      if (!objects.contains(object)) return "the inventory of " + cluster + " has " + object;
  }
  std::size_t bindings = 0;
  for (const std::string& file : world.repo.files_of(status_branch)) {
    if (!file.starts_with("bindings/")) continue;
    ++bindings;
    if (const std::string lack = binding_lack(world, file, clusters); !lack.empty()) return lack;
  }
  return bindings == objects.size() ? "" : std::to_string(bindings) + " bindings";
}

bool went_on(const Service& service, const std::string& status_commit) {
  service.fetch_status();
  const std::string commit = lines_of(status_commit).front();
  return contains(service.world.repo.git({"rev-list", status_branch}), commit);
}

std::string what_one_writer_changes(const Service& service) {
  const World& world = service.world;
  const std::string before = service.status_head();
  world.members->forget_requests();
  const Outcome outcome = flotilla({"run", "--once", "--repo", service.bare.string(),
                                    "--kubeconfig", world.kubeconfig.string(), "--data-dir",
                                    (world.folder.path() / "data-of-one").string()});
  if (outcome.code != 0) return outcome.text();
  std::string changes;
  for (const std::string& member : world.members->names())
    for (const std::string& write : writes_on(*world.members, member))
      changes += member + ": " + write + "\n";
  const std::string after = service.status_head();
  if (after == before) return changes;
  const std::string from = lines_of(before).front();
  const std::string to = lines_of(after).front();
  changes += world.repo.git({"diff", from, to, "--", "fleet.yaml"});
  // Who shares the clusters says of each which settings it has followed; who has all of them says
  // it of the fleet.
  changes += world.repo.git({"diff", "-Iflotilla.dev/settings-digest:", from, to});
  return changes;
}

}  // namespace flotilla::tests
