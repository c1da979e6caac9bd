#include "reconciler/git/complaint.h"

#include "render/base/text.h"

#include <algorithm>
#include <array>

namespace flotilla::git {
namespace {

struct Rule {
  std::string_view words;  // in lower case
  Code code;
  std::string_view meaning;  // "{}" is the host; empty: git's own words
};

// The first rule that fits decides: causes stand before the general complaints that follow from
// them.
constexpr std::array rules{
    Rule{"remote host identification has changed", Code::unauthorized,
         "the host key of {} is not the known one"},
    Rule{"host key is known for", Code::unauthorized, "the host key of {} is not known"},
    Rule{"host key verification failed", Code::unauthorized,
         "the host key of {} is not the known one"},
    Rule{"certificate has expired", Code::unauthorized, "the certificate of {} has expired"},
    Rule{"certificate expired", Code::unauthorized, "the certificate of {} has expired"},
    Rule{"expiration date has passed", Code::unauthorized, "the certificate of {} has expired"},
    Rule{"activation date is in the future", Code::unauthorized,
         "the certificate of {} is not valid yet"},
    Rule{"error setting certificate", Code::unauthorized, ""},
    Rule{"error reading ca cert", Code::unauthorized, ""},
    Rule{"self-signed certificate", Code::unauthorized,
         "the certificate of {} is not signed by a known authority"},
    Rule{"unable to get local issuer", Code::unauthorized,
         "the certificate of {} is not signed by a known authority"},
    Rule{"does not match target host", Code::unauthorized,
         "the certificate of {} is for another host"},
    Rule{"no alternative certificate subject", Code::unauthorized,
         "the certificate of {} is for another host"},
    Rule{"certificate verification failed", Code::unauthorized,
         "the certificate of {} is not signed by a known authority, or has expired"},
    Rule{"certificate problem", Code::unauthorized, ""},
    Rule{"could not resolve proxy", Code::not_found, "no such host as the proxy's"},
    Rule{"response 407", Code::unauthorized,
         "the proxy wants another user name and password (407)"},
    Rule{"code 407 from proxy", Code::unauthorized,
         "the proxy wants another user name and password (407)"},
    Rule{"connect tunnel failed", Code::unavailable, ""},
    Rule{"from proxy after connect", Code::unavailable, ""},
    Rule{"certificate required", Code::unauthorized, "{} wants a client certificate"},
    Rule{"tls fatal alert has been received", Code::unauthorized,
         "{} ended the TLS handshake, it may want a client certificate"},
    Rule{"returned error: 400", Code::unauthorized,
         "the server does not like the request (400), it may want a client certificate"},
    Rule{"could not resolve", Code::not_found, "no such host {}"},
    Rule{"unable to look up", Code::not_found, "no such host {}"},
    Rule{"name or service not known", Code::not_found, "no such host {}"},
    Rule{"could not read username", Code::unauthorized,
         "the user name and token were not accepted (401)"},
    Rule{"could not read password", Code::unauthorized,
         "the user name and token were not accepted (401)"},
    Rule{"authentication failed", Code::unauthorized,
         "the user name and token were not accepted (401)"},
    Rule{"returned error: 401", Code::unauthorized,
         "the user name and token were not accepted (401)"},
    Rule{"are too open", Code::unauthorized,
         "others may read the ssh key file, ssh wants mode 0600"},
    Rule{"load key", Code::unauthorized, ""},
    Rule{"permission denied (publickey", Code::unauthorized, "{} accepts none of our ssh keys"},
    Rule{"too many authentication failures", Code::unauthorized, "{} accepts none of our ssh keys"},
    Rule{"returned error: 403", Code::forbidden, "the server forbids it (403)"},
    Rule{"returned error: 404", Code::not_found, "no such repository"},
    Rule{"returned error: 410", Code::not_found, "no such repository"},
    Rule{"returned error: 408", Code::timeout, "the server gave up waiting (408)"},
    Rule{"returned error: 429", Code::unavailable, "the server wants fewer requests (429)"},
    Rule{"returned error: 5", Code::unavailable, ""},
    Rule{"mismatched algorithms", Code::invalid,
         "it uses SHA-256 object ids, only SHA-1 repositories are supported"},
    Rule{"not allowed", Code::invalid, ""},
    Rule{"remote helper", Code::invalid, ""},
    Rule{"is not a git command", Code::invalid, ""},
    Rule{"repository not found", Code::not_found, "no such repository"},
    Rule{"does not appear to be a git repository", Code::not_found, "no such repository"},
    Rule{"not a git repository", Code::not_found, "no such repository"},
    Rule{"could not be found", Code::not_found, "no such repository"},
    Rule{"' not found", Code::not_found, "no such repository"},
    Rule{"does not exist", Code::not_found, "no such repository"},
    Rule{"not exported", Code::not_found, "no such repository"},
    Rule{"no such file or directory", Code::not_found, "no such repository"},
    Rule{"dubious ownership", Code::forbidden, "the repository belongs to another user"},
    Rule{"permission denied", Code::forbidden, ""},
    Rule{"timed out", Code::timeout, "no answer in time"},
    Rule{"too slow", Code::timeout, "the transfer was too slow"},
    Rule{"timeout", Code::timeout, "no answer in time"},
    Rule{"refused", Code::unavailable, "connection refused"},
    Rule{"couldn't connect", Code::unavailable, "connection refused"},
    Rule{"failed to connect", Code::unavailable, ""},
    Rule{"connection reset", Code::unavailable, "connection reset"},
    Rule{"connection closed", Code::unavailable, "the server closed the connection"},
    Rule{"unreachable", Code::unavailable, ""},
    Rule{"no route to host", Code::unavailable, ""},
    Rule{"early eof", Code::unavailable, "the server closed the connection"},
    Rule{"empty reply", Code::unavailable, "the server closed the connection"},
    Rule{"disconnect", Code::unavailable, "the server closed the connection"},
    Rule{"hung up", Code::unavailable, "the server closed the connection"},
    Rule{"kex_exchange", Code::unavailable, "the server closed the connection"},
    Rule{"rpc failed", Code::unavailable, ""},
    Rule{"unable to access", Code::unavailable, ""},
    Rule{"could not read from remote", Code::unavailable, ""},
};

constexpr std::array<std::string_view, 14> damage_words{"bad object",
                                                        "corrupt",
                                                        "did not send all necessary objects",
                                                        "missing blob",
                                                        "missing tree",
                                                        "missing commit",
                                                        "object file",
                                                        "inflate",
                                                        "unable to read",
                                                        "unable to unpack",
                                                        "not point to a valid object",
                                                        "invalid sha1 pointer",
                                                        "cannot be accessed",
                                                        "missing necessary objects"};

// The receiver's own check of the old value, made when our lease had held: somebody was quicker by
// an instant.
constexpr std::array<std::string_view, 7> race_words{
    "failed to update ref", "cannot lock ref", "failed to lock", "incorrect old value",
    "already exists",       "fetch first",     "stale info"};

bool holds(std::string_view text, std::string_view words) {
  return text.find(words) != std::string_view::npos;
}

std::string with_host(std::string_view meaning, const std::string& host) {
  return replace_all(std::string(meaning), "{}", host.empty() ? "the server" : host);
}

std::string without_prefix(std::string_view line) {
  for (const std::string_view prefix : {"fatal: ", "error: ", "remote: ", "ERROR: "})
    if (line.starts_with(prefix)) return without_prefix(line.substr(prefix.size()));
  return std::string(trim(line));
}

bool is_advice(std::string_view line) {
  return line.empty() || line.starts_with("Please make sure") ||
         line.starts_with("and the repository exists") || line.starts_with("hint:") ||
         line.starts_with("Warning:") || line.starts_with("@@") ||
         line.starts_with("Could not read from remote") ||
         line.starts_with("failed to push some refs");
}

// "!\t<from>:<to>\t[rejected] (stale info)" of the report: the part from '['; empty if there is
// none.
std::string rejection(std::string_view report) {
  for (const std::string& line : split(report, '\n')) {
    if (!line.starts_with("!\t")) continue;
    const auto bracket = line.find("\t[");
    return bracket == std::string::npos ? line : line.substr(bracket + 1);
  }
  return {};
}

Error push_error(Code code, const Remark& remark, std::string_view why) {
  return Error{code, "cannot push to " + remark.url + ": " + std::string(why), {}, {}};
}

}  // namespace

std::string essence(std::string_view text) {
  constexpr std::size_t longest = 400;
  std::vector<std::string> lines;
  for (const std::string& raw : split(text, '\n')) {
    std::string line = without_prefix(raw);
    if (is_advice(line)) continue;
    std::ranges::replace_if(line, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    if (std::ranges::find(lines, line) == lines.end()) lines.push_back(line);
  }
  std::string result = join(lines, "; ");
  if (result.size() > longest) result = "... " + result.substr(result.size() - longest);
  while (result.ends_with('.')) result.pop_back();
  return result.empty() ? "git gave no reason" : result;
}

Error classify(const Remark& remark) {
  const std::string text = lower(remark.text);
  const std::string start = "cannot reach " + remark.url + ": ";
  for (const Rule& rule : rules) {
    if (!holds(text, rule.words)) continue;
    const std::string why =
        rule.meaning.empty() ? essence(remark.text) : with_host(rule.meaning, remark.host);
    return Error{rule.code, start + why, {}, {}};
  }
  // Git says nothing when a git:// server hangs up.
  const Code code = trim(remark.text).empty() ? Code::unavailable : Code::internal;
  return Error{code, start + essence(remark.text), {}, {}};
}

Error classify_push(const Remark& remark, std::string_view report) {
  const std::string reason = rejection(report);
  if (reason.empty()) return classify(remark);
  const std::string text = lower(reason);
  // A branch "a" leaves no room for "a/b"; no retry helps.
  if (holds(remark.text, "cannot create") || holds(reason, "cannot create"))
    return push_error(Code::invalid, remark, essence(remark.text));
  const auto raced = [&](std::string_view words) { return holds(text, words); };
  if (holds(text, "unpacker error"))
    return push_error(Code::unavailable, remark,
                      "the server could not store it: " + essence(remark.text));
  if (text.starts_with("[rejected]") || std::ranges::any_of(race_words, raced))
    return push_error(Code::conflict, remark,
                      "the branch was moved by somebody else meanwhile " + reason);
  return push_error(Code::forbidden, remark,
                    "refused by the server: " + reason + ": " + essence(remark.text));
}

bool is_damage(std::string_view text) {
  // What the remote says about its own objects ("remote: ...") is not ours to mend.
  std::string own;
  for (const std::string& line : split(text, '\n'))
    if (!line.starts_with("remote:")) own += lower(line) + '\n';
  return std::ranges::any_of(damage_words,
                             [&](std::string_view words) { return holds(own, words); });
}

}  // namespace flotilla::git
