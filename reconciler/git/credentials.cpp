#include "reconciler/git/credentials.h"

#include "reconciler/git/certificate.h"
#include "reconciler/git/ssh_key.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

namespace flotilla::git {
namespace {

namespace fs = std::filesystem;

Result<std::string> read_text(const fs::path& file) {
  std::error_code error;
  if (fs::is_directory(file, error))
    return fail(Code::invalid, "cannot read " + file.string() + ": it is a folder");
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  if (stream) text << stream.rdbuf();
  if (!stream)
    return fail(Code::invalid, "cannot read " + file.string() + ": " + std::strerror(errno));
  return text.str();
}

// ssh's own rule: it refuses only what belongs to us.
Result<void> nobody_else_may_read(const fs::path& file) {
  struct stat info{};
  if (stat(file.c_str(), &info) != 0 || info.st_uid != getuid()) return {};
  const unsigned mode = info.st_mode & 0777U;
  if ((mode & 077U) == 0) return {};
  char octal[8];
  std::snprintf(octal, sizeof octal, "%04o", mode);
  return fail(Code::unauthorized, "others may read the ssh key file " + file.string() + " (mode " +
                                      octal + "), ssh wants 0600");
}

Result<void> check_ssh(const Network& network) {
  std::string text = network.ssh_key_text;
  std::string name = "FLOTILLA_SSH_KEY";
  if (!network.ssh_key.empty()) {
    name = network.ssh_key.string();
    TRY_ASSIGN(text, read_text(network.ssh_key));
    TRY(nobody_else_may_read(network.ssh_key));
  }
  if (!network.known_hosts.empty()) TRY(read_text(network.known_hosts));
  if (text.empty() && network.ssh_key.empty()) return {};
  const std::string fault = ssh_key_fault(text);
  if (fault.empty()) return {};
  return fail(Code::invalid, "cannot use the ssh key " + name + ": " + fault);
}

Result<void> check_https(const Network& network) {
  if (!network.ca_file.empty()) TRY(read_text(network.ca_file));
  if (network.client_cert.empty()) {
    if (network.client_key.empty()) return {};
    return fail(Code::invalid, "there is a client key and no client certificate, want both");
  }
  const fs::path& key_file = network.client_key.empty() ? network.client_cert : network.client_key;
  TRY_ASSIGN(const std::string certificate, read_text(network.client_cert));
  TRY_ASSIGN(const std::string key, read_text(key_file));
  const ClientCertificate client{network.client_cert.string(), certificate, key_file.string(), key};
  return check_client_certificate(client);
}

Result<void> check_proxy(const Network& network, const RemoteUrl& url) {
  if (network.proxy.empty() || network.proxy == "none") return {};
  if (url.site.empty())
    return fail(Code::invalid,
                "a proxy is for http and https, for ssh set ProxyJump or ProxyCommand in the "
                "configuration of ssh");
  const RemoteUrl proxy = parse_url(network.proxy);
  for (const char* scheme : {"http", "https", "socks5", "socks5h"})
    if (proxy.scheme == scheme && !proxy.host.empty()) return {};
  return fail(Code::invalid, "\"" + shown_url(network.proxy) +
                                 "\" is no proxy, want http://host:port, https, socks5, socks5h, "
                                 "or none");
}

}  // namespace

Result<void> check_credentials(const Network& network, const RemoteUrl& url) {
  if (url.scheme.empty()) return {};
  TRY(check_proxy(network, url));
  if (url.scheme == "ssh") return check_ssh(network);
  if (url.scheme == "https") return check_https(network);
  return {};
}

}  // namespace flotilla::git
