#include "tests/support/kube_servers.h"

#include "tests/support/child_process.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <mutex>
#include <random>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

namespace flotilla::tests {
namespace {

using namespace std::chrono_literals;
using std::filesystem::path;
using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error("kube servers: " + what);
}

std::string read_file(const path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) fail("cannot read " + file.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const path& file, std::string_view text) {
  std::ofstream out(file, std::ios::binary);
  out << text << std::flush;
  if (!out) fail("cannot write " + file.string());
}

std::string last_lines(const path& file) {
  constexpr std::size_t enough = 2000;
  const std::string text = read_file(file);
  return text.size() <= enough ? text : "..." + text.substr(text.size() - enough);
}

// Removed with its content, unless it was told to stay for somebody to read the logs in it.
class Directory {
 public:
  Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "flotilla-kube-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) fail("cannot make a folder like " + name);
    path_ = name;
  }
  ~Directory() {
    std::error_code ignored;
    if (!keep_) std::filesystem::remove_all(path_, ignored);
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  const path& get() const { return path_; }
  void keep() { keep_ = true; }

 private:
  path path_;
  bool keep_ = false;
};

struct Programs {
  path etcd, apiserver, manager;
};

bool is_program(const path& file) { return access(file.c_str(), X_OK) == 0; }

// The folders to look in; one that a variable names is believed, and nothing after it tried.
std::vector<path> program_folders() {
  for (const char* variable : {"FLOTILLA_KUBE_DIR", "KUBEBUILDER_ASSETS"}) {
    const char* value = std::getenv(variable);
    if (value != nullptr && *value != '\0') return {value};
  }
  std::vector<path> folders;
  const char* search = std::getenv("PATH");
  std::istringstream in(search == nullptr ? "" : search);
  for (std::string folder; std::getline(in, folder, ':');) folders.emplace_back(folder);
  const char* home = std::getenv("HOME");
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const path base = cache != nullptr ? path(cache) : path(home == nullptr ? "" : home) / ".cache";
  std::error_code absent;
  std::set<path, std::greater<>> built;  // the newest version first
  for (const auto& entry : std::filesystem::directory_iterator(base / "flotilla/kube", absent)) {
    if (entry.path().filename().string().starts_with("v")) built.insert(entry.path());
  }
  folders.insert(folders.end(), built.begin(), built.end());
  return folders;
}

path find_program(std::string_view name) {
  for (const path& folder : program_folders()) {
    if (is_program(folder / name)) return folder / name;
  }
  return {};
}

Programs find_programs() {
  return {find_program("etcd"), find_program("kube-apiserver"),
          find_program("kube-controller-manager")};
}

std::string new_token() {
  static std::mutex mutex;
  static std::random_device random;
  const std::scoped_lock lock(mutex);
  std::ostringstream out;
  for (int i = 0; i < 4; ++i) out << std::hex << random();
  return out.str();
}

constexpr std::string_view openssl_config = R"([req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[server]
basicConstraints = critical, CA:FALSE
subjectAltName = DNS:localhost, IP:127.0.0.1
extendedKeyUsage = serverAuth
)";

constexpr std::string_view make_certificates = R"(set -e; cd "$0"
new="openssl req -x509 -config openssl.cnf -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3"
$new -extensions ca -subj "/CN=$1 CA" -keyout ca.key -out ca.crt
$new -extensions server -subj "/CN=$1" -CA ca.crt -CAkey ca.key -keyout server.key -out server.crt
openssl base64 -A -in ca.crt -out ca.base64
)";

// The people of a member: one who may everything, one who may nothing, and two whom the audit log
// leaves out, with the server itself.
constexpr std::string_view audit_policy = R"(apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  users: [observer, controller-manager, system:apiserver]
- level: Metadata
)";

std::string kubeconfig(const std::vector<std::pair<std::string, KubeEndpoint>>& members) {
  std::ostringstream out;
  out << "apiVersion: v1\nkind: Config\ncurrent-context: " << members.front().first
      << "\nclusters:\n";
  for (const auto& [name, at] : members) {
    out << "- name: " << name << "\n  cluster:\n    server: " << at.url
        << "\n    certificate-authority-data: " << read_file(at.ca_file.parent_path() / "ca.base64")
        << "\n";
  }
  out << "users:\n";
  for (const auto& [name, at] : members) {
    out << "- name: " << name << "\n  user:\n    token: " << at.token << "\n";
  }
  out << "contexts:\n";
  for (const auto& [name, at] : members) {
    out << "- name: " << name << "\n  context:\n    cluster: " << name << "\n    user: " << name
        << "\n";
  }
  return out.str();
}

void await_exit(Process& process, Clock::duration limit, const std::string& what) {
  if (!process.exits_within(limit)) fail(what + " did not end");
  if (*process.exited() != 0) fail(what + " failed:\n" + last_lines(process.log()));
}

struct Member {
  std::string name;
  path directory;
  KubeEndpoint endpoint;
  std::string limited_token;
  std::string observer_token;
  std::string manager_token;
  Port port;
  std::unique_ptr<Process> apiserver;
  std::unique_ptr<Process> manager;
  bool paused = false;
  std::size_t audit_forgotten = 0;  // bytes of the audit log
};

KubeEndpoint as_observer(const Member& member) {
  return {member.endpoint.url, member.endpoint.ca_file, member.observer_token};
}

void make_credentials(Member& member) {
  const path& in = member.directory;
  std::filesystem::create_directory(in);
  write_file(in / "openssl.cnf", openssl_config);
  write_file(in / "audit-policy.yaml", audit_policy);
  Process openssl({"/bin/sh", "-c", std::string(make_certificates), in.string(), member.name},
                  in / "openssl.log");
  await_exit(openssl, 30s, "making certificates");
  member.endpoint = {"https://127.0.0.1:" + member.port.text(), in / "ca.crt", new_token()};
  member.limited_token = new_token();
  member.observer_token = new_token();
  member.manager_token = new_token();
  write_file(in / "tokens.csv", member.endpoint.token + ",admin,admin,system:masters\n" +
                                    member.observer_token + ",observer,observer,system:masters\n" +
                                    member.manager_token +
                                    ",controller-manager,controller-manager,system:masters\n" +
                                    member.limited_token + ",limited,limited\n");
  KubeEndpoint for_manager = member.endpoint;
  for_manager.token = member.manager_token;
  write_file(in / "manager.kubeconfig", kubeconfig({{member.name, for_manager}}));
}

Arguments apiserver_arguments(const path& program, const Member& member, const std::string& etcd) {
  const std::string in = member.directory.string() + "/";
  return {program.string(),
          "--etcd-servers=" + etcd,
          "--etcd-prefix=/" + member.name,
          "--bind-address=127.0.0.1",
          "--advertise-address=127.0.0.1",
          "--secure-port=" + member.port.text(),
          "--endpoint-reconciler-type=none",
          "--tls-cert-file=" + in + "server.crt",
          "--tls-private-key-file=" + in + "server.key",
          "--client-ca-file=" + in + "ca.crt",
          "--token-auth-file=" + in + "tokens.csv",
          "--authorization-mode=RBAC",
          "--service-account-issuer=https://kubernetes.default.svc",
          "--service-account-key-file=" + in + "server.crt",
          "--service-account-signing-key-file=" + in + "server.key",
          "--service-cluster-ip-range=10.0.0.0/24",
          "--disable-admission-plugins=ServiceAccount",
          "--allow-privileged=true",
          "--profiling=false",
          "--v=1"};
}

Arguments audit_arguments(const Member& member) {
  return {"--audit-policy-file=" + (member.directory / "audit-policy.yaml").string(),
          "--audit-log-path=" + (member.directory / "audit.log").string(),
          "--audit-log-maxsize=0"};  // or the log is moved away at 100 MB
}

Arguments manager_arguments(const path& program, const Member& member) {
  const std::string controllers =
      "--controllers=deployment-controller,replicaset-controller,"
      "namespace-controller,garbage-collector-controller";
  return {program.string(), "--kubeconfig=" + (member.directory / "manager.kubeconfig").string(),
          controllers, "--leader-elect=false", "--secure-port=0"};
}

Arguments etcd_arguments(const path& program, const path& data, const std::string& client,
                         const std::string& peer) {
  return {program.string(),
          "--name",
          "etcd",
          "--data-dir",
          data.string(),
          "--listen-client-urls",
          client,
          "--advertise-client-urls",
          client,
          "--listen-peer-urls",
          peer,
          "--initial-advertise-peer-urls",
          peer,
          "--initial-cluster",
          "etcd=" + peer,
          "--quota-backend-bytes",
          "4294967296",
          "--auto-compaction-retention",
          "5m",
          "--log-level",
          "warn"};
}

// Polls until the server answers 200; a process that has ended will not become ready.
void await_ready(Process& process, const KubeEndpoint& at, const std::string& call_path,
                 Clock::time_point deadline) {
  const KubeCall ready{.path = call_path, .timeout = 2s};
  for (;;) {
    const KubeReply reply = ask(at, ready);
    if (reply.status == 200) return;
    const bool ended = process.exited().has_value();
    if (ended || Clock::now() > deadline) {
      fail(at.url + call_path + (ended ? ": the server ended" : ": not ready in time") +
           ", last \"" + (reply.status == 0 ? reply.error : reply.body) + "\"; the end of " +
           process.log().string() + ":\n" + last_lines(process.log()));
    }
    std::this_thread::sleep_for(50ms);
  }
}

}  // namespace

struct KubeServers::Fleet {
  KubeServersOptions options;
  Programs programs;
  Directory directory;
  Port etcd_client, etcd_peer;
  std::string etcd_url = "http://127.0.0.1:" + etcd_client.text();
  std::unique_ptr<Process> etcd;
  std::vector<std::unique_ptr<Member>> members;

  void start_all();
  void start_apiserver(Member& member) const;
  void start_manager(Member& member) const;
  void await_member(Member& member) const;

  Member& at(std::size_t member) { return *members.at(member); }
  const Member& at(std::size_t member) const { return *members.at(member); }
};

void KubeServers::Fleet::start_all() {
  const std::string peer = "http://127.0.0.1:" + etcd_peer.text();
  etcd = std::make_unique<Process>(
      etcd_arguments(programs.etcd, directory.get() / "etcd", etcd_url, peer),
      directory.get() / "etcd.log");
  for (const std::string& name : options.members) {
    auto& member = *members.emplace_back(std::make_unique<Member>());
    member.name = name;
    member.directory = directory.get() / name;
    make_credentials(member);
  }
  await_ready(*etcd, {etcd_url, {}, {}}, "/health", Clock::now() + options.ready_within);
  for (auto& member : members) start_apiserver(*member);
  for (auto& member : members) await_member(*member);
  if (!options.controller_manager) return;
  for (auto& member : members) start_manager(*member);
}

void KubeServers::Fleet::start_apiserver(Member& member) const {
  Arguments arguments = apiserver_arguments(programs.apiserver, member, etcd_url);
  if (options.audit_log) std::ranges::copy(audit_arguments(member), std::back_inserter(arguments));
  member.apiserver = std::make_unique<Process>(arguments, member.directory / "kube-apiserver.log");
}

void KubeServers::Fleet::start_manager(Member& member) const {
  member.manager = std::make_unique<Process>(manager_arguments(programs.manager, member),
                                             member.directory / "kube-controller-manager.log");
}

void KubeServers::Fleet::await_member(Member& member) const {
  await_ready(*member.apiserver, as_observer(member), "/readyz",
              Clock::now() + options.ready_within);
}

std::optional<std::string> KubeServers::missing(const KubeServersOptions& options) {
  const auto [etcd, apiserver, manager] = find_programs();
  std::string names;
  if (etcd.empty()) names += " etcd";
  if (apiserver.empty()) names += " kube-apiserver";
  if (manager.empty() && options.controller_manager) names += " kube-controller-manager";
  if (names.empty()) return std::nullopt;
  return "not found:" + names +
         " (looked in FLOTILLA_KUBE_DIR, KUBEBUILDER_ASSETS, PATH and the cache; ./dev kube gets "
         "them)";
}

KubeServers::KubeServers(KubeServersOptions options) {
  if (const auto reason = missing(options)) fail(*reason);
  if (options.members.empty()) fail("no members");
  fleet_ = std::make_unique<Fleet>();
  fleet_->options = std::move(options);
  fleet_->programs = find_programs();
  try {
    fleet_->start_all();
  } catch (...) {
    fleet_->directory.keep();
    throw;
  }
}

KubeServers::~KubeServers() = default;
KubeServers::KubeServers(KubeServers&&) noexcept = default;
KubeServers& KubeServers::operator=(KubeServers&&) noexcept = default;

std::size_t KubeServers::size() const { return fleet_->members.size(); }

std::string KubeServers::server_url(std::size_t member) const {
  return fleet_->at(member).endpoint.url;
}

std::string KubeServers::ca_pem(std::size_t member) const {
  return read_file(fleet_->at(member).endpoint.ca_file);
}

std::string KubeServers::token(std::size_t member) const {
  return fleet_->at(member).endpoint.token;
}

std::string KubeServers::limited_token(std::size_t member) const {
  return fleet_->at(member).limited_token;
}

void KubeServers::write_kubeconfig(const path& file) const {
  std::vector<std::pair<std::string, KubeEndpoint>> members;
  for (const auto& member : fleet_->members) members.emplace_back(member->name, member->endpoint);
  write_file(file, kubeconfig(members));
}

KubeReply KubeServers::call(std::size_t member, const KubeCall& call) const {
  return ask(as_observer(fleet_->at(member)), call);
}

void KubeServers::stop(std::size_t member) {
  resume(member);  // a stopped process would take SIGTERM only when it goes on
  Process& process = *fleet_->at(member).apiserver;
  process.signal(SIGTERM);
  if (!process.exits_within(3s)) process.kill_now();
}

void KubeServers::stop_hard(std::size_t member) {
  fleet_->at(member).apiserver->kill_now();
  fleet_->at(member).paused = false;
}

void KubeServers::start(std::size_t member) {
  if (!fleet_->at(member).apiserver->exited()) fail("start of a server that runs");
  fleet_->start_apiserver(fleet_->at(member));
  fleet_->await_member(fleet_->at(member));
}

void KubeServers::pause(std::size_t member) {
  fleet_->at(member).apiserver->signal(SIGSTOP);
  fleet_->at(member).paused = true;
}

void KubeServers::resume(std::size_t member) {
  fleet_->at(member).apiserver->signal(SIGCONT);
  fleet_->at(member).paused = false;
}

std::vector<AuditedRequest> KubeServers::requests(std::size_t member) const {
  if (!fleet_->options.audit_log) fail("requests() needs the option audit_log");
  const Member& of = fleet_->at(member);
  // The last line can be a moment behind the answer; one more request gives it that moment.
  if (!of.paused && !of.apiserver->exited()) call(member, {.path = "/livez/ping", .timeout = 2s});
  const std::string text = read_file(of.directory / "audit.log");
  return read_audit_log(std::string_view(text).substr(of.audit_forgotten));
}

void KubeServers::forget_requests(std::size_t member) {
  requests(member);  // waits for the last line
  Member& of = fleet_->at(member);
  of.audit_forgotten = read_file(of.directory / "audit.log").rfind('\n') + 1;
}

const path& KubeServers::directory() const { return fleet_->directory.get(); }

}  // namespace flotilla::tests
