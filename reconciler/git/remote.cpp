#include "reconciler/git/remote.h"

#include "reconciler/git/certificate.h"
#include "reconciler/git/complaint.h"
#include "reconciler/metrics/metrics.h"
#include "render/base/text.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
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

// The caller's environment without what would steer git elsewhere (GIT_DIR in a hook) or make it
// talk (GIT_TRACE).
std::vector<std::string> inherited_environment(bool own_ca) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    // GIT_SSL_CAINFO would win over the settings.
    const bool keep = !text.starts_with("GIT_") || text.starts_with("GIT_CONFIG_GLOBAL=") ||
                      text.starts_with("GIT_EXEC_PATH=") ||
                      (!own_ca && text.starts_with("GIT_SSL_CA"));
    if (keep && !text.starts_with("LC_ALL=") && !text.starts_with("LANGUAGE=") &&
        !text.starts_with("SSH_ASKPASS"))
      result.emplace_back(text);
  }
  return result;
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

std::string Remote::masked(std::string text) const {
  const std::string basic = base64_encode(network_.username + ":" + network_.token);
  for (const std::string& secret : {basic, network_.token, url_.password})
    if (!secret.empty()) text = replace_all(std::move(text), secret, "***");
  // A long lone user in a URL is a token.
  if (url_.user.size() >= 16 && url_.password.empty())
    text = replace_all(std::move(text), url_.user, "***");
  return text;
}

std::string Remote::ssh_command() const {
  const auto connect = std::clamp<std::chrono::seconds::rep>(network_.deadline.count(), 1, 10);
  std::string command =
      "ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o UpdateHostKeys=no -o ControlMaster=no";
  command += " -o ControlPath=none -o ClearAllForwardings=yes -o ServerAliveInterval=15";
  command += " -o ConnectTimeout=" + std::to_string(connect);
  if (!network_.known_hosts.empty()) {
    command += " -o GlobalKnownHostsFile=/dev/null -o ";
    command += shell_quoted("UserKnownHostsFile=" + ssh_path(network_.known_hosts));
  }
  if (!network_.ssh_key.empty()) {
    command += " -o IdentitiesOnly=yes -o IdentityAgent=none -o ";
    command += shell_quoted("IdentityFile=" + ssh_path(network_.ssh_key));
  }
  return command;
}

std::vector<std::pair<std::string, std::string>> Remote::settings() const {
  std::vector<std::pair<std::string, std::string>> result{
      {"safe.directory", "*"},
      {"core.hooksPath", "/dev/null"},
      {"gc.auto", "0"},
      {"maintenance.auto", "false"},
      {"protocol.allow", "never"},
      // The deadline ends a slow transfer; this one ends it when we ourselves were killed.
      {"http.lowSpeedLimit", "1"},
      {"http.lowSpeedTime", std::to_string(network_.deadline.count())},
  };
  for (const char* protocol : {"file", "ssh", "https", "http", "git"})
    result.emplace_back("protocol." + std::string(protocol) + ".allow", "always");
  if (!network_.ca_file.empty()) {
    result.emplace_back("http.sslCAInfo", fs::absolute(network_.ca_file).string());
    result.emplace_back("http.sslVerify", "true");
  }
  if (!url_.site.empty() && !(network_.username.empty() && network_.token.empty())) {
    const std::string basic = base64_encode(network_.username + ":" + network_.token);
    result.emplace_back("http." + url_.site + ".extraHeader", "Authorization: Basic " + basic);
    result.emplace_back("credential.helper",
                        "");  // a wrong token is an error, not a reason to try another one
  }
  return result;
}

// Everything secret goes by the environment: other users can read a command line.
std::vector<std::string> Remote::environment(const fs::path& mirror) const {
  std::vector<std::string> result = inherited_environment(!network_.ca_file.empty());
  result.insert(result.end(), {"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=", "SSH_ASKPASS_REQUIRE=never",
                               "LC_ALL=C", "GIT_CONFIG_NOSYSTEM=1", "GIT_DIR=" + mirror.string(),
                               "GIT_SSH_COMMAND=" + ssh_command(), "GIT_SSH_VARIANT=ssh"});
  const auto pairs = settings();
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    result.push_back("GIT_CONFIG_KEY_" + std::to_string(i) + "=" + pairs[i].first);
    result.push_back("GIT_CONFIG_VALUE_" + std::to_string(i) + "=" + pairs[i].second);
  }
  result.push_back("GIT_CONFIG_COUNT=" + std::to_string(pairs.size()));
  return result;
}

// Git and ssh go on without a file that they cannot read, and then complain of something else.
Result<void> Remote::files_are_readable() const {
  for (const fs::path& file : {network_.ca_file, network_.ssh_key, network_.known_hosts})
    if (!file.empty() && access(file.c_str(), R_OK) != 0)
      return fail(Code::invalid, "cannot read " + file.string() + ": " + std::strerror(errno) +
                                     " (for " + shown_ + ")");
  return {};
}

Result<Remote::Answer> Remote::git(const fs::path& mirror, std::vector<std::string> arguments,
                                   Deadline deadline) const {
  if (url_.address.starts_with('-'))
    return fail(Code::invalid, "\"" + shown_ + "\" is no URL of a repository");
  TRY(files_are_readable());
  arguments.insert(arguments.begin(), "git");
  TRY_ASSIGN(Outcome outcome, run({std::move(arguments), environment(mirror), deadline}));
  if (outcome.timed_out)
    return fail(Code::timeout, "no answer from " + shown_ + " within " +
                                   std::to_string(network_.deadline.count()) + " s");
  return Answer{outcome.exit_code == 0, std::move(outcome.out), masked(std::move(outcome.err))};
}

Error Remote::error(const Answer& answer, Deadline deadline) const {
  Error result = classify({shown_, url_.host, answer.err});
  if (url_.port.empty() || answer.err.find("certificate verification failed") == std::string::npos)
    return result;
  const auto left =
      std::chrono::ceil<std::chrono::seconds>(deadline - std::chrono::steady_clock::now());
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
  TRY_ASSIGN(const Answer answer, git(mirror, {"gc", "--quiet"}, deadline));
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
