#include "reconciler/git/remote.h"

#include "reconciler/git/certificate.h"
#include "reconciler/git/complaint.h"
#include "reconciler/git/credentials.h"
#include "reconciler/metrics/metrics.h"
#include "render/base/text.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <string_view>

namespace flotilla::git {
namespace {

namespace fs = std::filesystem;

std::string shell_quoted(std::string_view text) {
  return "'" + replace_all(std::string(text), "'", "'\\''") + "'";
}

// A path as an ssh option: ssh expands % and splits at blanks.
std::string ssh_path(const fs::path& path) {
  return "\"" + replace_all(fs::absolute(path).string(), "%", "%%") + "\"";
}

// http_proxy and the like, which curl reads in both cases (HTTP_PROXY only in lower case).
bool names_proxy(std::string_view variable) {
  const std::string name = lower(variable.substr(0, variable.find('=')));
  return name == "http_proxy" || name == "https_proxy" || name == "all_proxy";
}

struct Inherit {
  bool ca = true;
  bool proxy = true;
};

// The caller's environment without what would steer git elsewhere (GIT_DIR in a hook), make it talk
// (GIT_TRACE), or is no business of a child (our own secrets).
std::vector<std::string> inherited_environment(Inherit inherit) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    // GIT_SSL_CAINFO would win over the settings.
    const bool keep = !text.starts_with("GIT_") || text.starts_with("GIT_EXEC_PATH=") ||
                      (inherit.ca && text.starts_with("GIT_SSL_CA"));
    if (keep && !text.starts_with("LC_ALL=") && !text.starts_with("LANGUAGE=") &&
        !text.starts_with("SSH_ASKPASS") && !text.starts_with("FLOTILLA_") &&
        (inherit.proxy || !names_proxy(text)))
      result.emplace_back(text);
  }
  return result;
}

// The user's settings of git (another server instead, no check of certificates, a proxy) count only
// if somebody asked for them by this variable.
std::string user_settings() {
  const char* file = std::getenv("GIT_CONFIG_GLOBAL");
  return std::string("GIT_CONFIG_GLOBAL=") + (file == nullptr ? "/dev/null" : file);
}

std::string seconds_text(std::chrono::milliseconds time) {
  const auto tenths = (time.count() + 99) / 100;
  const std::string part = tenths % 10 == 0 ? "" : "." + std::to_string(tenths % 10);
  return std::to_string(tenths / 10) + part + " s";
}

// An own last line end: ssh reads no key without it.
std::string key_file_text(const std::string& text) {
  return std::string(trim(replace_all(text, "\r", ""))) + "\n";
}

RemoteRefs parse_refs(const std::string& text) {
  RemoteRefs refs;
  for (const std::string& line : split(text, '\n')) {
    const auto tab = line.find('\t');
    if (tab == std::string::npos) continue;
    const std::string value = line.substr(0, tab);
    const std::string name = line.substr(tab + 1);
    constexpr std::string_view symbolic = "ref: refs/heads/";
    if (name == "HEAD" && value.starts_with(symbolic))
      refs.head_branch = value.substr(symbolic.size());
    if (name == "HEAD" && !value.starts_with("ref: ")) refs.head_id = value;
    const bool wanted = name.starts_with("refs/heads/") || name.starts_with("refs/tags/");
    if (wanted && !name.ends_with("^{}")) refs.ids[name] = value;
  }
  return refs;
}

metrics::Push outcome_of(const Result<void>& pushed) {
  if (pushed) return metrics::Push::done;
  return pushed.error().code == Code::conflict ? metrics::Push::lost_race : metrics::Push::failed;
}

}  // namespace

Remote::Remote(std::string_view url, Network network)
    : url_(parse_url(url)),
      proxy_(network.proxy.empty() ? RemoteUrl{} : parse_url(network.proxy)),
      network_(std::move(network)),
      shown_(shown_url(url)),
      local_(is_local(url)) {
  if (network_.token.empty()) {
    network_.username = url_.user;
    network_.token = url_.password;
    return;
  }
  if (!url_.user.empty()) network_.username = url_.user;
}

Result<Remote> Remote::open(std::string_view url, Network network) {
  Remote remote(url, std::move(network));
  if (auto usable = check_credentials(remote.network_, remote.url_); !usable)
    return fail(while_doing(std::move(usable).error(), "reaching " + remote.shown_));
  const Network& given = remote.network_;
  if (remote.url_.scheme == "ssh" && given.ssh_key.empty() && !given.ssh_key_text.empty()) {
    TRY_ASSIGN(remote.ssh_key_in_memory_, PrivateFile::holding(key_file_text(given.ssh_key_text)));
  }
  return remote;
}

std::string Remote::masked(std::string text) const {
  const std::string basic = base64_encode(network_.username + ":" + network_.token);
  for (const std::string& secret : {basic, network_.token, url_.password, proxy_.password})
    if (!secret.empty()) text = replace_all(std::move(text), secret, "***");
  // A long lone user in a URL is a token.
  if (url_.user.size() >= 16 && url_.password.empty())
    text = replace_all(std::move(text), url_.user, "***");
  return text;
}

fs::path Remote::ssh_key() const {
  return ssh_key_in_memory_ ? ssh_key_in_memory_->path() : network_.ssh_key;
}

std::string Remote::ssh_command() const {
  using std::chrono::seconds;
  const auto connect =
      std::clamp(std::chrono::ceil<seconds>(network_.deadline), seconds(1), seconds(10));
  std::string command =
      "ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o UpdateHostKeys=no -o ControlMaster=no";
  command += " -o ControlPath=none -o ClearAllForwardings=yes";
  // A connection that went silent ends also when nobody is there to see the deadline pass.
  command += " -o ServerAliveInterval=10 -o ServerAliveCountMax=2";
  command += " -o ConnectTimeout=" + std::to_string(connect.count());
  // Neither an agent's nor the user's own. Before OpenSSH 8.5 the option had another name.
  command += " -o IgnoreUnknown=PubkeyAcceptedAlgorithms -o 'PubkeyAcceptedAlgorithms=-*rsa*'";
  if (!network_.known_hosts.empty()) {
    command += " -o GlobalKnownHostsFile=/dev/null -o ";
    command += shell_quoted("UserKnownHostsFile=" + ssh_path(network_.known_hosts));
  }
  if (const fs::path key = ssh_key(); !key.empty()) {
    command += " -o IdentitiesOnly=yes -o IdentityAgent=none -o ";
    command += shell_quoted("IdentityFile=" + ssh_path(key));
  }
  return command;
}

std::vector<std::pair<std::string, std::string>> Remote::settings() const {
  std::vector<std::pair<std::string, std::string>> result{
      {"safe.directory", "*"},
      {"core.hooksPath", "/dev/null"},
      {"gc.auto", "0"},
      {"gc.pruneExpire", "30.minutes.ago"},
      {"maintenance.auto", "false"},
      {"protocol.allow", "never"},
  };
  for (const char* protocol : {"file", "ssh", "https", "http", "git"})
    result.emplace_back("protocol." + std::string(protocol) + ".allow", "always");
  if (!url_.site.empty()) std::ranges::move(http_settings(), std::back_inserter(result));
  return result;
}

std::vector<std::pair<std::string, std::string>> Remote::http_settings() const {
  using std::chrono::seconds;
  const auto stall =
      std::clamp(std::chrono::ceil<seconds>(network_.deadline), seconds(1), seconds(30));
  std::vector<std::pair<std::string, std::string>> result{
      {"http.lowSpeedLimit", "1"}, {"http.lowSpeedTime", std::to_string(stall.count())}};
  if (!network_.ca_file.empty()) {
    result.emplace_back("http.sslCAInfo", fs::absolute(network_.ca_file).string());
    result.emplace_back("http.sslVerify", "true");
  }
  if (!network_.client_cert.empty()) {
    const fs::path& key = network_.client_key.empty() ? network_.client_cert : network_.client_key;
    result.emplace_back("http.sslCert", fs::absolute(network_.client_cert).string());
    result.emplace_back("http.sslKey", fs::absolute(key).string());
  }
  if (!network_.proxy.empty())
    result.emplace_back("http.proxy", has_proxy() ? network_.proxy : std::string());
  if (!(network_.username.empty() && network_.token.empty())) {
    const std::string basic = base64_encode(network_.username + ":" + network_.token);
    result.emplace_back("http." + url_.site + ".extraHeader", "Authorization: Basic " + basic);
    result.emplace_back("credential.helper",
                        "");  // a wrong token is an error, not a reason to try another one
  }
  return result;
}

// Everything secret goes by the environment: other users can read a command line.
std::vector<std::string> Remote::environment(const fs::path& mirror) const {
  Inherit inherit;
  inherit.ca = network_.ca_file.empty();
  inherit.proxy = network_.proxy.empty();
  std::vector<std::string> result = inherited_environment(inherit);
  result.insert(result.end(),
                {"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=", "SSH_ASKPASS_REQUIRE=never", "LC_ALL=C",
                 "GIT_CONFIG_NOSYSTEM=1", "GIT_DIR=" + mirror.string(),
                 "GIT_SSH_COMMAND=" + ssh_command(), "GIT_SSH_VARIANT=ssh", user_settings()});
  const auto pairs = settings();
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    result.push_back("GIT_CONFIG_KEY_" + std::to_string(i) + "=" + pairs[i].first);
    result.push_back("GIT_CONFIG_VALUE_" + std::to_string(i) + "=" + pairs[i].second);
  }
  result.push_back("GIT_CONFIG_COUNT=" + std::to_string(pairs.size()));
  return result;
}

Result<Remote::Answer> Remote::git(const fs::path& mirror, std::vector<std::string> arguments,
                                   Deadline deadline) const {
  if (url_.address.starts_with('-'))
    return fail(Code::invalid, "\"" + shown_ + "\" is no URL of a repository");
  // Again each time: files are changed while we run.
  if (auto usable = check_credentials(network_, url_); !usable)
    return fail(while_doing(std::move(usable).error(), "reaching " + shown_));
  arguments.insert(arguments.begin(), "git");
  TRY_ASSIGN(Outcome outcome,
             run({std::move(arguments), environment(mirror), deadline, network_.end}));
  if (outcome.timed_out && std::chrono::steady_clock::now() < deadline)
    return fail(Code::cancelled, "stopped before " + shown_ + " answered");
  if (outcome.timed_out)
    return fail(Code::timeout, "no answer from " + shown_ + " within " +
                                   seconds_text(network_.deadline) + through_proxy());
  return Answer{outcome.exit_code == 0, std::move(outcome.out), masked(std::move(outcome.err))};
}

std::string Remote::through_proxy() const {
  return has_proxy() ? " through the proxy " + shown_url(network_.proxy) : "";
}

// Git has part of what the proxy wants, and asks for the rest as it asks for a server's password.
bool Remote::is_prompt_for_proxy(std::string_view complaint) const {
  if (!has_proxy() || complaint.find("could not read") == std::string_view::npos) return false;
  const std::string place = proxy_.address.substr(proxy_.address.find("://") + 3);
  return complaint.find(place + "'") != std::string_view::npos;
}

Error Remote::error(const Answer& answer, Deadline deadline) const {
  Error result = classify({shown_, url_.host, answer.err});
  if (is_prompt_for_proxy(answer.err)) {
    result.message = "cannot reach " + shown_ + ": ";
    result.message += "the proxy wants another user name and password (407)";
  }
  if (is_transient(result.code)) result.message += through_proxy();
  if (url_.port.empty() || answer.err.find("certificate verification failed") == std::string::npos)
    return result;
  // Where a proxy is wanted there may be no way without it.
  if (has_proxy()) return result;
  const Deadline end = network_.end ? std::min(deadline, network_.end->load()) : deadline;
  const auto left = std::chrono::ceil<std::chrono::seconds>(end - std::chrono::steady_clock::now());
  if (left.count() <= 0) return result;
  const std::string fault = certificate_fault(url_.host, url_.port, left);
  result.message = "cannot reach " + shown_ + ": the certificate of " + url_.host + " ";
  result.message += fault.empty() ? "is not signed by a known authority" : fault;
  return result;
}

// For a folder the other side is our child too, but git keeps our settings from it. Its owner may
// be somebody else. Deltas between objects save nothing where no network is in between.
static std::string other_side(const char* service) {
  return std::string("git -c 'safe.directory=*' -c pack.window=0 ") + service;
}

Result<RemoteRefs> Remote::list(const fs::path& mirror, Deadline deadline) const {
  Result<RemoteRefs> refs = list_refs(mirror, deadline);
  metrics::git_listed(refs ? metrics::Outcome::done : metrics::Outcome::failed);
  return refs;
}

Result<RemoteRefs> Remote::list_refs(const fs::path& mirror, Deadline deadline) const {
  std::vector<std::string> arguments{"ls-remote", "--symref", "--quiet"};
  if (local_) arguments.push_back("--upload-pack=" + other_side("upload-pack"));
  arguments.push_back(url_.address);
  TRY_ASSIGN(const Answer answer, git(mirror, std::move(arguments), deadline));
  if (!answer.ok) return fail(error(answer, deadline));
  return parse_refs(answer.out);
}

Result<Fetched> Remote::fetch(const fs::path& mirror, const RemoteRefs& refs,
                              Deadline deadline) const {
  const metrics::Stopwatch watch;
  Result<Fetched> fetched = fetch_refs(mirror, refs, deadline);
  const bool done = fetched && *fetched == Fetched::done;
  metrics::git_fetched(done ? metrics::Outcome::done : metrics::Outcome::failed, watch.elapsed());
  return fetched;
}

Result<Fetched> Remote::fetch_refs(const fs::path& mirror, const RemoteRefs& refs,
                                   Deadline deadline) const {
  std::vector<std::string> arguments{"fetch",
                                     "--prune",
                                     "--force",
                                     "--no-auto-maintenance",
                                     "--no-write-fetch-head",
                                     "--no-tags",
                                     "--quiet",
                                     "--no-recurse-submodules"};
  if (local_) arguments.push_back("--upload-pack=" + other_side("upload-pack"));
  arguments.insert(arguments.end(),
                   {url_.address, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"});
  const bool detached = refs.head_branch.empty() && !refs.head_id.empty();
  if (detached) arguments.push_back(std::string("+HEAD:") + detached_head_ref);
  TRY_ASSIGN(const Answer answer, git(mirror, std::move(arguments), deadline));
  if (answer.ok) return Fetched::done;
  if (is_damage(answer.err)) return Fetched::mirror_damaged;
  return fail(error(answer, deadline));
}

Result<void> Remote::pack(const fs::path& mirror, Deadline deadline) const {
  // By force: the lock of a process that was killed may name one that is another now.
  TRY_ASSIGN(const Answer answer, git(mirror, {"gc", "--quiet", "--force"}, deadline));
  if (answer.ok) return {};
  return fail(Code::internal, "cannot pack the mirror of " + shown_ + ": " + essence(answer.err));
}

Result<void> Remote::push(const fs::path& mirror, const std::string& branch,
                          const std::string& commit, const std::string& expected,
                          Deadline deadline) const {
  Result<void> pushed = push_branch(mirror, branch, commit, expected, deadline);
  metrics::git_pushed(branch, outcome_of(pushed));
  return pushed;
}

Result<void> Remote::push_branch(const fs::path& mirror, const std::string& branch,
                                 const std::string& commit, const std::string& expected,
                                 Deadline deadline) const {
  const std::string ref = "refs/heads/" + branch;
  std::vector<std::string> arguments{"push", "--porcelain", "--no-verify",
                                     "--force-with-lease=" + ref + ":" + expected};
  if (local_) arguments.push_back("--receive-pack=" + other_side("receive-pack"));
  arguments.insert(arguments.end(), {url_.address, commit + ":" + ref});
  TRY_ASSIGN(const Answer answer, git(mirror, std::move(arguments), deadline));
  if (answer.ok) return {};
  return fail(while_doing(classify_push({shown_, url_.host, answer.err}, masked(answer.out)),
                          "pushing branch " + branch));
}

}  // namespace flotilla::git
